using Lethe.Plugins.RealEra;

namespace Plugins.Tests.RealEra;

/// <summary>The sampler: what it draws, how similar that is, and which rows of a prompt it touches.</summary>
public sealed class RealEraMethodTests : IDisposable
{
    private static readonly RealEraSettings Settings = RealEraSettings.Of(new RealEraOptions(), 768);

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly torch.Generator _generator = new(23);
    private readonly WordEncoder _encoder = new();

    public void Dispose()
    {
        _scope.Dispose();
        _generator.Dispose();
    }

    [Fact]
    public void Neighbour_ManyPoints_StayWithinTheirLimits()
    {
        var e = torch.randn([200, 64], float64, generator: _generator);
        var limits = Neighbourhood.Of(0.6, null, null, 0.98, 0.8, 1);

        var drawn = RealEraMethod.Neighbour(e, limits, _generator);

        Assert.All(Radii(e, drawn), radius => Assert.InRange(radius, 0, 0.6));
        Assert.All(Cosines(e, drawn), cosine => Assert.InRange(cosine, 0.8, 0.98));
    }

    [Fact]
    public void FarPoint_ManyPoints_StayWithinTheirLimits()
    {
        var e = torch.randn([200, 64], float64, generator: _generator);
        var limits = Neighbourhood.Of(0.6, null, null, 1, 0.8, 1);

        var drawn = RealEraMethod.FarPoint(e, limits, _generator);

        Assert.All(Radii(e, drawn), radius => Assert.InRange(radius, 0.6 - 1e-12, 1.2));
        Assert.All(Cosines(e, drawn), cosine => Assert.InRange(cosine, -1, 0.8));
    }

    [Fact]
    public void Perturb_Step_IsAnInterpolationTowardsARandomPoint()
    {
        var e = torch.randn([50, 64], float64, generator: _generator);

        var drawn = RealEraMethod.Neighbour(e, Neighbourhood.Of(null, null, null, 1, null, 1), _generator);

        var v = e + drawn.Distance * drawn.Direction;
        Assert.True(drawn.Direction.norm(1).allclose(torch.ones([50], float64)));
        Assert.True((e + drawn.Eta).allclose((1 - drawn.Share) * e + drawn.Share * v));
        Assert.True(drawn.Eta.allclose(drawn.Direction * drawn.Eta.norm(1, keepdim: true)));
        Assert.Equal(0, v.mean().ToDouble(), 0.1);
        Assert.Equal(1, v.std().ToDouble(), 0.1);
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.6)]
    [InlineData(1.0)]
    public void Perturb_FixedRadius_HasTheCosineOfTheRelation(double radius)
    {
        var e = torch.randn([300, 768], float64, generator: _generator);

        var drawn = RealEraMethod.Perturb(e, radius, radius, cosine => cosine.ge(-1), _generator);

        Assert.Equal(Neighbourhood.CosineAt(radius, 1), Cosines(e, drawn).Average(), 0.01);
        Assert.All(Cosines(e, drawn), cosine => Assert.InRange(cosine - Neighbourhood.CosineAt(radius, 1), -0.1, 0.1));
    }

    [Theory]
    [InlineData(0.3, true)]
    [InlineData(3.0, false)]
    public void Perturb_Limits_AreHeldHoweverOftenIsDrawn(double to, bool atOnce)
    {
        var e = torch.randn([40, 768], float64, generator: _generator);
        var draws = 0;

        var drawn = RealEraMethod.Perturb(e, 0, to, cosine => { draws++; return cosine.ge(0.8); }, _generator);

        // At a distance of 0.3 no cosine is below 0.9; of 40 at up to 3 some are certainly below 0.8.
        Assert.Equal(atOnce, draws == 1);
        Assert.All(Cosines(e, drawn), cosine => Assert.InRange(cosine, 0.8, 1));
    }

    [Fact]
    public void Perturb_LimitsOutOfReach_FailsLoudly() =>
        Assert.Contains("min-cosine", Assert.Throws<InvalidOperationException>(() => RealEraMethod.Perturb(
            torch.randn([1, 16], float64, generator: _generator), 0.1, 0.2, cosine => cosine.lt(0), _generator)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(NoiseShape.Block)]
    [InlineData(NoiseShape.PerToken)]
    [InlineData(NoiseShape.Shared)]
    public void Collect_Prompt_GivesPairedSets(NoiseShape noise)
    {
        using var pair = _encoder.Pair("a photo of the {}", "cat", "sky");
        var settings = Settings with { Noise = noise, Neighbours = 3, FarPoints = 5 };

        var blocks = RealEraMethod.Collect(pair, settings, _generator).Blocks;

        Assert.Equal(4, blocks.Count(block => block.Targets is not null));
        Assert.Equal(5, blocks.Count(block => block is { Targets: null, Weight: 0.1 }));
        Assert.True(blocks[0].Inputs.allclose(pair.Concept, 0, 0));
        Assert.True(blocks[0].Targets!.allclose(pair.Becomes, 0, 0));
        Assert.All(blocks.Where(block => block.Targets is not null).Skip(1), block =>
        {
            var (eta, soft) = (block.Inputs - pair.Concept, block.Targets! - pair.Becomes);
            for (var row = 0; row < eta.shape[0]; row++)
                Assert.Equal(1, torch.nn.functional.normalize(eta[row], dim: 0).dot(torch.nn.functional.normalize(soft[row], dim: 0)).ToDouble(), 1e-9);
        });
        if (noise == NoiseShape.Shared)
            Assert.All(blocks.Skip(1), block => Assert.True((block.Inputs - pair.Concept).std([0L]).lt(1e-12).all().item<bool>()));
    }

    [Fact]
    public void Collect_SameSeed_GivesTheSameSets()
    {
        using var pair = _encoder.Pair("a photo of the {}", "cat", "sky");
        var (first, second) = (RealEraMethod.Collect(pair, Settings, new torch.Generator(4)), RealEraMethod.Collect(pair, Settings, new torch.Generator(4)));

        Assert.Equal((first.Pull, first.Spread), (second.Pull, second.Spread));
        foreach (var (a, b) in first.Blocks.Zip(second.Blocks))
            Assert.True(a.Inputs.allclose(b.Inputs, 0, 0) && (a.Targets is null || a.Targets.allclose(b.Targets!, 0, 0)));
    }

    [Theory]
    [InlineData("cat", 5)]
    [InlineData("old red car", 5)]
    public void Moved_Prompt_LeavesTheRowsBeforeTheConcept(string concept, int first)
    {
        using var pair = _encoder.Pair("a photo of the {}", concept, "sky");

        var moved = RealEraMethod.Moved(pair, Settings, _generator, RealEraMethod.Neighbour);

        Assert.Equal(first, pair.Rows.First);
        Assert.True(moved.narrow(1, 0, first).allclose(pair.Target.narrow(1, 0, first), 0, 0));
        Assert.Equal(_encoder.MaxLength - first, moved.ne(pair.Target).select(0, 0).to(float64).sum(1).gt(0).to(float64).sum().ToDouble());
    }

    [Fact]
    public void Terms_OddAndEvenSteps_AreThePapers()
    {
        using var pair = _encoder.Pair("a photo of the {}", "cat", "sky");

        var (odd, even) = (RealEraMethod.Terms(1, pair, Settings, _generator), RealEraMethod.Terms(2, pair, Settings, _generator));

        Assert.Equal(("concept", 1.0), (Assert.Single(odd).Name, odd[0].Weight));
        Assert.Same(pair.Target, odd[0].States);
        Assert.Same(pair.Anchor, odd[0].Wanted);
        Assert.Equal([("neighbour", 0.3), ("beyond", 0.7)], even.Select(term => (term.Name, term.Weight)));
        Assert.Same(pair.Anchor, even[0].Wanted);
        Assert.Same(even[1].States, even[1].Wanted);
    }

    [Theory]
    [InlineData(false, false, "concept")]
    [InlineData(true, false, "neighbour")]
    [InlineData(false, true, "beyond")]
    public void Terms_ComponentSwitchedOff_IsAbsent(bool mining, bool beyond, string expected)
    {
        using var pair = _encoder.Pair("a photo of the {}", "cat", "sky");
        var settings = RealEraSettings.Of(new RealEraOptions { NeighbourMining = mining, BeyondConcept = beyond }, 768);

        Assert.Equal([expected], RealEraMethod.Terms(2, pair, settings, _generator).Select(term => term.Name));
        Assert.Equal((mining, beyond), (RealEraMethod.Collect(pair, settings, _generator).Blocks.Count(block => block.Targets is not null) > 1,
            RealEraMethod.Collect(pair, settings, _generator).Blocks.Any(block => block.Targets is null)));
    }

    private static double[] Radii(Tensor e, RealEraMethod.Perturbation drawn) => (drawn.Eta.norm(1) / e.norm(1)).data<double>().ToArray();

    private static double[] Cosines(Tensor e, RealEraMethod.Perturbation drawn)
    {
        var moved = e + drawn.Eta;
        return ((e * moved).sum(1) / (e.norm(1) * moved.norm(1))).contiguous().data<double>().ToArray();
    }
}
