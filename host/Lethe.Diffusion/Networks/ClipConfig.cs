using Lethe.Diffusion.Checkpoints;

namespace Lethe.Diffusion.Networks;

/// <summary>The shape of a whole <see cref="ClipModel"/>.</summary>
public sealed record ClipConfig
{
    public ClipTextConfig Text { get; init; } = new();

    public ClipVisionConfig Vision { get; init; } = new();

    /// <summary>Width of the space that images and texts share.</summary>
    public int ProjectionWidth { get; init; } = 512;

    /// <summary>Reads a CLIP model's <c>config.json</c>.</summary>
    public static ClipConfig Load(string path)
    {
        var json = ConfigReader.Open(path);
        return new ClipConfig
        {
            Text = ClipTextConfig.Read(json.Section("text_config") ?? throw Missing(path, "text_config")),
            Vision = ClipVisionConfig.Read(json.Section("vision_config") ?? throw Missing(path, "vision_config")),
            ProjectionWidth = json.Int("projection_dim", 512, 1, 16384),
        };
    }

    private static CheckpointException Missing(string path, string key) =>
        new($"`{path}`: `{key}` is missing, expected the configuration of a whole CLIP model");
}
