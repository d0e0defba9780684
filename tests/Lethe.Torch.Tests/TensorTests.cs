using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Lethe.Torch.Tests;

public sealed class TensorTests
{
    [Fact]
    public void Tensor_FromNumbers_RoundTrips() =>
        Prop.ForAll<float[]>(numbers =>
        {
            using var scope = NewDisposeScope();
            return tensor(numbers).data<float>().ToArray().AsSpan().SequenceEqual(numbers);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Tensor_CountThatDoesNotFillTheShape_Throws() =>
        Assert.Throws<ArgumentException>(() => tensor(new float[] { 1, 2, 3 }, [2, 2]));

    [Fact]
    public void Index_SlicesSinglesAndEllipsis_MatchesPython()
    {
        using var scope = NewDisposeScope();
        var x = arange(24, dtype: float32).view(2, 3, 4);

        Assert.Equal([23f], x[-1, -1, -1].data<float>().ToArray());
        Assert.Equal([1f, 5f, 9f], x[0, .., 1].data<float>().ToArray());
        Assert.Equal([0f, 2f], x[0, 0, TensorIndex.Slice(step: 2)].data<float>().ToArray());
        Assert.Equal([3, 1], x[TensorIndex.Ellipsis, 0, TensorIndex.Null].transpose(0, 1)[.., 0].shape);
        Assert.Equal([12f, 0f], x[tensor(new long[] { 1, 0 })][.., 0, 0].data<float>().ToArray());
    }

    [Fact]
    public void Index_Assigned_WritesThatPartOnly()
    {
        using var scope = NewDisposeScope();
        var x = zeros([2, 3]);

        x[1, 1..] = ones([2]);

        Assert.Equal([0f, 0, 0, 0, 1, 1], x.data<float>().ToArray());
    }

    [Fact]
    public void Backward_Product_GivesTheOtherFactor()
    {
        using var scope = NewDisposeScope();
        var x = tensor(3f, requires_grad: true);
        var y = tensor(5f);

        (x * y).backward();

        Assert.Equal(5f, x.grad!.item<float>());
        Assert.Equal(15f, (x * y).item<float>());
    }

    [Fact]
    public void NoGrad_Inside_RecordsNothing()
    {
        using var scope = NewDisposeScope();
        var x = ones([2], requires_grad: true);

        using (no_grad())
            Assert.False((x * 2).requires_grad);
        Assert.True((x * 2).requires_grad);
    }

    [Fact]
    public void Grad_UnusedInput_IsNullWhenAllowed()
    {
        using var scope = NewDisposeScope();
        var (x, y) = (ones([1], requires_grad: true), ones([1], requires_grad: true));

        var grads = autograd.grad([x * 2], [x, y], allow_unused: true);

        Assert.Equal(2f, grads[0].item<float>());
        Assert.Null(grads[1]);
    }

    [Fact]
    public void Generator_SameSeed_SameNumbersWhateverTheDefaultDoes()
    {
        using var scope = NewDisposeScope();
        using var first = new Generator(7);
        using var second = new Generator(7);

        var a = randn([5], generator: first);
        manual_seed(99);
        var b = randn([5], generator: second);

        Assert.True(a.equal(b).item<bool>());
    }

    [Fact]
    public void Generator_StateRestored_ContinuesTheSequence()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        randn([3], generator: generator);
        var state = generator.get_state();

        var a = randn([3], generator: generator);
        generator.set_state(state);

        Assert.True(a.equal(randn([3], generator: generator)).item<bool>());
    }
}
