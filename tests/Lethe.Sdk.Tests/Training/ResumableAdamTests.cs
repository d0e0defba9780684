using Lethe.Sdk.Training;

namespace Lethe.Sdk.Tests.Training;

public sealed class ResumableAdamTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.01)]
    public void Step_SeveralTimes_AgreesWithTheEngine(double decay)
    {
        var (ours, theirs) = (new Parameter(torch.tensor(new[] { 1f, -2f, 3f })), new Parameter(torch.tensor(new[] { 1f, -2f, 3f })));
        using var resumable = new ResumableAdam([ours], decay);
        using torch.optim.Optimizer engine = decay == 0 ? torch.optim.Adam([theirs], 1e-2) : torch.optim.AdamW([theirs], 1e-2, weight_decay: decay);

        for (var step = 0; step < 5; step++)
        {
            (ours * ours * (step + 1)).sum().backward();
            resumable.Step(1e-2);
            (theirs * theirs * (step + 1)).sum().backward();
            engine.step();
            engine.zero_grad();
        }

        Assert.True(ours.allclose(theirs, 0, 1e-6));
    }

    [Fact]
    public void Step_ParameterWithoutGradient_StaysAndKeepsItsMoments()
    {
        var (moved, still) = (new Parameter(torch.ones([2])), new Parameter(torch.ones([2])));
        using var adam = new ResumableAdam([moved, still]);
        (moved.sum() + still.sum()).backward();
        adam.Step(0.1);
        var after = still.clone();
        var moment = adam.State["first-1"].clone();

        moved.sum().backward();
        adam.Step(0.1);

        Assert.True(still.eq(after).all().item<bool>());
        Assert.True(adam.State["first-1"].eq(moment).all().item<bool>());
        Assert.Equal([2, 1], adam.State["steps"].data<long>().ToArray());
    }

    [Fact]
    public void Restore_StateOfOtherParameters_NamesTheTensor()
    {
        using var small = new ResumableAdam([new Parameter(torch.ones([2]))]);
        using var large = new ResumableAdam([new Parameter(torch.ones([3]))]);

        Assert.Contains("`first-0`", Assert.Throws<InvalidDataException>(() => large.Restore(small.State)).Message, StringComparison.Ordinal);
    }
}
