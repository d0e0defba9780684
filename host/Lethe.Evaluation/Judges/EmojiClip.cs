using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Text;

namespace Lethe.Evaluation.Judges;

/// <summary>
/// The built-in CLIP: an image tower and the original text encoder of the built-in model, trained against each other.
/// It scores how well a picture fits a text. It always reads the model as shipped, never an edited one.
/// </summary>
public sealed class EmojiClip : IDisposable
{
    /// <summary>Width of the common space.</summary>
    public const int FeatureWidth = 256;

    /// <summary>Channels of the image tower's second level.</summary>
    public const int TowerWidth = 48;

    public const string ImageHead = "embedding";
    public const string TextProjection = "text_projection.weight";
    private readonly StateDict textWeights;
    private readonly StateDict clipWeights;
    private readonly ClipTextModel text;
    private readonly ClipTokenizer tokenizer;
    private readonly PictureNetwork tower;

    private EmojiClip(ClipTokenizer tokenizer, ClipTextConfig textConfig, StateDict textWeights, StateDict clipWeights)
    {
        (this.tokenizer, this.textWeights, this.clipWeights) = (tokenizer, textWeights, clipWeights);
        text = new ClipTextModel(textConfig, textWeights);
        tower = new PictureNetwork(TowerConfig, clipWeights);
        clipWeights.Require(TextProjection, FeatureWidth, textConfig.Width);
    }

    /// <summary>The shape of the image tower.</summary>
    public static PictureNetworkConfig TowerConfig => new(TowerWidth, new Dictionary<string, int> { [ImageHead] = FeatureWidth });

    /// <summary>Opens <c>clip</c>, <c>text_encoder</c> and <c>tokenizer</c> of the built-in model's folder.</summary>
    /// <exception cref="CheckpointException">A file is missing or malformed.</exception>
    public static EmojiClip Open(string modelFolder)
    {
        using var textFile = SafetensorsFile.Open(Path.Combine(modelFolder, "text_encoder", "model.safetensors"));
        using var clipFile = SafetensorsFile.Open(Path.Combine(modelFolder, "clip", "model.safetensors"));
        return new EmojiClip(
            ClipTokenizer.Open(Path.Combine(modelFolder, "tokenizer")),
            ClipTextConfig.Load(Path.Combine(modelFolder, "text_encoder", "config.json")),
            textFile.ReadAll(),
            clipFile.ReadAll());
    }

    /// <summary>Unit vectors of pictures <c>[B, 3, H, W]</c> in [-1, 1]: <c>[B, 256]</c>; the caller disposes them.</summary>
    public Tensor ImageFeatures(Tensor images)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var features = tower.Head(ImageHead, tower.Features(PictureInput.Fit(images)));
        return torch.nn.functional.normalize(features, dim: -1).MoveToOuterDisposeScope();
    }

    /// <summary>Unit vectors of texts: <c>[B, 256]</c>; the caller disposes them.</summary>
    public Tensor TextFeatures(IReadOnlyList<string> prompts)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var ids = torch.stack(prompts.Select(prompt => torch.tensor(tokenizer.Encode(prompt))));
        var pooled = text.Pool(text.Forward(ids), ids);
        var features = torch.nn.functional.linear(pooled, clipWeights[TextProjection]);
        return torch.nn.functional.normalize(features, dim: -1).MoveToOuterDisposeScope();
    }

    /// <summary>The cosine of each picture with its text, in [-1, 1].</summary>
    public IReadOnlyList<double> Scores(Tensor images, IReadOnlyList<string> prompts)
    {
        using var scope = torch.NewDisposeScope();
        var cosines = ImageFeatures(images).mul(TextFeatures(prompts)).sum(1);
        return [.. cosines.data<float>().ToArray().Select(value => (double)value)];
    }

    public void Dispose()
    {
        text.Dispose();
        textWeights.Dispose();
        clipWeights.Dispose();
    }
}
