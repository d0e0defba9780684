using System.Text.Json;
using System.Text.Json.Serialization;
using Lethe.Diffusion.Checkpoints;

namespace Lethe.Evaluation.Judges;

/// <summary>The picture side of a small CLIP: what <c>judge-clip/config.json</c> says besides the shape of the text encoder.</summary>
public sealed record PictureTowerConfig
{
    /// <summary>Width of the space in which texts and pictures meet.</summary>
    [JsonPropertyName("projection_dim")]
    public int FeatureWidth { get; init; } = 256;

    /// <summary>Channels of the tower's second level.</summary>
    [JsonPropertyName("tower_width")]
    public int Width { get; init; } = 48;

    /// <summary>Rows and columns of fields in the tower's last average.</summary>
    [JsonPropertyName("tower_places")]
    public int Places { get; init; } = 2;

    /// <summary>The shape of the tower.</summary>
    [JsonIgnore]
    public PictureNetworkConfig Network => new(Width, new Dictionary<string, int> { [EmojiClip.ImageHead] = FeatureWidth }) { Places = Places };

    /// <summary>Reads and checks the file.</summary>
    /// <exception cref="CheckpointException">It describes no tower.</exception>
    public static PictureTowerConfig Load(string path)
    {
        try
        {
            var config = JsonSerializer.Deserialize<PictureTowerConfig>(File.ReadAllText(path));
            if (config is { FeatureWidth: > 0 and <= 4096, Width: > 0 and <= 512, Places: > 0 and <= 4 } && config.Width % (2 * PictureNetworkConfig.GroupSize) == 0)
                return config;
            throw new CheckpointException(
                $"`{path}` describes no picture tower, expected `projection_dim` up to 4096, `tower_width` (a multiple of 16 up to 512) and `tower_places` from 1 to 4");
        }
        catch (JsonException fault)
        {
            throw new CheckpointException($"`{path}` is not the configuration of a CLIP: {fault.Message}", fault);
        }
    }
}
