using System.IO.Compression;
using System.Text;
using Lethe.Diffusion.Checkpoints;

namespace Lethe.Diffusion.Tests.Checkpoints;

/// <summary>Builds files of <c>torch.save</c> byte by byte.</summary>
internal static class TorchBytes
{
    /// <summary>A zip archive; members are stored unless <paramref name="level"/> says otherwise.</summary>
    public static byte[] Zip(IEnumerable<(string Name, byte[] Data)> members, CompressionLevel level = CompressionLevel.NoCompression)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, data) in members)
            {
                using var entry = zip.CreateEntry(name, level).Open();
                entry.Write(data);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>A pickle: protocol 2, the given opcodes, the end.</summary>
    public static byte[] Pickle(params byte[][] parts) => [0x80, 2, .. parts.SelectMany(part => part), (byte)'.'];

    public static byte[] Global(string module, string name) => [(byte)'c', .. Encoding.ASCII.GetBytes($"{module}\n{name}\n")];

    public static byte[] Text(string text) => [(byte)'X', .. BitConverter.GetBytes(Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    public static byte[] Int(int value) => [(byte)'J', .. BitConverter.GetBytes(value)];

    public static byte[] Tuple(params byte[][] items) => [(byte)'(', .. items.SelectMany(item => item), (byte)'t'];

    public static byte[] Storage(string type, string key, int count) =>
        [.. Tuple(Text("storage"), Global("torch", type), Text(key), Text("cpu"), Int(count)), (byte)'Q'];

    /// <summary><c>_rebuild_tensor_v2(storage, offset, shape, strides, False, OrderedDict())</c>.</summary>
    public static byte[] Tensor(byte[] storage, int offset, int[] shape, int[] strides) =>
    [
        .. Global("torch._utils", "_rebuild_tensor_v2"),
        .. Tuple(
            storage, Int(offset), Tuple([.. shape.Select(Int)]), Tuple([.. strides.Select(Int)]), [0x89],
            [.. Global("collections", "OrderedDict"), (byte)')', (byte)'R']),
        (byte)'R',
    ];

    public static byte[] Dictionary(params (string Key, byte[] Value)[] items) =>
        [(byte)'}', (byte)'(', .. items.SelectMany(item => Text(item.Key).Concat(item.Value)), (byte)'u'];

    /// <summary>The smallest whole file: one float32 matrix <c>a</c> [2, 3] with the numbers 0 to 5, and its transpose <c>b</c>.</summary>
    public static byte[] Valid() => Zip(
    [
        ("archive/data.pkl", Pickle(Dictionary(
            ("state_dict", Dictionary(("a", Tensor(Storage("FloatStorage", "0", 6), 0, [2, 3], [3, 1])), ("b", Tensor(Storage("FloatStorage", "0", 6), 0, [3, 2], [1, 3])))),
            ("global_step", Int(875000))))),
        ("archive/data/0", Floats(0, 1, 2, 3, 4, 5)),
        ("archive/version", "3\n"u8.ToArray()),
    ]);

    /// <summary>An archive around a pickle, with a storage <c>0</c> of six floats.</summary>
    public static byte[] Around(params byte[][] pickle) => Zip([("archive/data.pkl", Pickle(pickle)), ("archive/data/0", Floats(0, 1, 2, 3, 4, 5))]);

    /// <summary>The tensors of a safetensors file as PyTorch saves a module's <c>state_dict()</c>.</summary>
    public static byte[] Of(string safetensors, Func<string, bool>? select = null)
    {
        using var file = SafetensorsFile.Open(safetensors);
        List<byte[]> items = [];
        var members = new List<(string, byte[])>();
        foreach (var tensor in file.Tensors.Where(tensor => select is null || select(tensor.Name)))
        {
            using var bytes = new MemoryStream();
            file.CopyTo(tensor.Name, bytes);
            var key = $"{members.Count}";
            members.Add(($"archive/data/{key}", bytes.ToArray()));
            int[] shape = [.. tensor.Shape.Select(extent => (int)extent)];
            int[] strides = [.. shape.Select((_, i) => shape[(i + 1)..].Aggregate(1, (product, extent) => product * extent))];
            items.Add([.. Text(tensor.Name), .. Tensor(Storage(StorageOf(tensor.TypeName), key, (int)tensor.Count), 0, shape, strides)]);
        }

        byte[] ordered = [.. Global("collections", "OrderedDict"), (byte)')', (byte)'R'];
        var pickle = Pickle([.. ordered, (byte)'(', .. items.SelectMany(item => item), (byte)'u', .. Dictionary(("_metadata", ordered)), (byte)'b']);
        return Zip([("archive/data.pkl", pickle), .. members, ("archive/version", "3\n"u8.ToArray())]);
    }

    private static string StorageOf(string type) => type switch
    {
        "F32" => "FloatStorage",
        "F16" => "HalfStorage",
        "BF16" => "BFloat16Storage",
        "I64" => "LongStorage",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no storage of that type"),
    };

    private static byte[] Floats(params float[] numbers) => [.. numbers.SelectMany(BitConverter.GetBytes)];
}
