namespace Lethe.Diffusion.Networks;

/// <summary>Random weights of new CLIP models, with the deviations of openai/CLIP.</summary>
public static class ClipInit
{
    /// <summary>Weights of a text encoder alone; the caller owns the result.</summary>
    public static StateDict CreateText(ClipTextConfig config, Generator generator)
    {
        var create = Creator(config.Width, config.Layers, 0, 0, new DefaultInit(generator));
        return DefaultInit.Fill(create, weights => new ClipTextModel(config, weights).Dispose());
    }

    /// <summary>Weights of a whole CLIP model; the caller owns the result.</summary>
    public static StateDict Create(ClipConfig config, Generator generator)
    {
        var create = Creator(config.Text.Width, config.Text.Layers, config.Vision.Width, config.Vision.Layers, new DefaultInit(generator));
        return DefaultInit.Fill(create, weights => new ClipModel(config, weights).Dispose());
    }

    private static Func<string, long[], Tensor> Creator(int textWidth, int textLayers, int visionWidth, int visionLayers, DefaultInit defaults) =>
        (name, shape) =>
        {
            var vision = name.StartsWith("vis", StringComparison.Ordinal);
            var (width, layers) = vision ? (visionWidth, visionLayers) : (textWidth, textLayers);
            if (name == "logit_scale")
                return torch.tensor((float)Math.Log(1 / 0.07));
            if (name.EndsWith(".bias", StringComparison.Ordinal))
                return torch.zeros(shape);
            if (Deviation(name, width, layers, vision) is { } deviation)
                return defaults.Normal(shape, deviation);
            return defaults.Create(name, shape);
        };

    private static double? Deviation(string name, double width, double layers, bool vision) => name switch
    {
        _ when name.Contains("token_embedding", StringComparison.Ordinal) => 0.02,
        _ when name.Contains("position_embedding", StringComparison.Ordinal) => vision ? 1 / Math.Sqrt(width) : 0.01,
        _ when name.Contains("class_embedding", StringComparison.Ordinal) => 1 / Math.Sqrt(width),
        _ when name.Contains("_projection", StringComparison.Ordinal) => 1 / Math.Sqrt(width),
        _ when name.Contains("out_proj", StringComparison.Ordinal) || name.Contains("fc2", StringComparison.Ordinal)
            => 1 / Math.Sqrt(width * 2 * layers),
        _ when name.Contains("_proj.", StringComparison.Ordinal) => 1 / Math.Sqrt(width),
        _ when name.Contains("fc1", StringComparison.Ordinal) => 1 / Math.Sqrt(2 * width),
        _ => null,
    };
}
