using Lethe.Diffusion.Checkpoints;

namespace Lethe.Diffusion.Networks;

/// <summary>The shape of a <see cref="ClipVisionModel"/>; defaults are those of transformers (ViT-B/32).</summary>
public sealed record ClipVisionConfig
{
    public int Width { get; init; } = 768;

    public int FeedForwardWidth { get; init; } = 3072;

    public int Layers { get; init; } = 12;

    public int Heads { get; init; } = 12;

    public int ImageSize { get; init; } = 224;

    public int PatchSize { get; init; } = 32;

    public int Channels { get; init; } = 3;

    /// <summary><c>quick_gelu</c> or <c>gelu</c>.</summary>
    public string Activation { get; init; } = "quick_gelu";

    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Where the configuration came from, for error messages.</summary>
    public string Source { get; init; } = "the vision encoder configuration";

    internal static ClipVisionConfig Read(ConfigReader json)
    {
        var defaults = new ClipVisionConfig();
        var config = new ClipVisionConfig
        {
            Source = $"`{json.File}`",
            Width = json.Int("hidden_size", defaults.Width, 1, 16384),
            FeedForwardWidth = json.Int("intermediate_size", defaults.FeedForwardWidth, 1, 65536),
            Layers = json.Int("num_hidden_layers", defaults.Layers, 1, 256),
            Heads = json.Int("num_attention_heads", defaults.Heads, 1, 1024),
            ImageSize = json.Int("image_size", defaults.ImageSize, 1, 8192),
            PatchSize = json.Int("patch_size", defaults.PatchSize, 1, 1024),
            Channels = json.Int("num_channels", defaults.Channels, 1, 64),
            Activation = json.Word("hidden_act", defaults.Activation, "quick_gelu", "gelu"),
            NormEpsilon = json.Number("layer_norm_eps", defaults.NormEpsilon, 1e-12, 1),
        };
        config.Validate();
        return config;
    }

    internal void Validate()
    {
        if (Width % Heads != 0)
            throw new CheckpointException($"{Source}: `num_attention_heads` is `{Heads}`, expected a divisor of `hidden_size`, `{Width}`");
        if (ImageSize % PatchSize != 0)
            throw new CheckpointException($"{Source}: `patch_size` is `{PatchSize}`, expected a divisor of `image_size`, `{ImageSize}`");
    }
}
