namespace Lethe.Diffusion.Networks;

/// <summary>The denoiser of Stable Diffusion 1.x and 2.x, under diffusers' parameter names. Does not own its weights.</summary>
public sealed class UNet2DConditionModel : IDisposable
{
    private readonly TimestepEmbedding timeEmbedding;
    private readonly Convolution convIn;
    private readonly UNetDownBlock[] downBlocks;
    private readonly UNetMidBlock midBlock;
    private readonly UNetUpBlock[] upBlocks;
    private readonly GroupNorm normOut;
    private readonly Convolution convOut;
    private readonly CrossAttention[] crossAttentions;

    public UNet2DConditionModel(UNet2DConfig config, StateDict weights)
    {
        config.Validate();
        Config = config;
        Weights = weights;
        var root = new WeightScope(weights);
        var levels = Enumerable.Range(0, config.BlockOutChannels.Count);
        long channels = config.BlockOutChannels[0];
        convIn = new Convolution(root["conv_in"], config.InChannels, channels);
        timeEmbedding = new TimestepEmbedding(root["time_embedding"], config);
        downBlocks = [.. levels.Select(level => new UNetDownBlock(root["down_blocks"][level], config, level))];
        midBlock = new UNetMidBlock(root["mid_block"], config);
        upBlocks = [.. levels.Select(index => new UNetUpBlock(root["up_blocks"][index], config, index))];
        normOut = new GroupNorm(root["conv_norm_out"], config.NormGroups, channels, config.NormEpsilon);
        convOut = new Convolution(root["conv_out"], channels, config.OutChannels);
        crossAttentions =
        [
            .. downBlocks.SelectMany(block => block.CrossAttentions),
            .. midBlock.CrossAttentions,
            .. upBlocks.SelectMany(block => block.CrossAttentions),
        ];
        CrossAttentionProjections = [.. crossAttentions.SelectMany(layer => new[] { layer.ToKey, layer.ToValue })];
    }

    public UNet2DConfig Config { get; }

    public StateDict Weights { get; }

    /// <summary>All key and value projections of the text in the order of the forward pass: to_k, to_v of the first layer, and so on.</summary>
    public IReadOnlyList<CrossAttentionProjection> CrossAttentionProjections { get; }

    /// <summary>Computes the keys and values of a batch of prompts (<c>[B, M, D]</c>) for use in many steps; the caller disposes them.</summary>
    public TextProjections PrecomputeKeysValues(Tensor textStates)
    {
        if (textStates.dim() != 3 || textStates.size(2) != Config.CrossAttentionWidth)
            throw new ArgumentException(
                $"text states have shape `{Shapes.Text(textStates.shape)}`, expected `[B, M, {Config.CrossAttentionWidth}]`", nameof(textStates));
        return new TextProjections(crossAttentions, textStates);
    }

    /// <summary>As the other overload; gradients flow to <paramref name="textStates"/> and to the text projections.</summary>
    public Tensor Forward(Tensor sample, Tensor timesteps, Tensor textStates, Action<string, Tensor>? observe = null)
    {
        using var text = PrecomputeKeysValues(textStates);
        return Forward(sample, timesteps, text, observe);
    }

    /// <summary>The model's prediction (noise or velocity, as it was trained).</summary>
    /// <param name="sample">Latents <c>[B, InChannels, H, W]</c>, float32 whatever the weights are.</param>
    /// <param name="timesteps">Time steps <c>[B]</c>, or <c>[1]</c> for the whole batch.</param>
    /// <param name="text">Keys and values of B prompts, or of one for the whole batch.</param>
    /// <param name="observe">Called with the name and the output of each block.</param>
    /// <returns><c>[B, OutChannels, H, W]</c> in the number format of the latents; the caller disposes it.</returns>
    public Tensor Forward(Tensor sample, Tensor timesteps, TextProjections text, Action<string, Tensor>? observe = null)
    {
        if (sample.dim() != 4 || sample.size(1) != Config.InChannels)
            throw new ArgumentException(
                $"latents have shape `{Shapes.Text(sample.shape)}`, expected `[B, {Config.InChannels}, H, W]`", nameof(sample));
        using var scope = torch.NewDisposeScope();
        var time = timeEmbedding.Forward(timesteps);
        observe?.Invoke("time_embedding", time);
        var activatedTime = torch.nn.functional.silu(time);
        var hidden = convIn.Forward(sample);
        observe?.Invoke("conv_in", hidden);
        var skips = new Stack<Tensor>();
        skips.Push(hidden);
        for (var i = 0; i < downBlocks.Length; i++)
        {
            hidden = downBlocks[i].Forward(hidden, activatedTime, text, skips);
            observe?.Invoke($"down_blocks.{i}", hidden);
        }

        hidden = midBlock.Forward(hidden, activatedTime, text);
        observe?.Invoke("mid_block", hidden);
        for (var i = 0; i < upBlocks.Length; i++)
        {
            using var before = hidden;
            hidden = upBlocks[i].Forward(before, activatedTime, text, skips);
            observe?.Invoke($"up_blocks.{i}", hidden);
        }

        return convOut.Forward(normOut.ForwardSilu(hidden)).to(sample.dtype).MoveToOuterDisposeScope();
    }

    public void Dispose() => timeEmbedding.Dispose();
}
