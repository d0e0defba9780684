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

    /// <summary>Below this confidence the judge recognises no object.</summary>
    public required double Threshold { get; init; }

    public PictureNetworkConfig Network => new(
        Width, new Dictionary<string, int> { [EmojiJudge.ObjectHead] = Objects.Count, [EmojiJudge.StyleHead] = Styles.Count });

    /// <summary>Reads and checks the file.</summary>
    public static JudgeConfig Load(string path)
    {
        try
        {
            var config = JsonSerializer.Deserialize<JudgeConfig>(File.ReadAllText(path), Format);
            if (config is { Width: > 0 and <= 512, Threshold: >= 0 and <= 1, Objects.Count: > 0 and <= MostNames, Styles.Count: > 0 and <= MostNames }
                && config.Width % (2 * PictureNetworkConfig.GroupSize) == 0
                && config.Objects.Concat(config.Styles).All(name => !string.IsNullOrWhiteSpace(name)))
                return config;
            throw new CheckpointException(
                $"`{path}` describes no judge, expected `width` (a multiple of 16 up to 512), `objects`, `styles` and `threshold` in [0, 1]");
        }
        catch (JsonException fault)
        {
            throw new CheckpointException($"`{path}` is not a judge's configuration: {fault.Message}", fault);
        }
    }

    /// <summary>The file's text.</summary>
    public string ToJson() => JsonSerializer.Serialize(new { Width, Objects, Styles, Threshold }, Format) + "\n";
}
