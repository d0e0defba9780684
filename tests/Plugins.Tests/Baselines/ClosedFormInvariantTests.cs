using Lethe.Plugins.Baselines;
using Lethe.Sdk.Erasers;

namespace Plugins.Tests.Baselines;

public sealed class ClosedFormInvariantTests : IDisposable
{
    private const int Width = 24;
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly torch.Generator _generator = new(311);

    public void Dispose()
    {
        _scope.Dispose();
        _generator.Dispose();
    }

    [Fact]
    public void Replace_NothingErased_ReturnsTheOldBytes()
    {
        var weight = Random(40, Width);
        using var system = new ClosedFormSystem([Kept(5)], 0.5);

        Assert.True(weight.allclose(system.Replace(weight), 0, 0));
    }

    [Fact]
    public void Replace_SurrogateIsTheConcept_ReturnsTheOldBytes()
    {
        var (weight, rows) = (Random(40, Width), Random(3, Width));
        using var system = new ClosedFormSystem([new RowBlock { Inputs = rows, Targets = rows }], 0.5);

        Assert.True(weight.allclose(system.Replace(weight), 0, 0));
    }

    [Fact]
    public void Replace_HugeRidge_LeavesTheWeights()
    {
        var weight = Random(40, Width);
        using var system = new ClosedFormSystem([Erased(3)], 1e12);

        Assert.InRange(Distance(weight, system.Replace(weight)), 0, 1e-9);
    }

    [Fact]
    public void Replace_OneRowTinyRidge_ReachesTheTarget()
    {
        var (weight, block) = (Random(40, Width), Erased(1));
        using var system = new ClosedFormSystem([block], 1e-10);

        var reached = system.Replace(weight).matmul(block.Inputs.mT);

        Assert.InRange(Distance(weight.matmul(block.Targets!.mT), reached), 0, 1e-7);
    }

    [Theory]
    [InlineData(UceTechnique.Replace)]
    [InlineData(UceTechnique.Tensor)]
    public void Solve_RandomRows_SolvesTheNormalEquations(UceTechnique technique)
    {
        var weight = Random(40, Width);
        RowBlock[] blocks = [Erased(4, 1.5), Erased(7), Kept(9, 0.3)];
        using var system = new ClosedFormSystem(blocks, 0.5);
        var edited = technique == UceTechnique.Tensor ? system.ProjectOut(weight) : system.Replace(weight);
        var (left, right) = NormalEquations(weight, blocks, 0.5, technique);

        var residual = (edited.matmul(left) - right).norm().ToDouble() / right.norm().ToDouble();

        Assert.InRange(residual, 0, 1e-10);
    }

    [Fact]
    public void Replace_RandomRows_AgreesWithTheInverseOfTheAuthors()
    {
        var weight = Random(40, Width);
        RowBlock[] blocks = [Erased(4), Kept(9, 0.3)];
        using var system = new ClosedFormSystem(blocks, 0.5);
        var (left, right) = NormalEquations(weight, blocks, 0.5, UceTechnique.Replace);

        Assert.InRange(Distance(right.matmul(torch.linalg.inv(left)), system.Replace(weight)), 0, 1e-6);
    }

    [Fact]
    public void Replace_RandomRows_AgreesWithTheSmallSystem()
    {
        var (weight, block) = (Random(40, Width), Erased(4, 2));
        using var system = new ClosedFormSystem([block], 0.5);
        var inner = torch.eye(4, dtype: float64) * (0.5 / 2) + block.Inputs.matmul(block.Inputs.mT);
        var correction = (block.Targets! - block.Inputs).mT.matmul(torch.linalg.solve(inner, block.Inputs));

        Assert.InRange(Distance(weight + weight.matmul(correction), system.Replace(weight)), 0, 1e-9);
    }

    [Fact]
    public void Replace_FewRows_ChangesThatManyDimensions()
    {
        var weight = torch.eye(Width, dtype: float64);
        using var system = new ClosedFormSystem([Erased(3), Kept(9)], 0.5);

        var rank = torch.linalg.matrix_rank(system.Replace(weight) - weight, rtol: 1e-9).item<long>();

        Assert.Equal(3, rank);
    }

    [Fact]
    public void Replace_TwoLayers_AreMovedByOneMatrix()
    {
        var (first, second) = (Random(40, Width), Random(30, Width));
        using var system = new ClosedFormSystem([Erased(3), Kept(5)], 0.5);
        var shared = system.Replace(torch.eye(Width, dtype: float64));

        Assert.InRange(Distance(first.matmul(shared), system.Replace(first)), 0, 1e-10);
        Assert.InRange(Distance(second.matmul(shared), system.Replace(second)), 0, 1e-10);
    }

    [Fact]
    public void Replace_MorePreserveWeight_MovesKeptRowsLess()
    {
        var (weight, erased, kept) = (Random(40, Width), Erased(6), Random(5, Width));
        var moved = new List<double>();
        foreach (var preserveWeight in new[] { 0.01, 0.1, 1, 10, 100 })
        {
            using var system = new ClosedFormSystem([erased, new RowBlock { Inputs = kept, Weight = preserveWeight }], 0.5);
            moved.Add((system.Replace(weight) - weight).matmul(kept.mT).norm().ToDouble());
        }

        Assert.Equal(moved.OrderDescending(), moved);
    }

    [Fact]
    public void Replace_RowsInAnotherOrder_GivesTheSameWeights()
    {
        var (weight, erased, kept) = (Random(40, Width), Erased(6), Kept(9, 0.3));
        var order = torch.tensor(new long[] { 3, 0, 5, 1, 4, 2 });
        var shuffled = new RowBlock { Inputs = erased.Inputs.index_select(0, order), Targets = erased.Targets!.index_select(0, order) };
        using var system = new ClosedFormSystem([erased, kept], 0.5);
        using var other = new ClosedFormSystem([kept, shuffled], 0.5);

        Assert.InRange(Distance(system.Replace(weight), other.Replace(weight)), 0, 1e-10);
    }

    [Fact]
    public void Replace_EveryRowTwiceAndTheRidgeDoubled_GivesTheSameWeights()
    {
        var (weight, erased, kept) = (Random(40, Width), Erased(6), Kept(9, 0.3));
        using var system = new ClosedFormSystem([erased, kept], 0.5);
        using var twice = new ClosedFormSystem([erased, kept, erased, kept], 1);

        Assert.InRange(Distance(system.Replace(weight), twice.Replace(weight)), 0, 1e-10);
    }

    [Theory]
    [InlineData(UceTechnique.Replace)]
    [InlineData(UceTechnique.Tensor)]
    public void Solve_NoRidge_IsTheLimitOfSmallRidges(UceTechnique technique)
    {
        var weight = Random(40, Width);
        RowBlock[] blocks = [Erased(4), Kept(9, 0.3)];
        using var none = new ClosedFormSystem(blocks, 0);
        using var small = new ClosedFormSystem(blocks, 1e-8);

        var (exact, limit) = technique == UceTechnique.Tensor
            ? (none.ProjectOut(weight), small.ProjectOut(weight))
            : (none.Replace(weight), small.Replace(weight));

        Assert.InRange(Distance(limit, exact), 0, 1e-5);
    }

    [Fact]
    public void ConditionNumber_KnownRows_IsTheRatioOfEigenvalues()
    {
        var rows = torch.eye(Width, dtype: float64).narrow(0, 0, 3) * 4;
        using var ridged = new ClosedFormSystem([new RowBlock { Inputs = rows }], 0.5);
        using var bare = new ClosedFormSystem([new RowBlock { Inputs = rows }], 0);

        Assert.Equal((16 + 0.5) / 0.5, ridged.ConditionNumber(), 1e-9);
        Assert.Equal(1, bare.ConditionNumber(), 1e-9);
    }

    [Fact]
    public void Replace_Float32Weights_KeepsTheirType()
    {
        using var system = new ClosedFormSystem([Erased(3)], 0.5);

        Assert.Equal(float32, system.Replace(Random(40, Width).to(float32)).dtype);
    }

    private static (Tensor Left, Tensor Right) NormalEquations(Tensor weight, RowBlock[] blocks, double ridge, UceTechnique technique)
    {
        var left = torch.eye(Width, dtype: float64) * ridge;
        var right = weight * ridge;
        foreach (var block in blocks)
        {
            var old = block.Inputs.matmul(weight.mT);
            var wanted = (block.Targets ?? block.Inputs).matmul(weight.mT);
            if (technique == UceTechnique.Tensor && block.Targets is not null)
            {
                var direction = old / old.norm();
                wanted -= direction * (direction * wanted).sum();
            }

            left += block.Inputs.mT.matmul(block.Inputs) * block.Weight;
            right += wanted.mT.matmul(block.Inputs) * block.Weight;
        }

        return (left, right);
    }

    private static double Distance(Tensor expected, Tensor actual) => (expected - actual).abs().max().ToDouble();

    private Tensor Random(long rows, long columns) => torch.randn([rows, columns], float64, generator: _generator);

    private RowBlock Erased(long rows, double weight = 1) => new() { Inputs = Random(rows, Width), Targets = Random(rows, Width), Weight = weight };

    private RowBlock Kept(long rows, double weight = 1) => new() { Inputs = Random(rows, Width), Weight = weight };
}
