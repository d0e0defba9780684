using System.Text.Json;
using Lethe.Diffusion.Checkpoints;

namespace Lethe.Evaluation.Judges;

/// <summary>What <c>judge/config.json</c> says.</summary>
public sealed record JudgeConfig
{
    private const int MostNames = 4096;
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Channels of the network's second level.</summary>
    public required int Width { get; init; }

    /// <summary>Objects in the order of the object head.</summary>
    public required IReadOnlyList<string> Objects { get; init; }

    /// <summary>Styles in the order of the style head.</summary>
    public required IReadOnlyList<string> Styles { get; init; }

    /// <summary>Channels of the last level; four times the width where a file does not say.</summary>
    public int? Top { get; init; }

    /// <summary>Whether the heads' outputs are the mean over a picture and its mirror image.</summary>
    public bool Mirrored { get; init; }

    /// <summary>Divides the object head's outputs, so that confidence is the share of right answers.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>The same for the style head.</summary>
    public double StyleTemperature { get; init; } = 1;

    /// <summary>Below this confidence the judge recognises no object.</summary>
    public required double Threshold { get; init; }

    public PictureNetworkConfig Network => new(
        Width, new Dictionary<string, int> { [EmojiJudge.ObjectHead] = Objects.Count, [EmojiJudge.StyleHead] = Styles.Count })
    { Top = Top ?? 4 * Width };

    /// <summary>Reads and checks the file.</summary>
    public static JudgeConfig Load(string path)
    {
        try
        {
            var config = JsonSerializer.Deserialize<JudgeConfig>(File.ReadAllText(path), Format);
            if (config is { Width: > 0 and <= 512, Threshold: >= 0 and <= 1, Objects.Count: > 0 and <= MostNames, Styles.Count: > 0 and <= MostNames }
                && config is { Top: null or > 0 and <= 2048, Temperature: > 0.01 and < 100, StyleTemperature: > 0.01 and < 100 }
                && (config.Top ?? 0) % PictureNetworkConfig.GroupSize == 0
                && config.Width % (2 * PictureNetworkConfig.GroupSize) == 0
                && config.Objects.Concat(config.Styles).All(name => !string.IsNullOrWhiteSpace(name)))
                return config;
            throw new CheckpointException(
                $"`{path}` describes no judge, expected `width` (a multiple of 16 up to 512), `objects`, `styles`, `threshold` in [0, 1], `top` (a multiple of 8) and temperatures above 0");
        }
        catch (JsonException fault)
        {
            throw new CheckpointException($"`{path}` is not a judge's configuration: {fault.Message}", fault);
        }
    }

    /// <summary>The file's text.</summary>
    public string ToJson() => JsonSerializer.Serialize(new { Width, Top, Mirrored, Objects, Styles, Threshold, Temperature, StyleTemperature }, Format) + "\n";
}
