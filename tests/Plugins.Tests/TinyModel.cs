using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;

namespace Plugins.Tests;

/// <summary>
/// A model small enough to reason about: two cross-attention layers over made-up text states, a noise prediction that is a
/// fixed mixture of keys and values.
/// </summary>
internal sealed class TinyModel : IDiffusionModel, ITextEncoder, IDisposable
{
    private readonly Dictionary<string, Tensor> _weights = new(StringComparer.Ordinal);

    public TinyModel(int seed = 7)
    {
        using var generator = new torch.Generator((ulong)seed);
        foreach (var layer in new[] { "down_blocks.0.attn2", "up_blocks.0.attn2" })
        {
            foreach (var projection in new[] { "to_k", "to_v" })
                _weights[$"{layer}.{projection}.weight"] = torch.randn([12, Width], generator: generator);
        }

        _weights["conv_out.weight"] = torch.randn([4, 12], generator: generator);
        Denoiser = new TinyDenoiser(_weights);
    }

    public ITextEncoder TextEncoder => this;

    public IDenoiser Denoiser { get; }

    public IAutoencoder Autoencoder => throw new NotSupportedException("the tiny model has no pictures");

    public INoiseSchedule Schedule => throw new NotSupportedException("the tiny model has no schedule");

    public IReadOnlyList<long> LatentShape => [4, 2, 2];

    public int MaxLength => 10;

    public int Width => 16;

    /// <summary>Each word has its own state; later rows carry a trace of earlier ones, as under a causal mask.</summary>
    public Tensor Encode(IReadOnlyList<string> prompts)
    {
        using var scope = torch.NewDisposeScope();
        return torch.stack(prompts.Select(States)).MoveToOuterDisposeScope();
    }

    public int LastSubjectToken(string prompt) => Math.Min(Words(prompt).Length, MaxLength - 2);

    public void Dispose()
    {
        foreach (var weight in _weights.Values)
            weight.Dispose();
    }

    private static string[] Words(string prompt) => prompt.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private Tensor States(string prompt)
    {
        var words = Words(prompt).Take(MaxLength - 2).Prepend("<start>").ToList();
        while (words.Count < MaxLength)
            words.Add("<end>");
        var rows = new float[MaxLength * Width];
        for (var i = 0; i < MaxLength; i++)
        {
            var random = new Random(words[i].Aggregate(17, (hash, letter) => unchecked((hash * 31) + letter)));
            for (var j = 0; j < Width; j++)
                rows[(i * Width) + j] = (float)random.NextDouble() - 0.5f + (i > 0 ? 0.5f * rows[((i - 1) * Width) + j] : 0);
        }

        return torch.tensor(rows, [MaxLength, Width]);
    }

    private sealed class TinyDenoiser(Dictionary<string, Tensor> weights) : IDenoiser
    {
        public IReadOnlyList<CrossAttentionLayer> CrossAttention =>
            [.. new[] { "down_blocks.0.attn2", "up_blocks.0.attn2" }.Select(name => new CrossAttentionLayer
            {
                Name = name, KeyWeight = weights[name + ".to_k.weight"], ValueWeight = weights[name + ".to_v.weight"],
            })];

        public Tensor PredictNoise(Tensor latents, Tensor timesteps, Tensor textStates)
        {
            using var scope = torch.NewDisposeScope();
            var summed = CrossAttention
                .Select(layer => torch.nn.functional.linear(textStates, layer.KeyWeight) * torch.nn.functional.linear(textStates, layer.ValueWeight).tanh())
                .Aggregate((a, b) => a + b).mean([1L]);
            var channels = torch.nn.functional.linear(summed, weights["conv_out.weight"]);
            return (latents + channels.unsqueeze(2).unsqueeze(3)).MoveToOuterDisposeScope();
        }

        public IReadOnlyDictionary<string, Tensor> Parameters(ParameterSelection selection) =>
            new SortedDictionary<string, Tensor>(weights.Where(pair => selection.Contains(pair.Key)).ToDictionary(), StringComparer.Ordinal);

        public IDenoiser Freeze() => new TinyDenoiser(weights.ToDictionary());

        public IDisposable Attach(ModelEdit edit)
        {
            var before = weights.ToDictionary();
            foreach (var (name, tensor) in ((WeightEdit)edit).Tensors)
                weights[name] = tensor;
            return new Undo(weights, before);
        }

        public void Dispose()
        {
        }
    }

    private sealed class Undo(Dictionary<string, Tensor> weights, Dictionary<string, Tensor> before) : IDisposable
    {
        public void Dispose()
        {
            foreach (var (name, tensor) in before)
                weights[name] = tensor;
        }
    }
}
