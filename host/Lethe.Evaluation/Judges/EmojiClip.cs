using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Text;

namespace Lethe.Evaluation.Judges;

/// <summary>
/// A small CLIP: an image tower and a text encoder, trained against each other. It scores how well a picture fits a text.
/// Either it stands alone in <c>judge-clip</c>, trained with another seed and split than the generator's text encoder, or it is
/// that text encoder with the tower it was trained against. It always reads the model as shipped, never an edited one.
/// </summary>
public sealed class EmojiClip : IDisposable
{
    /// <summary>Folder of a CLIP that took no part in the generator's training.</summary>
    public const string JudgeFolder = "judge-clip";

    public const string ImageHead = "embedding";
    public const string TextProjection = "text_projection.weight";
    private readonly StateDict textWeights;
    private readonly StateDict clipWeights;
    private readonly ClipTextModel text;
    private readonly ClipTokenizer tokenizer;
    private readonly PictureNetwork tower;

    private EmojiClip(string? network, ClipTokenizer tokenizer, ClipTextConfig textConfig, PictureTowerConfig towerConfig, StateDict textWeights, StateDict clipWeights)
    {
        (Network, this.tokenizer, this.textWeights, this.clipWeights) = (network, tokenizer, textWeights, clipWeights);
        text = new ClipTextModel(textConfig, textWeights);
        tower = new PictureNetwork(towerConfig.Network, clipWeights);
        clipWeights.Require(TextProjection, towerConfig.FeatureWidth, textConfig.Width);
    }

    /// <summary>Marks figures of a CLIP of its own; null for the generator's text encoder with its tower.</summary>
    public string? Network { get; }

    /// <summary>Opens the CLIP in a model's folder: <c>judge-clip</c> where there is one, else <c>clip</c> and <c>text_encoder</c>; both use <c>tokenizer</c>.</summary>
    /// <returns>Null when the folder has neither.</returns>
    /// <exception cref="CheckpointException">A file is missing or malformed.</exception>
    public static EmojiClip? Find(string modelFolder) =>
        Directory.Exists(Path.Combine(modelFolder, JudgeFolder)) ? OpenJudge(modelFolder)
        : Directory.Exists(Path.Combine(modelFolder, "clip")) ? Open(modelFolder)
        : null;

    /// <summary>Opens <c>judge-clip</c> and <c>tokenizer</c> of a model's folder.</summary>
    /// <exception cref="CheckpointException">A file is missing or malformed.</exception>
    public static EmojiClip OpenJudge(string modelFolder)
    {
        var folder = Path.Combine(modelFolder, JudgeFolder);
        var config = Path.Combine(folder, "config.json");
        if (!File.Exists(config))
            throw new CheckpointException($"`{config}` does not exist, expected the folder of a CLIP");
        using var file = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
        var weights = file.ReadAll();
        return new EmojiClip(
            JudgeFolder, ClipTokenizer.Open(Path.Combine(modelFolder, "tokenizer")), ClipTextConfig.Load(config), PictureTowerConfig.Load(config), weights, weights);
    }

    /// <summary>Opens <c>clip</c>, <c>text_encoder</c> and <c>tokenizer</c> of the built-in model's folder.</summary>
    /// <exception cref="CheckpointException">A file is missing or malformed.</exception>
    public static EmojiClip Open(string modelFolder)
    {
        using var textFile = SafetensorsFile.Open(Path.Combine(modelFolder, "text_encoder", "model.safetensors"));
        using var clipFile = SafetensorsFile.Open(Path.Combine(modelFolder, "clip", "model.safetensors"));
        return new EmojiClip(
            null,
            ClipTokenizer.Open(Path.Combine(modelFolder, "tokenizer")),
            ClipTextConfig.Load(Path.Combine(modelFolder, "text_encoder", "config.json")),
            new PictureTowerConfig(),
            textFile.ReadAll(),
            clipFile.ReadAll());
    }

    /// <summary>Unit vectors of pictures <c>[B, 3, H, W]</c> in [-1, 1]: <c>[B, D]</c>; the caller disposes them.</summary>
    public Tensor ImageFeatures(Tensor images)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var features = tower.Head(ImageHead, tower.Features(PictureInput.Fit(images)));
        return torch.nn.functional.normalize(features, dim: -1).MoveToOuterDisposeScope();
    }

    /// <summary>Unit vectors of texts: <c>[B, D]</c>; the caller disposes them.</summary>
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
        if (clipWeights != textWeights)
            clipWeights.Dispose();
    }
}
