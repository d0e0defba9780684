using System.Buffers.Binary;
using System.Text;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>
/// Reads the pickle of a <c>torch.save</c> file as data. It knows the opcodes and names that dictionaries of tensors need and refuses
/// every other one; nothing is imported, called or executed. The work, and so the memory, is bounded whatever the bytes say.
/// </summary>
/// <param name="data">The pickle.</param>
/// <param name="file">The file it is in, for messages.</param>
/// <param name="begin">Its first byte in the file, for messages.</param>
internal sealed class PickleReader(byte[] data, string file, long begin)
{
    private const int MostSteps = 2_000_000;
    private const int MostObjects = 400_000;
    private const int LongestText = 1 << 16;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly object Mark = new();

    private readonly List<object?> stack = [];
    private readonly Dictionary<uint, object?> memo = [];
    private int at;
    private int opcodeAt;
    private int objects;

    /// <summary>The name of a global: data, never an object of that class.</summary>
    private sealed record Global(string Name);

    /// <summary>The value: text, whole and floating numbers, truth values, null, tuples (arrays), lists, dictionaries of text, tensors.</summary>
    /// <exception cref="CheckpointException">Anything else; the message names file and byte.</exception>
    public object? Read()
    {
        for (var steps = 0; steps < MostSteps; steps++)
        {
            opcodeAt = at;
            var opcode = Take(1)[0];
            if (opcode == '.')
                return stack is [var only] && only != Mark ? only : throw Refuse($"the pickle ends with `{stack.Count}` values, expected one");
            Execute(opcode);
        }

        throw Refuse($"the pickle takes more than `{MostSteps}` steps, expected fewer");
    }

    private void Execute(byte opcode)
    {
        switch (opcode)
        {
            case 0x80: CheckProtocol(Take(1)[0]); break;
            case (byte)'N': Push(null); break;
            case 0x88: Push(true); break;
            case 0x89: Push(false); break;
            case (byte)'K': Push((long)Take(1)[0]); break;
            case (byte)'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case (byte)'J': Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
            case (byte)'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;
            case 0x8a: Push(LongOf(Take(Take(1)[0]))); break;
            case (byte)'X': Push(Text(Take(Length(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))))); break;
            case (byte)'c': PushGlobal($"{Line()}.{Line()}"); break;
            case (byte)'}': Push(new Dictionary<string, object?>(StringComparer.Ordinal)); break;
            case (byte)']': Push(new List<object?>()); break;
            case (byte)')': Push(Array.Empty<object?>()); break;
            case (byte)'(': stack.Add(Mark); break;
            case (byte)'t': Push(PopToMark()); break;
            case 0x85: Push(Pop(1)); break;
            case 0x86: Push(Pop(2)); break;
            case 0x87: Push(Pop(3)); break;
            case (byte)'q': Remember(Take(1)[0]); break;
            case (byte)'r': Remember(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))); break;
            case (byte)'h': Recall(Take(1)[0]); break;
            case (byte)'j': Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))); break;
            case (byte)'s': SetItems(Pop(2)); break;
            case (byte)'u': SetItems(PopToMark()); break;
            case (byte)'a': Append(Pop(1)); break;
            case (byte)'e': Append(PopToMark()); break;
            case (byte)'Q': Push(Storage(Pop(1)[0])); break;
            case (byte)'R': Push(Rebuild(Pop(2))); break;
            case (byte)'b': SetState(Pop(1)[0]); break;
            default: throw Refuse($"opcode `0x{opcode:x2}` ({PickleOpcodes.NameOf(opcode)}) is refused, as dictionaries of tensors do not need it");
        }
    }

    private void CheckProtocol(byte protocol)
    {
        if (opcodeAt != 0 || protocol is < 2 or > 5)
            throw Refuse($"pickle protocol `{protocol}`, expected 2 to 5 at the start");
    }

    private void PushGlobal(string name)
    {
        if (!PickleNames.IsKnown(name))
            throw Refuse($"the pickle names `{name}`, which is no part of a tensor: refused, nothing was executed");
        Push(new Global(name));
    }

    /// <summary>A persistent id: <c>('storage', type, key, device, count)</c>.</summary>
    private PickledStorage Storage(object? id)
    {
        if (id is not object?[] { Length: 5 } parts || parts[0] is not "storage" || parts[1] is not Global global
            || PickleNames.StorageType(global.Name) is not { } type || parts[2] is not string key || parts[3] is not string || parts[4] is not long count)
            throw Refuse("the persistent id is refused, expected that of a storage");
        if (count < 0 || key.Length is 0 or > 32 || !key.All(char.IsAsciiLetterOrDigit))
            throw Refuse($"the storage `{Short(key)}` has `{count}` numbers, expected a plain name and a count of at least 0");
        return new PickledStorage(key, type, count);
    }

    private object Rebuild(object?[] call)
    {
        var name = (call[0] as Global)?.Name ?? throw Refuse("REDUCE of something that is not a name is refused");
        var arguments = call[1] as object?[] ?? throw Refuse($"`{name}` has no tuple of arguments");
        return (name, arguments) switch
        {
            (PickleNames.OrderedDictionary, []) => new Dictionary<string, object?>(StringComparer.Ordinal),
            (PickleNames.RebuildParameter, [PickledTensor tensor, ..]) => tensor,
            (PickleNames.RebuildTensor, [PickledStorage storage, long offset, object?[] shape, object?[] strides, ..]) => Tensor(storage, offset, shape, strides),
            _ => throw Refuse($"`{name}` with these `{arguments.Length}` arguments is refused, expected what PyTorch writes for a tensor"),
        };
    }

    /// <summary>A view that stays inside its storage and is no larger, so that no stride makes much out of little.</summary>
    private PickledTensor Tensor(PickledStorage storage, long offset, object?[] shape, object?[] strides)
    {
        const int mostDimensions = 16;
        if (shape.Length > mostDimensions || shape.Length != strides.Length || !shape.Concat(strides).All(item => item is >= 0L))
            throw Refuse($"the tensor in storage `{storage.Key}` has no usable shape and strides");
        long[] extents = [.. shape.Select(item => (long)item!)], steps = [.. strides.Select(item => (long)item!)];
        Int128 count = 1, last = offset;
        for (var i = 0; i < extents.Length; i++)
        {
            count *= extents[i];
            last += (Int128)Math.Max(0, extents[i] - 1) * steps[i];
            if (count > long.MaxValue || last > long.MaxValue)
                break;
        }

        if (offset < 0 || count > storage.Count || (count > 0 && last >= storage.Count))
            throw Refuse($"the tensor of shape `{Networks.Shapes.Text(extents)}` at `{offset}` does not fit storage `{storage.Key}` of `{storage.Count}` numbers");
        return new PickledTensor(storage, offset, extents, steps);
    }

    private void SetItems(object?[] items)
    {
        if (items.Length % 2 != 0 || stack is not [.., Dictionary<string, object?> target])
            throw Refuse("pairs are set on something that is no dictionary");
        // Keys that are not text are of no use for tensors: such pairs are dropped.
        for (var i = 0; i < items.Length; i += 2)
        {
            if (items[i] is string key)
                target[key] = items[i + 1];
        }
    }

    private void Append(object?[] items)
    {
        if (stack is not [.., List<object?> target])
            throw Refuse("values are appended to something that is no list");
        target.AddRange(items);
    }

    /// <summary>Attributes of a dictionary (PyTorch's <c>_metadata</c>) carry no tensors.</summary>
    private void SetState(object? state)
    {
        if (stack is not [.., Dictionary<string, object?>] || state is not Dictionary<string, object?>)
            throw Refuse("BUILD of anything but a dictionary's attributes is refused");
    }

    private void Remember(uint key)
    {
        if (stack is not [.., var top] || top == Mark)
            throw Refuse("there is no value to remember");
        memo[key] = top;
        Count();
    }

    private void Recall(uint key) => stack.Add(memo.TryGetValue(key, out var value) ? value : throw Refuse($"value `{key}` was never remembered"));

    private void Push(object? value)
    {
        stack.Add(value);
        Count();
    }

    private void Count()
    {
        if (++objects > MostObjects)
            throw Refuse($"the pickle makes more than `{MostObjects}` values, expected fewer");
    }

    private object?[] Pop(int count)
    {
        if (stack.Count < count || stack.IndexOf(Mark, stack.Count - count) >= 0)
            throw Refuse($"expected `{count}` values on the stack");
        object?[] values = [.. stack.Skip(stack.Count - count)];
        stack.RemoveRange(stack.Count - count, count);
        return values;
    }

    private object?[] PopToMark()
    {
        var mark = stack.LastIndexOf(Mark);
        if (mark < 0)
            throw Refuse("there is no mark on the stack");
        object?[] values = [.. stack.Skip(mark + 1)];
        stack.RemoveRange(mark, stack.Count - mark);
        return values;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > data.Length - at)
            throw Refuse("the pickle ends inside an opcode");
        at += count;
        return data.AsSpan(at - count, count);
    }

    private int Length(uint length) =>
        length <= LongestText ? (int)length : throw Refuse($"a text of `{length}` bytes, expected at most `{LongestText}`");

    private string Line()
    {
        var length = data.AsSpan(at).IndexOf((byte)'\n');
        if (length is < 1 or > 256)
            throw Refuse("a name is missing or longer than 256 bytes");
        var line = Text(Take(length));
        Take(1);
        return line;
    }

    private string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Refuse("a text is not UTF-8");
        }
    }

    private long LongOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 8)
            throw Refuse($"a number of `{bytes.Length}` bytes, expected at most 8");
        var value = 0L;
        for (var i = bytes.Length - 1; i >= 0; i--)
            value = (value << 8) | (i == bytes.Length - 1 ? (sbyte)bytes[i] : bytes[i]);
        return value;
    }

    private static string Short(string text) => text.Length > 80 ? text[..80] + "..." : text;

    private CheckpointException Refuse(string problem) => new($"`{file}`, byte {begin + opcodeAt}: {problem}");
}
