using System.Buffers.Binary;
using System.Text;
using Lethe.Plugins.Cpe;

namespace Plugins.Tests.Cpe;

public sealed class AdapterFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lethe-cpe-").FullName;
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Write_ReadWrite_GivesTheSameBytes()
    {
        var layout = new AdapterLayout(RandomAdapter.Layers());
        var (first, second) = (Path.Combine(_folder, "first"), Path.Combine(_folder, "second"));

        AdapterFile.Write(first, RandomAdapter.Tensors(layout, 1), ConceptAdapter.Settings(2, 1, "é, \"cat\"", AttentionForm.Shared, gated: true));
        var (tensors, texts) = AdapterFile.Read(first);
        AdapterFile.Write(second, tensors, texts);
        using var released = new Owner(tensors);

        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));
        Assert.NotNull(ConceptAdapter.Of(layout, tensors, texts.ToDictionary()));
        Assert.Equal(["first", "second"], Directory.EnumerateFiles(_folder).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,4]}}""", "F32")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "do not fit")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "expected 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", "do not fit")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""", "do not fit")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1e99],"data_offsets":[0,4]}}""", "header")]
    [InlineData("""{"a":{"dtype":1,"shape":[1],"data_offsets":[0,4]}}""", "header")]
    [InlineData("""{"a":{"dtype":"F32","shape":{},"data_offsets":[0,4]}}""", "header")]
    [InlineData("""{"__metadata__":{"rank":1},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "header")]
    [InlineData("""{"a":[[[[[[]]]]]]}""", "header")]
    [InlineData("""[]""", "header")]
    [InlineData("""{"a":""", "header")]
    [InlineData("""{}""", "4 bytes of data")]
    public void Read_HostileHeader_IsRefusedWithTheFile(string header, string expected)
    {
        var path = Path.Combine(_folder, "bad.safetensors");
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, Encoding.UTF8.GetByteCount(header));
        File.WriteAllBytes(path, [.. length, .. Encoding.UTF8.GetBytes(header), 0, 0, 128, 63]);

        var problem = Assert.Throws<InvalidDataException>(() => AdapterFile.Read(path));

        Assert.Contains(path, problem.Message, StringComparison.Ordinal);
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(8)]
    public void Read_HeaderLongerThanTheFile_IsRefused(int size)
    {
        var path = Path.Combine(_folder, "short.safetensors");
        File.WriteAllBytes(path, [.. Enumerable.Repeat((byte)255, size)]);

        Assert.Throws<InvalidDataException>(() => AdapterFile.Read(path));
    }

    private sealed class Owner(IReadOnlyDictionary<string, Tensor> tensors) : IDisposable
    {
        public void Dispose()
        {
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
        }
    }
}
