namespace Lethe.Diffusion.Networks;

/// <summary>CLIP's vision transformer, under the parameter names of transformers. Does not own its weights.</summary>
public sealed class ClipVisionModel
{
    private readonly Weight classEmbedding;
    private readonly Weight positionEmbedding;
    private readonly Convolution patches;
    private readonly LayerNorm normIn;
    private readonly ClipEncoderLayer[] layers;
    private readonly LayerNorm normOut;

    public ClipVisionModel(ClipVisionConfig config, StateDict weights)
    {
        config.Validate();
        Config = config;
        var root = new WeightScope(weights)["vision_model"];
        var side = config.ImageSize / config.PatchSize;
        classEmbedding = root.Require("embeddings.class_embedding", config.Width);
        patches = new Convolution(
            root["embeddings.patch_embedding"], config.Channels, config.Width, config.PatchSize, config.PatchSize, padding: 0, bias: false);
        positionEmbedding = root.Require("embeddings.position_embedding.weight", side * side + 1, config.Width);
        // The misspelling is the published name.
        normIn = new LayerNorm(root["pre_layrnorm"], config.Width, config.NormEpsilon);
        layers = [.. Enumerable.Range(0, config.Layers).Select(i => new ClipEncoderLayer(
            root["encoder.layers"][i], config.Width, config.FeedForwardWidth, config.Heads, config.Activation == "quick_gelu", config.NormEpsilon))];
        normOut = new LayerNorm(root["post_layernorm"], config.Width, config.NormEpsilon);
    }

    public ClipVisionConfig Config { get; }

    /// <summary>Normalised pixels <c>[B, Channels, ImageSize, ImageSize]</c> to the pooled state <c>[B, D]</c>.</summary>
    public Tensor Forward(Tensor pixels)
    {
        if (pixels.dim() != 4 || pixels.size(1) != Config.Channels || pixels.size(2) != Config.ImageSize || pixels.size(3) != Config.ImageSize)
            throw new ArgumentException(
                $"pixels have shape `{Shapes.Text(pixels.shape)}`, expected `[B, {Config.Channels}, {Config.ImageSize}, {Config.ImageSize}]`",
                nameof(pixels));
        using var scope = torch.NewDisposeScope();
        var image = patches.Forward(pixels).flatten(2).transpose(1, 2);
        var first = classEmbedding.Value.view(1, 1, -1).expand(pixels.size(0), 1, -1);
        var hidden = normIn.Forward(torch.cat([first, image], 1) + positionEmbedding.Value);
        foreach (var layer in layers)
            hidden = layer.Forward(hidden, null);
        return normOut.Forward(hidden.narrow(1, 0, 1).squeeze(1)).MoveToOuterDisposeScope();
    }
}
