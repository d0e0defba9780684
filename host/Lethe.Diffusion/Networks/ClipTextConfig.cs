using Lethe.Diffusion.Checkpoints;

namespace Lethe.Diffusion.Networks;

/// <summary>The shape of a <see cref="ClipTextModel"/>; defaults are those of transformers, which are SD 1.x's but for the width.</summary>
public sealed record ClipTextConfig
{
    public int VocabularySize { get; init; } = 49408;

    public int Width { get; init; } = 512;

    public int FeedForwardWidth { get; init; } = 2048;

    public int Layers { get; init; } = 12;

    public int Heads { get; init; } = 8;

    /// <summary>The longest sequence in tokens.</summary>
    public int Positions { get; init; } = 77;

    /// <summary><c>quick_gelu</c> or <c>gelu</c>.</summary>
    public string Activation { get; init; } = "quick_gelu";

    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>The id whose first occurrence is the pooled row; 2 (a mistake in old files) means the largest id of the row.</summary>
    public int EndToken { get; init; } = 49407;

    /// <summary>Where the configuration came from, for error messages.</summary>
    public string Source { get; init; } = "the text encoder configuration";

    /// <summary>Reads <c>text_encoder/config.json</c>, or the text part of a whole CLIP model's.</summary>
    public static ClipTextConfig Load(string path)
    {
        var json = ConfigReader.Open(path);
        return Read(json.Section("text_config") ?? json);
    }

    internal static ClipTextConfig Read(ConfigReader json)
    {
        var defaults = new ClipTextConfig();
        var config = new ClipTextConfig
        {
            Source = $"`{json.File}`",
            VocabularySize = json.Int("vocab_size", defaults.VocabularySize, 1, 1 << 20),
            Width = json.Int("hidden_size", defaults.Width, 1, 16384),
            FeedForwardWidth = json.Int("intermediate_size", defaults.FeedForwardWidth, 1, 65536),
            Layers = json.Int("num_hidden_layers", defaults.Layers, 1, 256),
            Heads = json.Int("num_attention_heads", defaults.Heads, 1, 1024),
            Positions = json.Int("max_position_embeddings", defaults.Positions, 1, 65536),
            Activation = json.Word("hidden_act", defaults.Activation, "quick_gelu", "gelu"),
            NormEpsilon = json.Number("layer_norm_eps", defaults.NormEpsilon, 1e-12, 1),
            EndToken = json.Int("eos_token_id", defaults.EndToken, 0, 1 << 20),
        };
        config.Validate();
        return config;
    }

    internal void Validate()
    {
        if (Width % Heads != 0)
            throw new CheckpointException($"{Source}: `num_attention_heads` is `{Heads}`, expected a divisor of `hidden_size`, `{Width}`");
    }
}
