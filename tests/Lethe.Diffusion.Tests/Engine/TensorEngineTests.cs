using System.Reflection;
using Lethe.Diffusion.Engine;

namespace Lethe.Diffusion.Tests.Engine;

public sealed class TensorEngineTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Build_CopiedLibrary_DiffersFromThePackageInOneBit()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the symbol version is a matter of Linux");
        const string file = "runtimes/linux-x64/native/libLibTorchSharp.so";
        var package = typeof(TensorEngineTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "TorchSharpPackage").Value!;

        var (theirs, copied) = (File.ReadAllBytes(Path.Combine(package, file)), File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, file)));

        var changed = Assert.Single(Enumerable.Range(0, theirs.Length), at => theirs[at] != copied[at]);
        Assert.Equal((0, 2), (theirs[changed], copied[changed]));
    }

    [Fact]
    public void Multiply_CollectorRunsBesideIt_TheNumberIsStillThere()
    {
        using var scope = torch.NewDisposeScope();
        var ones = torch.ones(4);
        using var done = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!done.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            for (var i = 0; i < 300_000; i++)
            {
                using var each = torch.NewDisposeScope();
                Assert.Equal(1.5f, ones.mul(1.5).data<float>()[0]);
            }
        }
        finally
        {
            done.Cancel();
            collector.Join();
        }
    }

    [Fact]
    public void Convolve_ChannelsThatFillNoVector_IsRight() => Assert.True(ConvolutionKernels.AreRight());

    [Fact]
    public void Failure_FileThatIsNoLibrary_GivesTheLoadersOwnLine()
    {
        var path = folder.File("libtorch_cpu.so");
        File.WriteAllText(path, "no library");

        var reason = TensorEngine.Failure(path);

        Assert.NotNull(reason);
        Assert.Contains("libtorch_cpu.so", reason, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', reason);
    }

    [Fact]
    public void Start_AfterWhich_SmallNumbersAreTakenForZero()
    {
        TensorEngine.Start(1);
        using var scope = torch.NewDisposeScope();

        var product = torch.tensor(new[] { 1e-20f }) * torch.tensor(new[] { 1e-20f });

        Assert.Equal(0f, product.item<float>());
        Assert.Equal(1, torch.get_num_threads());
    }
}
