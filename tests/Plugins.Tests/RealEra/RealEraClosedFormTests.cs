using System.Text.Json;
using Lethe.Plugins.RealEra;
using Lethe.Sdk.Erasers;
using Plugins.Tests.Baselines;

namespace Plugins.Tests.RealEra;

/// <summary>Stage 1: Eq. 7 is solved, unrelated directions shrink as the law says, and without random points it is UCE.</summary>
public sealed class RealEraClosedFormTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly torch.Generator _generator = new(29);

    public void Dispose()
    {
        _scope.Dispose();
        _generator.Dispose();
    }

    [Fact]
    public void Solve_NoRandomPoints_IsTheStartOfRece()
    {
        var golden = Golden();

        var blocks = RealEraMethod.Collect(golden.Pair("nudity", " "), Plain, _generator).Blocks;

        golden.AssertSolved("rece.start", [.. blocks, golden.Kept("a person")]);
    }

    [Fact]
    public void Solve_NoRandomPointsAndNoEarlierTokens_IsUce()
    {
        var golden = Golden();
        var blocks = new[] { ("van gogh", "art"), ("nudity", " ") }.Select(names => golden.Pair(names.Item1, names.Item2)).Select(pair =>
        {
            // UCE starts at the last token of a name, RealEra at the first.
            var earlier = pair.Rows.Last - pair.Rows.First;
            var following = pair.Concept.shape[0] - earlier;
            return new RowBlock { Inputs = pair.Concept.narrow(0, earlier, following), Targets = pair.Becomes.narrow(0, earlier, following) };
        });

        golden.AssertSolved("uce_tokens.replace", [.. blocks, golden.Kept("a cat"), golden.Kept("a person")]);
    }

    [Fact]
    public void Solve_RandomPoints_IsTheMinimum()
    {
        using var pair = new WordEncoder(12, 32).Pair("a photo of the {}", "cat", "sky");
        var settings = Default with { Neighbours = 4, FarPoints = 6 };
        var sets = RealEraMethod.Collect(pair, settings, _generator);
        var ridge = RealEraMethod.Ridge([sets], settings);
        var old = torch.randn([20, 32], float64, generator: _generator);
        using var system = new ClosedFormSystem(sets.Blocks, ridge);
        var solved = system.Replace(old);

        var leaf = solved.detach().requires_grad_();
        var least = Objective(leaf, old, sets.Blocks, ridge);
        least.backward();

        Assert.InRange(leaf.grad!.norm().ToDouble(), 0, 1e-9 * least.ToDouble());
        for (var i = 0; i < 5; i++)
        {
            var moved = solved + torch.randn(solved.shape, float64, generator: _generator) * 1e-3;
            Assert.True(Objective(moved, old, sets.Blocks, ridge).ToDouble() > least.ToDouble());
        }
    }

    [Fact]
    public void Solve_SurrogateIsTheConceptWithoutNeighbours_ReturnsTheOldBytes()
    {
        using var pair = new WordEncoder().Pair("a photo of the {}", "cat", "cat");
        var old = torch.randn([20, 64], generator: _generator);
        using var system = new ClosedFormSystem(RealEraMethod.Collect(pair, Default with { Neighbours = 0 }, _generator).Blocks, 1);

        Assert.True(old.allclose(system.Replace(old), 0, 0));
    }

    [Theory]
    [InlineData(60, 0, 1.0)]
    [InlineData(60, 120, 1.0)]
    [InlineData(60, 120, null)]
    public void Solve_ManyNeighbours_ShrinksUnrelatedDirectionsByKappa(int neighbours, int farPoints, double? ridge)
    {
        const int width = 96;
        using var pair = new WordEncoder(20, width).Pair("the {}", "cat", "sky");
        var settings = Default with { Neighbours = neighbours, FarPoints = farPoints, Ridge = ridge };
        var sets = RealEraMethod.Collect(pair, settings, _generator);
        var mu = RealEraMethod.Ridge([sets], settings);
        using var system = new ClosedFormSystem(sets.Blocks, mu);

        var (_, _, directions) = torch.linalg.svd(pair.Concept);
        var unrelated = directions.narrow(0, pair.Concept.shape[0], width - pair.Concept.shape[0]);
        var shared = system.Replace(torch.eye(width, dtype: float64));
        var kept = (unrelated.matmul(shared) * unrelated).sum(1).mean().ToDouble();

        var kappa = RealEraMethod.Contraction([sets], mu);
        Assert.Equal(1 - kappa, kept, 0.02);
        if (ridge is null)
            Assert.Equal(0.1, kappa, 1e-9);
    }

    [Fact]
    public void Ridge_TargetAlreadyMet_StaysAboveZero()
    {
        using var pair = new WordEncoder().Pair("the {}", "cat", "sky");
        var settings = Default with { Contraction = 0.9 };

        Assert.Equal(1, RealEraMethod.Ridge([RealEraMethod.Collect(pair, settings, _generator)], settings));
        Assert.Equal(1, RealEraMethod.Ridge([RealEraMethod.Collect(pair, settings with { Noise = NoiseShape.Shared }, _generator)], settings with { Noise = NoiseShape.Shared }));
    }

    private static RealEraSettings Default => RealEraSettings.Of(new RealEraOptions(), 768);

    private static RealEraSettings Plain => Default with { Neighbours = 0, FarPoints = 0 };

    private static Tensor Objective(Tensor weight, Tensor old, IReadOnlyList<RowBlock> blocks, double ridge) => blocks
        .Select(block => (block.Inputs.matmul(weight.mT) - (block.Targets ?? block.Inputs).matmul(old.mT)).square().sum() * block.Weight)
        .Aggregate((weight - old).square().sum() * ridge, (sum, term) => sum + term);

    private static GoldenCase Golden()
    {
        var path = GoldenFile.Find("closed-form/closed_form.safetensors");
        Assert.SkipWhen(path is null, "golden data is not there; set LETHE_GOLDEN");
        using var cases = JsonDocument.Parse(File.ReadAllText(Path.Combine(Path.GetDirectoryName(path)!, "cases.json")));
        return new GoldenCase(cases.RootElement.Clone(), GoldenFile.Doubles(path));
    }

    private sealed class GoldenCase(JsonElement cases, IReadOnlyDictionary<string, Tensor> tensors)
    {
        private readonly TableEncoder _encoder = new(cases, tensors["prompt_embeddings"]);

        public PromptPair Pair(string concept, string anchor) => new(_encoder, Sentence.Of("{}", concept), Sentence.Of("{}", anchor));

        public RowBlock Kept(string prompt) => new() { Inputs = _encoder.Encode([prompt]).select(0, 0), Weight = 0.1 };

        public void AssertSolved(string name, IReadOnlyList<RowBlock> blocks)
        {
            using var system = new ClosedFormSystem(blocks, cases.GetProperty("cases").GetProperty(name).GetProperty("lamb").GetDouble());
            var worst = tensors.Keys.Where(key => key.StartsWith("W.", StringComparison.Ordinal)).Max(key =>
                (system.Replace(tensors[key]) - tensors[$"{name}.{key[2..]}"]).abs().max().ToDouble());
            Assert.InRange(worst, 0, 1e-8);
        }
    }
}
