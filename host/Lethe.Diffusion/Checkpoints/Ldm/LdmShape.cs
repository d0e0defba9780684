using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Schedules;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>
/// What an original checkpoint leaves unsaid and diffusers writes into configuration files: read off the shapes of its tensors, and for
/// the rest what Stable Diffusion 1.x or 2.x has.
/// </summary>
internal sealed class LdmShape
{
    private const int MostBlocks = 64;
    private const int WidestLayer = 16384;

    // Stable Diffusion 2 has heads of 64 numbers each, Stable Diffusion 1 has eight heads on every level.
    private const int HeadWidth = 64;
    private const int Heads = 8;

    private readonly Dictionary<string, StoredTensor> tensors;
    private readonly IReadOnlyDictionary<string, string> metadata;
    private readonly string file;
    private readonly bool isSecondVersion;

    public LdmShape(ITensorFile source)
    {
        tensors = source.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        (metadata, file, isSecondVersion) = (source.Metadata, source.Path, LdmText.IsOpenClip(source));
    }

    /// <summary>
    /// What the U-Net predicts: as the header says, else noise for SD 1.x and for the one published step of SD 2 base, else velocity.
    /// </summary>
    private PredictionType Prediction => metadata.GetValueOrDefault("modelspec.prediction_type") switch
    {
        "epsilon" => PredictionType.Epsilon,
        "v" or "v_prediction" => PredictionType.Velocity,
        _ when !isSecondVersion || metadata.GetValueOrDefault("global_step") == "875000" => PredictionType.Epsilon,
        _ => PredictionType.Velocity,
    };

    public UNet2DConfig UNet()
    {
        var channels = new List<int>();
        var attends = new List<bool>();
        var layers = 0;
        const string blocks = LdmNames.UNetPrefix + "input_blocks.";
        var level = 0;
        for (var i = 1; i < MostBlocks; i++)
        {
            if (tensors.ContainsKey($"{blocks}{i}.0.op.weight"))
            {
                level++;
                continue;
            }

            if (!tensors.ContainsKey($"{blocks}{i}.0.in_layers.2.weight"))
                break;
            if (channels.Count <= level)
            {
                channels.Add(Extent($"{blocks}{i}.0.in_layers.2.weight", 0));
                attends.Add(tensors.ContainsKey($"{blocks}{i}.1.norm.weight"));
            }

            layers += level == 0 ? 1 : 0;
        }

        if (layers == 0 || channels.Count != level + 1)
            throw new CheckpointException($"`{file}`: tensors `{blocks}1...` are missing, expected the U-Net of Stable Diffusion 1.x or 2.x");
        var first = Enumerable.Range(0, channels.Count).FirstOrDefault(i => attends[i], -1);
        var place = first >= 0 ? $"{blocks}{first * (layers + 1) + 1}.1." : LdmNames.UNetPrefix + "middle_block.1.";
        var linear = Shape(place + "proj_in.weight").Count == 2;
        var defaults = new UNet2DConfig();
        var config = new UNet2DConfig
        {
            Source = $"`{file}`",
            SampleSize = linear && Prediction == PredictionType.Velocity ? 96 : defaults.SampleSize,
            InChannels = Extent(blocks + "0.0.weight", 1),
            OutChannels = Extent(LdmNames.UNetPrefix + "out.2.weight", 0),
            BlockOutChannels = channels,
            DownBlockTypes = [.. attends.Select(yes => yes ? UNet2DConfig.CrossAttentionDown : UNet2DConfig.PlainDown)],
            UpBlockTypes = [.. attends.Select(yes => yes ? UNet2DConfig.CrossAttentionUp : UNet2DConfig.PlainUp).Reverse()],
            LayersPerBlock = layers,
            CrossAttentionWidth = Extent(place + "transformer_blocks.0.attn2.to_k.weight", 1),
            AttentionHeads = linear ? [.. channels.Select(width => Math.Max(1, width / HeadWidth))] : [Heads],
            UseLinearProjection = linear,
        };
        config.Validate();
        return config;
    }

    public AutoencoderKLConfig Autoencoder()
    {
        const string encoder = LdmNames.AutoencoderPrefix + "encoder.";
        var channels = new List<int>();
        while (channels.Count < MostBlocks && tensors.ContainsKey($"{encoder}down.{channels.Count}.block.0.conv1.weight"))
            channels.Add(Extent($"{encoder}down.{channels.Count}.block.0.conv1.weight", 0));
        var layers = Enumerable.Range(0, MostBlocks).TakeWhile(i => tensors.ContainsKey($"{encoder}down.0.block.{i}.conv1.weight")).Count();
        if (channels.Count == 0)
            throw new CheckpointException($"`{file}`: tensors `{encoder}down.0...` are missing, expected an autoencoder");
        var config = new AutoencoderKLConfig
        {
            Source = $"`{file}`",
            InChannels = Extent(encoder + "conv_in.weight", 1),
            OutChannels = Extent(LdmNames.AutoencoderPrefix + "decoder.conv_out.weight", 0),
            LatentChannels = Extent(LdmNames.AutoencoderPrefix + "post_quant_conv.weight", 0),
            BlockOutChannels = channels,
            LayersPerBlock = layers,
        };
        config.Validate();
        return config;
    }

    public ClipTextConfig Text()
    {
        ClipTextConfig config;
        if (isSecondVersion)
        {
            config = new ClipTextConfig
            {
                VocabularySize = Extent(LdmText.OpenClipPrefix + "token_embedding.weight", 0),
                Width = Extent(LdmText.OpenClipPrefix + "token_embedding.weight", 1),
                Positions = Extent(LdmText.OpenClipPrefix + "positional_embedding", 0),
                FeedForwardWidth = Extent(LdmText.OpenClipPrefix + "transformer.resblocks.0.mlp.c_fc.weight", 0),
                Layers = LdmText.UsedLayers(tensors.Keys),
                Activation = "gelu",
            };
        }
        else
        {
            // Early files leave out `text_model`.
            var prefix = LdmText.ClipPrefix + (tensors.ContainsKey(LdmText.ClipPrefix + "embeddings.token_embedding.weight") ? "" : "text_model.");
            config = new ClipTextConfig
            {
                VocabularySize = Extent(prefix + "embeddings.token_embedding.weight", 0),
                Width = Extent(prefix + "embeddings.token_embedding.weight", 1),
                Positions = Extent(prefix + "embeddings.position_embedding.weight", 0),
                FeedForwardWidth = Extent(prefix + "encoder.layers.0.mlp.fc1.weight", 0),
                Layers = Enumerable.Range(0, 256).TakeWhile(i => tensors.ContainsKey($"{prefix}encoder.layers.{i}.mlp.fc1.weight")).Count(),
            };
        }

        config = config with { Source = $"`{file}`", Heads = Math.Max(1, config.Width / HeadWidth) };
        config.Validate();
        return config;
    }

    /// <summary>The training schedule of Stable Diffusion, with what diffusers takes for each version.</summary>
    public SchedulerConfig Scheduler() => new()
    {
        BetaStart = 0.00085,
        BetaEnd = 0.012,
        ScaledBetas = true,
        Prediction = Prediction,
        StepsOffset = 1,
        SetAlphaToOne = false,
        ClipSample = false,
        SkipPrkSteps = true,
        ClassName = isSecondVersion ? "DDIMScheduler" : "PNDMScheduler",
    };

    private int Extent(string name, int dimension)
    {
        var shape = Shape(name);
        return dimension < shape.Count && shape[dimension] is > 0 and var extent && extent <= (name.Contains("token_embedding", StringComparison.Ordinal) ? 1 << 20 : WidestLayer)
            ? (int)extent
            : throw new CheckpointException($"`{file}`: tensor `{name}` has shape `{Shapes.Text([.. shape])}`, which no Stable Diffusion has");
    }

    private IReadOnlyList<long> Shape(string name) =>
        tensors.TryGetValue(name, out var tensor) ? tensor.Shape : throw new CheckpointException($"`{file}`: tensor `{name}` is missing, expected a whole Stable Diffusion 1.x or 2.x");
}
