using Lethe.Plugins.Cpe;

namespace Plugins.Tests.Cpe;

/// <summary>The losses without frozen projections equal the plain ones, values and gradients.</summary>
public sealed class CpeLossTests : IDisposable
{
    private const double Eta = 0.4;
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly torch.Generator _generator = new(5);
    private readonly AdapterLayout _layout;
    private readonly FrozenProjections _frozen;

    public CpeLossTests()
    {
        var layers = RandomAdapter.Layers(ScalarType.Float64);
        _layout = new AdapterLayout(layers);
        _frozen = new FrozenProjections(
            _layout, torch.cat([.. layers.SelectMany(layer => new[] { layer.KeyWeight, layer.ValueWeight })]), [0.7, 1.3, 0.2, 2.1], RandomAdapter.Tokens);
    }

    public void Dispose()
    {
        _frozen.Dispose();
        _generator.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData(AttentionForm.Shared, true)]
    [InlineData(AttentionForm.QueryKey, true)]
    [InlineData(AttentionForm.Shared, false)]
    public void Erase_AllTerms_EqualsThePlainForm(AttentionForm form, bool gated)
    {
        using var adapter = Adapter(form, gated);
        var (target, surrogate, anchors, attacks) = (Random(1), Random(1), Random(4), Random(3));
        var objective = new CpeObjective(_frozen, Eta, 50);
        var plain = new PlainLoss(_frozen, adapter, Eta);
        using var held = objective.Hold(attacks);

        var terms = objective.Erase(adapter, objective.Prepare(target[0], surrogate[0]), anchors, held);
        var gradients = Gradients(terms.Total, adapter);
        var expected = plain.Erase(target, surrogate) + plain.Robust(target, surrogate, attacks) + plain.Anchor(anchors) * 50;

        Close(terms.Erase, plain.Erase(target, surrogate));
        Close(terms.Robust!, plain.Robust(target, surrogate, attacks));
        Close(terms.Anchor!, plain.Anchor(anchors));
        Close(terms.Total, expected);
        foreach (var (actual, wanted) in gradients.Zip(Gradients(expected, adapter)))
            Close(actual, wanted);
    }

    [Fact]
    public void Attack_Value_AndGradientEqualThePlainForm()
    {
        using var adapter = Adapter();
        var target = Random(1);
        var attacks = Random(3).requires_grad_();
        var objective = new CpeObjective(_frozen, Eta, 1);

        var loss = objective.Attack(adapter, objective.Freeze(adapter), target, attacks);
        loss.backward();
        var gradient = attacks.grad!;
        attacks.grad = null;
        var expected = new PlainLoss(_frozen, adapter, Eta).Attack(target, attacks);
        expected.backward();

        Close(loss, expected);
        Close(gradient, attacks.grad!);
    }

    [Fact]
    public void Erase_FreshAdapter_IsTheDistanceOfTheTexts()
    {
        using var adapter = Adapter(fresh: true);
        var (target, surrogate) = (Random(1), Random(1));

        var objective = new CpeObjective(_frozen, Eta, 1);
        var terms = objective.Erase(adapter, objective.Prepare(target[0], surrogate[0]), Random(3), null);
        var expected = torch.stack(_layout.Projections.Select((projection, p) =>
            (surrogate - target).matmul(_frozen.Weights.narrow(0, projection.Offset, projection.Width).mT).square().mean() * _frozen.Coefficients[p])).mean()
            * ((1 + Eta) * (1 + Eta));

        Close(terms.Erase, expected);
        Assert.Equal(0, terms.Anchor!.ToDouble());
    }

    [Fact]
    public void Erase_SurrogateIsTheTarget_HasNoGradient()
    {
        using var adapter = Adapter(fresh: true);
        var target = Random(1);

        var objective = new CpeObjective(_frozen, Eta, 1);
        var terms = objective.Erase(adapter, objective.Prepare(target[0], target[0]), Random(3), null);

        Assert.All(Gradients(terms.Total, adapter), gradient => Assert.Equal(0, gradient.abs().max().ToDouble()));
    }

    [Fact]
    public void Erase_Gradients_AreThoseOfFiniteDifferences()
    {
        const double step = 1e-6;
        using var adapter = Adapter();
        var (target, surrogate, anchors) = (Random(1), Random(1), Random(2));
        var objective = new CpeObjective(_frozen, Eta, 3);
        var gradients = Gradients(objective.Erase(adapter, objective.Prepare(target[0], surrogate[0]), anchors, null).Total, adapter);

        foreach (var (parameter, gradient) in adapter.Trained.Zip(gradients))
        {
            using var still = torch.no_grad();
            var flat = parameter.view(-1);
            var values = new[] { step, -step }.Select(change =>
            {
                flat.select(0, 1).add_(change);
                var value = objective.Erase(adapter, objective.Prepare(target[0], surrogate[0]), anchors, null).Total.ToDouble();
                flat.select(0, 1).sub_(change);
                return value;
            }).ToArray();
            var expected = (values[0] - values[1]) / (2 * step);
            Assert.Equal(expected, gradient.reshape(-1).select(0, 1).ToDouble(), Math.Abs(expected) * 1e-5 + 1e-7);
        }
    }

    [Theory]
    [InlineData(5, 9)]
    [InlineData(9, 5)]
    public void SpectralNorm_AnyShape_IsTheLargestSingularValue(int rows, int columns)
    {
        var matrix = torch.randn([rows, columns], generator: _generator);

        Assert.Equal(torch.linalg.svdvals(matrix).max().item<float>(), SpectralNorm.Of(matrix), 1e-4);
    }

    private static void Close(Tensor actual, Tensor expected) => Assert.True(GoldenCpe.Relative(actual.detach(), expected.detach()) < 1e-6);

    private static List<Tensor> Gradients(Tensor loss, TrainableAdapter adapter) =>
        [.. torch.autograd.grad([loss], [.. adapter.Trained], retain_graph: true)];

    private TrainableAdapter Adapter(AttentionForm form = AttentionForm.Shared, bool gated = true, bool fresh = false)
    {
        const int rank = 2, gateRank = 3;
        var shape = new AdapterShape { GateRank = gateRank, Rank = rank, Attention = form, Gated = gated, Alpha = 1.5 };
        return TrainableAdapter.Restore(_layout, shape, new Dictionary<string, Tensor>
        {
            ["query"] = Matrix(RandomAdapter.Width, gateRank),
            ["key"] = Matrix(RandomAdapter.Width, gateRank),
            ["scaler"] = Matrix(RandomAdapter.Width, 1),
            ["down"] = Matrix(RandomAdapter.Width, 4 * rank),
            ["up"] = fresh ? torch.zeros([rank, _layout.TotalWidth], ScalarType.Float64) : Matrix(rank, _layout.TotalWidth),
        });
    }

    private Tensor Matrix(long rows, long columns) => torch.randn([rows, columns], ScalarType.Float64, generator: _generator) * 0.3;

    private Tensor Random(int count) => torch.randn([count, RandomAdapter.Tokens, RandomAdapter.Width], ScalarType.Float64, generator: _generator);
}
