using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Networks;
using Lethe.Sdk.Evaluation;

namespace Lethe.Evaluation.Judges;

/// <summary>
/// The judge of the built-in model: an independent network that saw real pictures only and took no part in training the
/// generator. It answers none when it is not sure of an object.
/// </summary>
public sealed class EmojiJudge : IConceptJudge, IDisposable
{
    public const string ObjectHead = "object";
    public const string StyleHead = "style";
    private const int Slice = 64;
    private readonly JudgeConfig config;
    private readonly PictureNetwork network;

    /// <summary>Takes ownership of the weights.</summary>
    public EmojiJudge(JudgeConfig config, StateDict weights)
    {
        this.config = config;
        network = new PictureNetwork(config.Network, weights);
    }

    public string Id => "emoji-judge";

    public IReadOnlyList<string> Objects => config.Objects;

    public IReadOnlyList<string> Styles => config.Styles;

    /// <summary>Opens <c>config.json</c> and <c>model.safetensors</c> of a judge's folder.</summary>
    /// <exception cref="CheckpointException">A file is missing or malformed.</exception>
    public static EmojiJudge Open(string folder)
    {
        var path = Path.Combine(folder, "config.json");
        if (!File.Exists(path))
            throw new CheckpointException($"`{path}` does not exist, expected the folder of a judge");
        using var file = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
        return new EmojiJudge(JudgeConfig.Load(path), file.ReadAll());
    }

    public IReadOnlyList<Judgement> Judge(Tensor images)
    {
        using var scope = torch.NewDisposeScope();
        var (objects, styles) = Probabilities(images);
        var (objectConfidence, objectNumber) = objects.max(1);
        var (styleConfidence, styleNumber) = styles.max(1);
        var judgements = new List<Judgement>();
        for (var i = 0; i < images.size(0); i++)
        {
            var sure = objectConfidence.data<float>()[i] >= config.Threshold;
            judgements.Add(new Judgement
            {
                Object = sure ? config.Objects[(int)objectNumber.data<long>()[i]] : null,
                ObjectConfidence = objectConfidence.data<float>()[i],
                Style = config.Styles[(int)styleNumber.data<long>()[i]],
                StyleConfidence = styleConfidence.data<float>()[i],
            });
        }

        return judgements;
    }

    /// <summary>Probabilities of all objects <c>[B, objects]</c> and styles <c>[B, styles]</c>; the caller disposes them.</summary>
    /// <param name="images"><c>[B, 3, H, W]</c> in [-1, 1]; not disposed.</param>
    public (Tensor Objects, Tensor Styles) Probabilities(Tensor images)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var (objects, styles) = (new List<Tensor>(), new List<Tensor>());
        for (long start = 0; start < images.size(0); start += Slice)
        {
            var features = network.Features(PictureInput.Fit(images.narrow(0, start, Math.Min(Slice, images.size(0) - start))));
            objects.Add(network.Head(ObjectHead, features).softmax(1));
            styles.Add(network.Head(StyleHead, features).softmax(1));
        }

        return (torch.cat(objects).MoveToOuterDisposeScope(), torch.cat(styles).MoveToOuterDisposeScope());
    }

    /// <summary>The network's features <c>[B, F]</c>, for distances between sets of pictures; the caller disposes them.</summary>
    public Tensor Features(Tensor images)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        return network.Features(PictureInput.Fit(images)).MoveToOuterDisposeScope();
    }

    public void Dispose() => network.Weights.Dispose();
}
