using Xunit;

namespace Lethe.Torch.Tests;

/// <summary>Counts live native tensors, so nothing else may run beside it.</summary>
[Collection("alone")]
public sealed class DisposeScopeTests
{
    [Fact]
    public void Scope_TrainingLoop_LeavesNoTensorBehind()
    {
        Train();
        var before = Tensor.TotalCount;

        Train();

        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void MoveToOuter_Nested_SurvivesTheInnerScope()
    {
        using var outer = NewDisposeScope();
        Tensor kept, lost;

        using (NewDisposeScope())
        {
            lost = ones([1]);
            kept = (lost + 1).MoveToOuterDisposeScope();
        }

        Assert.True(lost.IsInvalid);
        Assert.Equal(2f, kept.item<float>());
    }

    [Fact]
    public void Detach_FromScope_IsTheCallersToFree()
    {
        Tensor kept;
        using (NewDisposeScope())
            kept = ones([1]).DetachFromDisposeScope();

        Assert.False(kept.IsInvalid);
        kept.Dispose();
    }

    [Fact]
    public void Scope_ManyShortLivedTensors_DoesNotKeepTheirShells()
    {
        using var scope = NewDisposeScope();

        for (var i = 0; i < 10_000; i++)
            ones([1]).Dispose();

        Assert.Equal(0, scope.DisposablesCount);
    }

    private static void Train()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var weight = new Modules.Parameter(randn([3, 4], generator: generator));
        using var adam = optim.Adam([weight], 0.1);
        for (var i = 0; i < 3; i++)
        {
            using var step = NewDisposeScope();
            adam.zero_grad();
            nn.functional.linear(randn([2, 4], generator: generator), weight).square().mean().backward();
            nn.utils.clip_grad_norm_([weight], 1);
            adam.step();
        }
    }
}

/// <summary>Tests that need the process for themselves.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class RunsAlone;
