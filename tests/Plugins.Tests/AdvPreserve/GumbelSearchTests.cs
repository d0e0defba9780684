using Lethe.Plugins.AdvPreserve;

namespace Plugins.Tests.AdvPreserve;

public sealed class GumbelSearchTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly torch.Generator _generator = new(9);
    private readonly CandidateSet _set;

    public GumbelSearchTests() =>
        _set = new CandidateSet(["ant", "bee", "cow", "dog"], torch.randn([4, 6], generator: _generator));

    public void Dispose()
    {
        _scope.Dispose();
        _generator.Dispose();
    }

    [Fact]
    public void Embedding_Hard_IsExactlyOneRow()
    {
        using var search = new GumbelSearch([_set], 2, hard: true);

        for (var i = 0; i < 10; i++)
        {
            var sample = search.Draw(0, _generator);
            Assert.True(search.Embedding(sample).eq(_set.Rows[sample.Word]).all().item<bool>());
        }
    }

    [Fact]
    public void Embedding_Soft_IsTheMixture()
    {
        using var search = new GumbelSearch([_set], 2, hard: false);
        var sample = search.Draw(0, _generator);

        Assert.Equal(1, sample.Weights.sum().item<float>(), 1e-6);
        Assert.True(search.Embedding(sample).allclose(sample.Weights.unsqueeze(0).matmul(_set.Rows)[0], 1e-5, 1e-6));
    }

    [Fact]
    public void Draw_EqualLogits_IsUniform()
    {
        using var search = new GumbelSearch([_set], 2, hard: true);
        var counts = new int[4];
        for (var i = 0; i < 2000; i++)
            counts[search.Draw(0, _generator).Word]++;

        // Chi-square with 3 degrees of freedom: above 16.3 in one of a thousand.
        Assert.True(counts.Sum(count => (count - 500.0) * (count - 500) / 500) < 16.3);
    }

    [Fact]
    public void Draw_OneLogitFarAbove_AlwaysWins()
    {
        using var search = new GumbelSearch([_set], 2, hard: true);
        using (torch.no_grad())
            search.Logits(0)[2].add_(50);

        Assert.All(Enumerable.Range(0, 50), _ => Assert.Equal(2, search.Draw(0, _generator).Word));
    }

    [Fact]
    public void GradientOf_AnyGradient_IsThatOfTheSoftSampleAndSumsToZero()
    {
        using var search = new GumbelSearch([_set], 2, hard: true);
        var sample = search.Draw(0, _generator);
        var toEmbedding = torch.randn([6], generator: _generator);
        // The same sample through the engine: logits that give these weights back at temperature 2.
        var logits = (2 * sample.Weights.log()).requires_grad_();
        ((logits / 2).softmax(0).unsqueeze(0).matmul(_set.Rows)[0] * toEmbedding).sum().backward();

        var gradient = search.GradientOf(sample, toEmbedding);

        Assert.True(gradient.allclose(logits.grad!, 1e-4, 1e-6));
        Assert.Equal(0, gradient.sum().item<float>(), 1e-5);
    }

    [Fact]
    public void Draw_AllLogitsShifted_ChangesNothing()
    {
        using var search = new GumbelSearch([_set], 2, hard: true);
        using var again = new torch.Generator(3);
        var before = search.Draw(0, again).Weights;
        using (torch.no_grad())
            search.Logits(0).add_(7);
        again.manual_seed(3);

        Assert.True(before.allclose(search.Draw(0, again).Weights, 1e-5, 1e-6));
    }

    [Fact]
    public void Climb_OneConcept_LeavesTheOthersAlone()
    {
        using var search = new GumbelSearch([_set, _set], 2, hard: true);
        search.Climb(search.Draw(1, _generator), torch.ones([6]), 0.1);
        var logits = search.Logits(1).detach().clone();

        search.Climb(search.Draw(0, _generator), torch.ones([6]), 0.1);

        Assert.True(logits.eq(search.Logits(1)).all().item<bool>());
        Assert.False(search.Logits(0).eq(0.25).all().item<bool>());
    }

    [Fact]
    public void Climb_OnlyOneWordIsDamaged_RaisesThatWord()
    {
        // A linear network whose change hurts the first axis alone: L2 = |D c|^2 with D = diag(1, 0).
        var damage = torch.tensor(new[] { 1f, 0f, 0f, 0f }, [2, 2]);
        using var search = new GumbelSearch([new CandidateSet(["hurt", "unhurt"], torch.eye(2))], 2, hard: true);
        for (var i = 0; i < 40; i++)
        {
            var sample = search.Draw(0, _generator);
            var embedding = search.Embedding(sample).requires_grad_();
            var gradient = torch.autograd.grad([damage.mv(embedding).square().sum()], [embedding])[0];
            search.Climb(sample, gradient, 0.05);
        }

        Assert.True(search.Logits(0)[0].item<float>() > search.Logits(0)[1].item<float>() + 0.5);
    }
}
