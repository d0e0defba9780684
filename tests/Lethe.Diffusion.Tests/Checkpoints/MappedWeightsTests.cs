using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Networks;

namespace Lethe.Diffusion.Tests.Checkpoints;

/// <summary>Weights that live in the mapped file.</summary>
public sealed class MappedWeightsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ReadAll_Float32_LivesInTheFileUntilTheWeightsAreGone()
    {
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "no /proc");
        var path = Write();
        var tensors = LiveTensors.Count();

        var weights = Read(path);

        Assert.Contains(path, File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
        weights.Dispose();
        Assert.Equal(tensors, LiveTensors.Count());
        Assert.DoesNotContain(path, File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
    }

    [Fact]
    public void ReadAll_ThenWrittenTo_LeavesTheFileAlone()
    {
        using var scope = torch.NewDisposeScope();
        var path = Write();
        var before = File.ReadAllBytes(path);
        using var weights = Read(path);
        using var other = Read(path);

        using (torch.no_grad())
        {
            weights["a"].add_(1);
            weights["a"].bytes[0] ^= 1;
        }
        using var parameter = new Parameter(weights["b"].detach());
        using var adam = torch.optim.Adam([parameter], 0.1);
        parameter.pow(2).sum().backward();
        adam.step();

        Assert.Equal(before, File.ReadAllBytes(path));
        using var copied = SafetensorsFile.Open(path);
        foreach (var name in (string[])["a", "b"])
        {
            Assert.True(copied.Read(name).bytes.SequenceEqual(other[name].bytes), name);
            Assert.False(copied.Read(name).bytes.SequenceEqual(weights[name].detach().bytes), name);
        }
    }

    [Fact]
    public void ReadAll_OneWeightChangedDuringBackward_DoesNotSpoilAnother()
    {
        using var scope = torch.NewDisposeScope();
        using var weights = Read(Write());
        weights["b"].requires_grad = true;

        var loss = torch.matmul(torch.ones([2, 5]), weights["b"]).pow(2).sum();
        using (torch.no_grad()) weights["a"].mul_(2);
        loss.backward();

        using var gradient = weights["b"].grad;
        Assert.True(gradient!.abs().sum().item<float>() > 0);
    }

    [Fact]
    public void ReadAll_FileReplacedThenDeleted_KeepsItsNumbers()
    {
        using var scope = torch.NewDisposeScope();
        var path = Write();
        using var weights = Read(path);
        var before = weights["a"].clone();

        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["a"] = torch.zeros([30, 40]), ["b"] = torch.zeros([5, 6]) });
        File.Delete(path);

        TinySd.AssertClose(before, weights["a"], 0);
    }

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    public void ReadAll_LargeHalfPrecision_StaysInTheFileAndIsWrittenAsItCame(ScalarType type)
    {
        using var scope = torch.NewDisposeScope();
        var (path, again) = (folder.File("half.safetensors"), folder.File("again.safetensors"));
        using var generator = new torch.Generator(3);
        SafetensorsWriter.Write(path, [new("large", torch.randn([1024, 1025], generator: generator)), new("small", torch.ones([5]))], floatType: type);

        using var weights = Read(path);
        SafetensorsWriter.Write(again, weights);

        Assert.True(weights.Find("large").IsNarrow);
        Assert.Equal(type, weights.Find("large").Content.dtype);
        Assert.False(weights.Find("small").IsNarrow);
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(again));
        using var file = SafetensorsFile.Open(path);
        TinySd.AssertClose(file.Read("large"), weights["large"], 0);
    }

    [Theory]
    [InlineData(ScalarType.Float16, float.PositiveInfinity)]
    [InlineData(ScalarType.BFloat16, float.NaN)]
    public void ReadAll_LargeHalfPrecisionNotFinite_IsRefused(ScalarType type, float wrong)
    {
        using var scope = torch.NewDisposeScope();
        var path = folder.File("half.safetensors");
        var values = torch.zeros([1025, 1025]);
        values[1024, 1023] = torch.tensor(wrong);
        SafetensorsWriter.Write(path, [new("large", values.to(type))]);

        var error = Assert.Throws<CheckpointException>(() => Read(path));

        Assert.Contains("`large` holds NaN or infinity", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("   ")]
    public void ReadAll_AnyAlignment_GivesTheNumbers(string padding)
    {
        using var scope = torch.NewDisposeScope();
        var path = folder.File("odd.safetensors");
        var bytes = SafetensorsBytes.Make("""{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"b":{"dtype":"F32","shape":[],"data_offsets":[16,20]}}""" + padding, 20);
        new byte[] { 0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64, 0, 0, 128, 64, 0, 0, 160, 64 }.CopyTo(bytes, bytes.Length - 20);
        File.WriteAllBytes(path, bytes);

        using var weights = Read(path);

        Assert.Equal([1f, 2, 3, 4], weights["a"].data<float>().ToArray());
        Assert.Equal([2, 2], weights["a"].shape);
        Assert.Equal(5f, weights["b"].item<float>());
    }

    private static StateDict Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return file.ReadAll();
    }

    private string Write()
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator(3);
        var path = folder.File("weights.safetensors");
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor>
        {
            ["a"] = torch.randn([30, 40], generator: generator),
            ["b"] = torch.randn([5, 6], generator: generator),
            ["half"] = torch.ones([3], dtype: torch.float16),
        });
        return path;
    }
}
