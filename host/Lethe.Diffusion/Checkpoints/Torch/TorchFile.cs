using System.Globalization;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>
/// A file of PyTorch's <c>torch.save</c> (<c>.ckpt</c>, <c>.pt</c>, <c>.bin</c>), read as data: see <see cref="PickleReader"/> for what is refused.
/// The tensors are those of the dictionary under <c>state_dict</c>, or of the outermost one.
/// </summary>
public sealed class TorchFile : ITensorFile
{
    private const long LargestPickle = 32 << 20;
    private const string PickleName = "/data.pkl";

    private readonly SortedDictionary<string, Entry> entries;
    private readonly MappedFile bytes;

    private TorchFile(string path, MappedFile bytes, SortedDictionary<string, Entry> entries, IReadOnlyDictionary<string, string> metadata) =>
        (Path, this.bytes, this.entries, Metadata) = (path, bytes, entries, metadata);

    public string Path { get; }

    /// <summary>The training step, where the file tells it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <inheritdoc/>
    public IEnumerable<StoredTensor> Tensors => entries.Values.Select(entry => entry.Tensor);

    /// <summary>Opens and checks a file.</summary>
    /// <exception cref="CheckpointException">Not such a file, or it holds anything but tensors; the message names file and byte.</exception>
    public static TorchFile Open(string path)
    {
        var (members, length) = ZipDirectory.Read(path);
        var pickles = members.Values.Where(member => member.Name.EndsWith(PickleName, StringComparison.Ordinal) && member.Name.IndexOf('/') == member.Name.Length - PickleName.Length).ToList();
        if (pickles is not [var pickle])
            throw new CheckpointException($"`{path}` is a zip archive with `{pickles.Count}` members `NAME/data.pkl`, expected one as PyTorch writes");
        var root = pickle.Name[..^PickleName.Length];
        if (members.ContainsKey(root + "/constants.pkl"))
            throw new CheckpointException($"`{path}` is a TorchScript program, expected a file of tensors");
        if (pickle.Length > LargestPickle)
            throw new CheckpointException($"`{path}`, byte {pickle.Begin}: the pickle has `{pickle.Length}` bytes, expected at most `{LargestPickle}`");
        var mapped = new MappedFile(path, length);
        try
        {
            if (members.TryGetValue(root + "/byteorder", out var order) && System.Text.Encoding.ASCII.GetString(Bytes(mapped, order, 16)) != "little")
                throw new CheckpointException($"`{path}`, byte {order.Begin}: the byte order is not `little`");
            var value = new PickleReader(Bytes(mapped, pickle, LargestPickle), path, pickle.Begin).Read();
            var outermost = value as Dictionary<string, object?>
                ?? throw new CheckpointException($"`{path}`, byte {pickle.Begin}: the pickle holds no dictionary, expected one of tensors");
            var named = outermost.GetValueOrDefault("state_dict") as Dictionary<string, object?> ?? outermost;
            var entries = new SortedDictionary<string, Entry>(StringComparer.Ordinal);
            foreach (var (name, item) in named)
            {
                if (item is PickledTensor tensor)
                    entries.Add(name, EntryOf(name, tensor, members, root, path));
            }

            if (entries.Values.Aggregate((Int128)0, (sum, entry) => sum + entry.Tensor.Bytes) > 2 * (Int128)length)
                throw new CheckpointException($"`{path}`: the tensors have more than twice the file's `{length}` bytes, as too many share their numbers");
            var metadata = new Dictionary<string, string>();
            if (outermost.GetValueOrDefault("global_step") is long step)
                metadata["global_step"] = step.ToString(CultureInfo.InvariantCulture);
            return new TorchFile(path, mapped, entries, metadata);
        }
        catch
        {
            mapped.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Tensor Read(string name)
    {
        var entry = Find(name);
        if (entry.View.IsContiguous)
            return bytes.Read(entry.Tensor, entry.Begin);
        var numbers = new byte[checked((int)entry.Tensor.Bytes)];
        Gather(entry, numbers);
        var tensor = torch.empty([.. entry.Tensor.Shape], dtype: entry.Tensor.StoredType);
        numbers.CopyTo(tensor.bytes);
        if (entry.Tensor.StoredType is not (ScalarType.Float16 or ScalarType.BFloat16))
            return tensor;
        using var narrow = tensor;
        return narrow.to(ScalarType.Float32);
    }

    /// <inheritdoc/>
    public Tensor Lend(string name) => Find(name) is { View.IsContiguous: true } entry ? bytes.Lend(entry.Tensor, entry.Begin) : Read(name);

    /// <inheritdoc/>
    public void CopyTo(string name, Stream target)
    {
        var entry = Find(name);
        if (entry.View.IsContiguous)
        {
            bytes.CopyTo(entry.Begin, entry.Tensor.Bytes, target);
            return;
        }

        var numbers = new byte[checked((int)entry.Tensor.Bytes)];
        Gather(entry, numbers);
        target.Write(numbers);
    }

    public void Dispose() => bytes.Dispose();

    private static byte[] Bytes(MappedFile mapped, ZipMember member, long most)
    {
        using var copy = new MemoryStream();
        mapped.CopyTo(member.Begin, Math.Min(member.Length, most), copy);
        return copy.ToArray();
    }

    private static Entry EntryOf(string name, PickledTensor tensor, IReadOnlyDictionary<string, ZipMember> members, string root, string path)
    {
        var size = SafetensorsType.Of(tensor.Storage.Type).Size;
        if (!members.TryGetValue($"{root}/data/{tensor.Storage.Key}", out var member))
            throw new CheckpointException($"`{path}`: tensor `{name}` is in storage `{tensor.Storage.Key}`, which the archive lacks");
        if (member.Length != (Int128)tensor.Storage.Count * size)
            throw new CheckpointException(
                $"`{path}`, byte {member.Begin}: storage `{member.Name}` has `{member.Length}` bytes, expected `{tensor.Storage.Count}` numbers of `{size}` for tensor `{name}`");
        return new Entry(new StoredTensor(name, tensor.Storage.Type, tensor.Shape), tensor, member.Begin + tensor.Offset * size);
    }

    private Entry Find(string name) =>
        entries.TryGetValue(name, out var entry) ? entry : throw new CheckpointException($"`{Path}`: tensor `{name}` is missing");

    /// <summary>Puts the numbers of a view in rows.</summary>
    private void Gather(Entry entry, byte[] target)
    {
        var (shape, strides) = (entry.Tensor.Shape, entry.View.Strides);
        if (target.Length == 0)
            return;
        var size = SafetensorsType.Of(entry.Tensor.StoredType).Size;
        var span = 1 + shape.Zip(strides).Sum(pair => (pair.First - 1) * pair.Second);
        bytes.Use(entry.Begin, checked((int)(span * size)), source =>
        {
            var index = new long[shape.Count];
            for (var to = 0; to < target.Length; to += size)
            {
                var from = 0L;
                for (var i = 0; i < index.Length; i++)
                    from += index[i] * strides[i];
                source.Slice((int)(from * size), size).CopyTo(target.AsSpan(to));
                for (var i = index.Length - 1; i >= 0 && ++index[i] == shape[i]; i--)
                    index[i] = 0;
            }
        });
    }

    /// <summary>A tensor, how it lies in its storage, and its first byte in the file.</summary>
    private sealed record Entry(StoredTensor Tensor, PickledTensor View, long Begin);
}
