namespace Lethe.Diffusion.Networks;

/// <summary>A whole CLIP model: text and vision encoders that meet in one space. Does not own its weights.</summary>
public sealed class ClipModel : IDisposable
{
    private readonly Linear textProjection;
    private readonly Linear visualProjection;

    public ClipModel(ClipConfig config, StateDict weights)
    {
        Config = config;
        Weights = weights;
        var root = new WeightScope(weights);
        Text = new ClipTextModel(config.Text, weights);
        Vision = new ClipVisionModel(config.Vision, weights);
        textProjection = new Linear(root["text_projection"], config.Text.Width, config.ProjectionWidth, bias: false);
        visualProjection = new Linear(root["visual_projection"], config.Vision.Width, config.ProjectionWidth, bias: false);
        LogitScale = root.Require("logit_scale");
    }

    public ClipConfig Config { get; }

    public StateDict Weights { get; }

    public ClipTextModel Text { get; }

    public ClipVisionModel Vision { get; }

    /// <summary>Natural logarithm of the factor on the cosine similarities; a scalar.</summary>
    public Weight LogitScale { get; }

    /// <summary>Token ids <c>[B, N]</c> to text features <c>[B, ProjectionWidth]</c>, not normalised.</summary>
    public Tensor TextFeatures(Tensor ids)
    {
        using var scope = torch.NewDisposeScope();
        return textProjection.Forward(Text.Pool(Text.Forward(ids), ids)).MoveToOuterDisposeScope();
    }

    /// <summary>Normalised pixels to image features <c>[B, ProjectionWidth]</c>, not normalised.</summary>
    public Tensor ImageFeatures(Tensor pixels)
    {
        using var scope = torch.NewDisposeScope();
        return visualProjection.Forward(Vision.Forward(pixels)).MoveToOuterDisposeScope();
    }

    /// <summary>exp(logit scale) times the cosine of every image with every text: <c>[images, texts]</c>.</summary>
    public Tensor LogitsPerImage(Tensor imageFeatures, Tensor textFeatures)
    {
        using var scope = torch.NewDisposeScope();
        var images = torch.nn.functional.normalize(imageFeatures, dim: -1);
        var texts = torch.nn.functional.normalize(textFeatures, dim: -1);
        return (torch.matmul(images, texts.transpose(0, 1)) * LogitScale.Value.exp()).MoveToOuterDisposeScope();
    }

    public void Dispose() => Text.Dispose();
}
