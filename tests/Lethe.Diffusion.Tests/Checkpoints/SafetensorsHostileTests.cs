using Lethe.Diffusion.Checkpoints;

namespace Lethe.Diffusion.Tests.Checkpoints;

/// <summary>Malformed files are refused with the file's name and the place, and never crash the reader.</summary>
public sealed class SafetensorsHostileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "inside `a`")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}}""", 20, "expected `8`")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "`a` ends at byte `8`")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "cover only `8`")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "expected `12`")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "begin <= end")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8, "data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "`-2` in `shape`")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "`2.5` in `shape`")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,8]}}""", 8, "larger than any file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}""", 8, "in `shape`")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}""", 8, "dtype `F8_E4M3`")]
    [InlineData("""{"a":{"shape":[8],"data_offsets":[0,8]}}""", 8, "dtype `none`")]
    [InlineData("""{"a":7}""", 0, "expected an object")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", 0, "occurs twice")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "expected a string")]
    [InlineData("""{"__metadata__":[]}""", 0, "`__metadata__`")]
    [InlineData("""[]""", 0, "expected an object")]
    [InlineData("""{"a":""", 0, "not valid JSON")]
    [InlineData("", 0, "not valid JSON")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", 0, "model.safetensors")]
    public void Open_MalformedHeader_IsRefusedByPlace(string header, int dataLength, string expected)
    {
        var path = Write(SafetensorsBytes.Make(header, dataLength));

        var refusal = Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path).Dispose());

        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Open_ShorterThanItsPrefix_IsRefused(int length)
    {
        var path = Write(new byte[length]);

        Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path).Dispose());
    }

    [Theory]
    [InlineData(3ul)]
    [InlineData(100_000_001ul)]
    [InlineData(ulong.MaxValue)]
    [InlineData((ulong)long.MaxValue)]
    public void Open_HeaderLengthBeyondTheFile_IsRefused(ulong announced)
    {
        var path = Write(SafetensorsBytes.Make("{}", 0, announced));

        var refusal = Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path).Dispose());

        Assert.Contains($"`{announced}` bytes at byte 0", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_EveryTruncationOfAFile_IsRefused()
    {
        var whole = SafetensorsBytes.Make("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8);

        for (var length = 0; length < whole.Length; length++)
        {
            var path = Write(whole[..length]);
            Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path).Dispose());
        }
    }

    [Fact]
    public void Open_RandomDamage_NeverFailsOtherwise()
    {
        var whole = SafetensorsBytes.Make("""{"__metadata__":{"format":"pt"},"a":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]}}""", 8);
        var random = new Random(20240);

        for (var trial = 0; trial < 500; trial++)
        {
            var damaged = (byte[])whole.Clone();
            for (var hits = random.Next(1, 4); hits > 0; hits--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            var path = Write(damaged);
            try
            {
                using var file = SafetensorsFile.Open(path);
                using var weights = file.ReadAll();
            }
            catch (CheckpointException)
            {
            }
        }
    }

    [Theory]
    [InlineData("F32", 4, new byte[] { 0, 0, 0xc0, 0x7f })]
    [InlineData("F32", 4, new byte[] { 0, 0, 0x80, 0xff })]
    [InlineData("F16", 2, new byte[] { 0, 0x7c })]
    [InlineData("BF16", 2, new byte[] { 0xc0, 0x7f })]
    public void ReadAll_NotFinite_IsRefusedByName(string dtype, int size, byte[] value)
    {
        var bytes = SafetensorsBytes.Make($$$"""{"weird.weight":{"dtype":"{{{dtype}}}","shape":[19],"data_offsets":[0,{{{19 * size}}}]}}""", 19 * size);
        value.CopyTo(bytes.AsSpan()[^size..]);
        using var file = SafetensorsFile.Open(Write(bytes));

        var refusal = Assert.Throws<CheckpointException>(file.ReadAll);

        Assert.Contains("`weird.weight` holds NaN or infinity", refusal.Message, StringComparison.Ordinal);
    }

    private string Write(byte[] bytes)
    {
        var path = Path.Combine(folder.Path, "model.safetensors");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
