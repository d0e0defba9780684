using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Lethe.Torch.Native;
using Xunit;

namespace Lethe.Torch.Tests;

/// <summary>Large tensors lie in blocks that are used again (<c>sdk/native/tensor_memory.cpp</c>).</summary>
[Collection("alone")]
public sealed class TensorMemoryTests
{
    [Fact]
    public void Tensor_AfterOneOfItsSizeWasFreed_TakesItsBlock()
    {
        const int bytes = 4 << 20;
        torch.zeros([bytes / sizeof(float)]).Dispose();
        NativeMethods.lt_tensor_memory(out var live, out var kept, out var peak);

        using var tensor = torch.ones([bytes / sizeof(float)]);

        NativeMethods.lt_tensor_memory(out var liveNow, out var keptNow, out var peakNow);
        Assert.Equal((live + bytes, kept - bytes, peak), (liveNow, keptNow, peakNow));
    }

    [Fact]
    public void Tensor_TakenAndFreedInAnyOrder_KeepsItsNumbersAndTheProcessItsPeak()
    {
        // Sizes from below the smallest kept block to 12 MB; of each, whether it outlives the next ones.
        var size = Gen.OneOf(Gen.Choose(1, 40_000), Gen.Choose(30_000, 3_000_000));
        var requests = Gen.Zip(size, Gen.Choose(0, 6)).ListOf(60);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(30), Prop.ForAll(requests.ToArbitrary(), list =>
        {
            using var scope = torch.NewDisposeScope();
            var held = new Queue<(Tensor Tensor, int Value)>();
            var value = 0;
            foreach (var (length, others) in list)
            {
                held.Enqueue((torch.full([length], (float)++value), value));
                while (held.Count > others)
                    Release(held.Dequeue());
                NativeMethods.lt_tensor_memory(out var live, out var kept, out var peak);
                Assert.True(live >= held.Where(one => one.Tensor.numel() * sizeof(float) >= 128 << 10).Sum(one => one.Tensor.numel() * sizeof(float)));
                Assert.InRange(live + kept, live, peak);
            }

            while (held.Count > 0)
                Release(held.Dequeue());
        }));

        static void Release((Tensor Tensor, int Value) one)
        {
            Assert.Equal((float)one.Value, one.Tensor.min().item<float>());
            Assert.Equal((float)one.Value, one.Tensor.max().item<float>());
            one.Tensor.Dispose();
        }
    }

    [Fact]
    public void Tensor_OnManyThreads_KeepsItsNumbers() => Parallel.For(0, 8, thread =>
    {
        for (var i = 0; i < 100; i++)
        {
            using var scope = torch.NewDisposeScope();
            var tensor = torch.full([40_000 + (i * 7919 % 100_000)], (float)thread);
            Assert.Equal(thread, (tensor + 0).max().item<float>());
            Assert.Equal(thread, tensor.min().item<float>());
        }
    });

    [Fact]
    public void Tensor_LargerThanTheMachine_IsRefusedWithItsSize()
    {
        var refusal = Assert.Throws<TorchException>(() => torch.empty([1L << 48]));

        Assert.Contains((1L << 50).ToString(CultureInfo.InvariantCulture), refusal.Message, StringComparison.Ordinal);
        using var after = torch.ones([1 << 20]);
        Assert.Equal(1 << 20, after.sum().item<float>());
    }
}
