using System.Security.Cryptography;
using System.Text;
using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Networks;
using Lethe.Evaluation.Metrics;
using Lethe.Sdk.Evaluation;

namespace Lethe.Evaluation.Judges;

/// <summary>
/// The judge of the built-in model: an independent network that saw real pictures only and took no part in training the
/// generator. It answers none when it is not sure of an object.
/// </summary>
public sealed class EmojiJudge : IProbabilityJudge, IFeatureNetwork, IDisposable
{
    public const string ObjectHead = "object";
    public const string StyleHead = "style";
    private const int Slice = 64;
    private readonly JudgeConfig config;
    private readonly PictureNetwork network;
    private readonly Lazy<string> networkId;

    /// <summary>Takes ownership of the weights.</summary>
    public EmojiJudge(JudgeConfig config, StateDict weights)
    {
        this.config = config;
        network = new PictureNetwork(config.Network, weights);
        networkId = new(() => $"{Id}-mean-{Mark(weights)}");
    }

    public string Id => "emoji-judge";

    /// <inheritdoc/>
    public string NetworkId => networkId.Value;

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

    /// <inheritdoc/>
    public (Tensor Objects, Tensor Styles) Probabilities(Tensor images)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var (objects, styles) = (new List<Tensor>(), new List<Tensor>());
        foreach (var slice in Slices(images))
        {
            var outputs = JudgeOutputs.Of(network, slice, config.Mirrored);
            objects.Add(outputs.Objects.div(config.Temperature).softmax(1));
            styles.Add(outputs.Styles.div(config.StyleTemperature).softmax(1));
        }

        return (torch.cat(objects).MoveToOuterDisposeScope(), torch.cat(styles).MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public Tensor Features(Tensor images)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        return torch.cat([.. Slices(images).Select(network.Summary)]).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public IReadOnlyList<double> Distances(Tensor first, Tensor second)
    {
        if (first.size(0) != second.size(0))
            throw new ArgumentException($"{first.size(0)} and {second.size(0)} pictures, expected pairs", nameof(second));
        using var noGrad = torch.no_grad();
        var distances = new List<double>();
        using var scope = torch.NewDisposeScope();
        foreach (var (a, b) in Slices(first).Zip(Slices(second)))
        {
            using var inner = torch.NewDisposeScope();
            distances.AddRange(FeatureDistance.Between(network.Maps(a), network.Maps(b)));
        }
        return distances;
    }

    public void Dispose() => network.Weights.Dispose();

    private static IEnumerable<Tensor> Slices(Tensor images)
    {
        if (images.dim() != 4 || images.size(0) == 0)
            throw new ArgumentException($"pictures have shape `[{string.Join(", ", images.shape)}]`, expected `[B, 3, H, W]` with B of at least 1", nameof(images));
        for (long start = 0; start < images.size(0); start += Slice)
            yield return PictureInput.Fit(images.narrow(0, start, Math.Min(Slice, images.size(0) - start)));
    }

    /// <summary>First digits of SHA-256 over names and numbers of all weights.</summary>
    private static string Mark(StateDict weights)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var weight in weights.Weights)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(weight.Name + "\n"));
            using var plain = weight.Value.detach().contiguous();
            hash.AppendData(plain.bytes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
    }
}
