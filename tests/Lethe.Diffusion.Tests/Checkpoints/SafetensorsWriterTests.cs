using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Networks;

namespace Lethe.Diffusion.Tests.Checkpoints;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Write_AnyOrderOfTensors_SameBytes()
    {
        using var scope = torch.NewDisposeScope();
        var (a, b) = (torch.tensor(new[] { 1f, 2f }), torch.tensor(new[] { 3L }));
        var (first, second) = (At("first"), At("second"));

        SafetensorsWriter.Write(first, [new("a", a), new("b", b)], new Dictionary<string, string> { ["x"] = "1", ["c"] = "2" });
        SafetensorsWriter.Write(second, [new("b", b), new("a", a)], new Dictionary<string, string> { ["c"] = "2", ["x"] = "1" });

        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));
        Assert.Equal(2, Directory.EnumerateFiles(folder.Path).Count());
    }

    [Fact]
    public void Write_ThenRead_KeepsValuesShapesTypesAndMetadata()
    {
        using var scope = torch.NewDisposeScope();
        var path = At("all");
        var matrix = torch.tensor(new[] { 1f, -2.5f, 3e-30f, 65504f, 0f, -0f }).reshape(2, 3);

        SafetensorsWriter.Write(
            path, [new("matrix", matrix), new("ids", torch.tensor(new[] { 5L, 1L << 40 })), new("scalar", torch.tensor(2.5f))],
            new Dictionary<string, string> { ["made-by"] = "test" });
        using var file = SafetensorsFile.Open(path);

        Assert.Equal(["ids", "matrix", "scalar"], file.Entries.Keys);
        Assert.Equal([2L, 3L], file.Entries["matrix"].Shape);
        Assert.Equal(matrix.data<float>().ToArray(), file.Read("matrix").data<float>().ToArray());
        Assert.Equal([5L, 1L << 40], file.Read("ids").data<long>().ToArray());
        Assert.Equal(2.5f, file.Read("scalar").item<float>());
        Assert.Empty(file.Entries["scalar"].Shape);
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal("test", file.Metadata["made-by"]);
    }

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    public void Write_HalfPrecision_EqualsTheEnginesRounding(ScalarType type)
    {
        using var scope = torch.NewDisposeScope();
        var path = At("half");
        using var generator = new Generator(7);
        var values = torch.randn([1000], generator: generator);

        SafetensorsWriter.Write(path, [new("x", values)], floatType: type);
        using var file = SafetensorsFile.Open(path);

        Assert.Equal(type, file.Entries["x"].StoredType);
        Assert.Equal(values.to(type).to(torch.float32).data<float>().ToArray(), file.Read("x").data<float>().ToArray());
    }

    [Fact]
    public void Write_TooLargeForHalf_IsRefusedAndLeavesTheOldFile()
    {
        using var scope = torch.NewDisposeScope();
        var path = At("kept");
        File.WriteAllText(path, "old");

        var refusal = Assert.Throws<CheckpointException>(
            () => SafetensorsWriter.Write(path, [new("big", torch.tensor(new[] { 1e6f }))], floatType: torch.float16));

        Assert.Contains("`big`", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.EnumerateFiles(folder.Path));
    }

    [Fact]
    public void ReadAll_HalfPrecision_RemembersTheStoredType()
    {
        using var scope = torch.NewDisposeScope();
        var (half, copy) = (At("half"), At("copy"));
        SafetensorsWriter.Write(half, [new("x", torch.tensor(new[] { 0.1f, 6e-8f, -3f }))], floatType: torch.float16);
        using var file = SafetensorsFile.Open(half);
        using StateDict weights = file.ReadAll();

        SafetensorsWriter.Write(copy, weights);

        Assert.Equal(torch.float32, weights["x"].dtype);
        Assert.Equal(File.ReadAllBytes(half), File.ReadAllBytes(copy));
    }

    private string At(string name) => Path.Combine(folder.Path, name + ".safetensors");
}
