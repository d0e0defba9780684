using System.Buffers.Binary;
using System.Text;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>
/// Reads the directory of a zip archive whose members are stored without compression, as PyTorch writes them: nothing is
/// unpacked, so nothing can swell. Members may not overlap, and their names are plain relative paths.
/// </summary>
internal sealed class ZipDirectory
{
    private const int MostMembers = 100_000;
    private const int LargestDirectory = 32 << 20;
    private const int EndLength = 22;
    private const int LocatorLength = 20;
    private const int End64Length = 56;
    private const int CentralLength = 46;
    private const int LocalLength = 30;
    private const ushort Zip64Extra = 1;

    private readonly Microsoft.Win32.SafeHandles.SafeFileHandle handle;
    private readonly string path;
    private readonly long length;

    private ZipDirectory(Microsoft.Win32.SafeHandles.SafeFileHandle handle, string path) =>
        (this.handle, this.path, length) = (handle, path, RandomAccess.GetLength(handle));

    /// <summary>All members by name.</summary>
    /// <exception cref="CheckpointException">Not such an archive; the message names file and byte.</exception>
    public static (IReadOnlyDictionary<string, ZipMember> Members, long FileLength) Read(string path)
    {
        using var handle = File.OpenHandle(path);
        var directory = new ZipDirectory(handle, path);
        return (directory.Members(), directory.length);
    }

    private Dictionary<string, ZipMember> Members()
    {
        var (count, size, start, end) = Locate();
        if (count > MostMembers || size > LargestDirectory || start < 0 || size < 0 || start > end - size)
            throw Refuse(end, $"the zip directory has `{count}` members in `{size}` bytes at byte `{start}`, expected at most `{MostMembers}` inside the file");
        var central = Bytes(start, (int)size);
        var members = new Dictionary<string, ZipMember>(StringComparer.Ordinal);
        var at = 0;
        for (var i = 0L; i < count; i++)
        {
            var (member, next) = Member(central, at, start);
            if (!members.TryAdd(member.Name, member))
                throw Refuse(start + at, $"zip member `{member.Name}` occurs twice");
            at = next;
        }

        var covered = 0L;
        foreach (var member in members.Values.OrderBy(member => member.Begin).ThenBy(member => member.Length))
        {
            if (member.Begin < covered || member.Begin > start - member.Length)
                throw Refuse(member.Begin, $"zip member `{member.Name}` of `{member.Length}` bytes overlaps another member or the directory");
            covered = member.Begin + member.Length;
        }

        return members;
    }

    /// <summary>Number of members, bytes of the directory, its first byte, and the byte that it must end before.</summary>
    private (long Count, long Size, long Start, long End) Locate()
    {
        var tail = Bytes(Math.Max(0, length - EndLength - ushort.MaxValue), (int)Math.Min(length, EndLength + ushort.MaxValue));
        for (var at = tail.Length - EndLength; at >= 0; at--)
        {
            if (U32(tail, at) != 0x06054b50 || at + EndLength + U16(tail, at + 20) != tail.Length)
                continue;
            var end = length - tail.Length + at;
            var (count, size, start) = ((long)U16(tail, at + 10), (long)U32(tail, at + 12), (long)U32(tail, at + 16));
            if (U16(tail, at + 4) != 0 || U16(tail, at + 6) != 0)
                throw Refuse(end, "the zip archive is spread over several disks");
            if (count != ushort.MaxValue && size != uint.MaxValue && start != uint.MaxValue)
                return (count, size, start, end);
            var locator = end - LocatorLength;
            if (locator < 0 || U32(Bytes(locator, LocatorLength), 0) != 0x07064b50)
                return (count, size, start, end);
            var end64 = checked((long)Math.Min(long.MaxValue, U64(Bytes(locator, LocatorLength), 8)));
            if (end64 > locator - End64Length)
                throw Refuse(locator, $"the zip64 directory's end is said to be at byte `{end64}`, expected a byte before this one");
            var wide = Bytes(end64, End64Length);
            if (U32(wide, 0) != 0x06064b50)
                throw Refuse(end64, "expected the end of a zip64 directory");
            return (Long(wide, 32), Long(wide, 40), Long(wide, 48), end64);
        }

        throw Refuse(length, "the zip archive has no directory at its end\n\nhint: the file is truncated; fetch it again");
    }

    private (ZipMember Member, int Next) Member(byte[] central, int at, long start)
    {
        if (at > central.Length - CentralLength || U32(central, at) != 0x02014b50)
            throw Refuse(start + at, "expected an entry of the zip directory");
        var (flags, method) = (U16(central, at + 8), U16(central, at + 10));
        var (nameLength, extraLength) = (U16(central, at + 28), U16(central, at + 30));
        var next = at + CentralLength + nameLength + extraLength + U16(central, at + 32);
        if (next > central.Length)
            throw Refuse(start + at, "an entry of the zip directory runs over its end");
        var name = Name(central.AsSpan(at + CentralLength, nameLength), start + at);
        if ((flags & 1) != 0 || method != 0)
            throw Refuse(start + at, $"zip member `{name}` is {((flags & 1) != 0 ? "encrypted" : $"compressed by method `{method}`")}, expected it stored as PyTorch writes it");
        var (packed, plain, local) = Wide(central.AsSpan(at + CentralLength + nameLength, extraLength), U32(central, at + 20), U32(central, at + 24), U32(central, at + 42), name, start + at);
        if (packed != plain)
            throw Refuse(start + at, $"stored zip member `{name}` has `{packed}` bytes of `{plain}`");
        if (local > length - LocalLength)
            throw Refuse(start + at, $"zip member `{name}` is said to be at byte `{local}`, expected a byte inside the file");
        var header = Bytes(local, LocalLength);
        if (U32(header, 0) != 0x04034b50 || U16(header, 26) != nameLength || local > length - LocalLength - nameLength
            || !Bytes(local + LocalLength, nameLength).AsSpan().SequenceEqual(central.AsSpan(at + CentralLength, nameLength)))
            throw Refuse(local, $"expected the header of zip member `{name}`");
        return (new ZipMember(name, local + LocalLength + nameLength + U16(header, 28), plain), next);
    }

    /// <summary>The three numbers of an entry, those that do not fit taken from its zip64 field.</summary>
    private (long Packed, long Plain, long Local) Wide(ReadOnlySpan<byte> extra, uint packed, uint plain, uint local, string name, long at)
    {
        long[] numbers = [plain, packed, local];
        for (var i = 0; i + 4 <= extra.Length;)
        {
            var (id, size) = (BinaryPrimitives.ReadUInt16LittleEndian(extra[i..]), BinaryPrimitives.ReadUInt16LittleEndian(extra[(i + 2)..]));
            i += 4;
            if (size > extra.Length - i)
                throw Refuse(at, $"a field of zip member `{name}` runs over its end");
            if (id == Zip64Extra)
            {
                var field = extra.Slice(i, size);
                for (var k = 0; k < numbers.Length; k++)
                {
                    if (numbers[k] != uint.MaxValue)
                        continue;
                    if (field.Length < 8 || BinaryPrimitives.ReadInt64LittleEndian(field) < 0)
                        throw Refuse(at, $"the zip64 field of zip member `{name}` lacks a size");
                    numbers[k] = BinaryPrimitives.ReadInt64LittleEndian(field);
                    field = field[8..];
                }
            }

            i += size;
        }

        return (numbers[1], numbers[0], numbers[2]);
    }

    private string Name(ReadOnlySpan<byte> bytes, long at)
    {
        var text = Encoding.Latin1.GetString(bytes);
        if (text.Length is 0 or > 512 || text.Any(c => c is < ' ' or > '~' or '\\' or ':') || text.Split('/').Any(part => part is "" or "." or ".."))
            throw Refuse(at, $"a zip member is called `{new string([.. text.Take(80).Select(c => c is < ' ' or > '~' ? '?' : c)])}`, expected a plain relative path");
        return text;
    }

    private byte[] Bytes(long begin, int count)
    {
        var bytes = new byte[count];
        if (begin < 0 || RandomAccess.Read(handle, bytes, begin) < count)
            throw Refuse(Math.Max(0, begin), $"expected `{count}` more bytes");
        return bytes;
    }

    private long Long(byte[] bytes, int at) => U64(bytes, at) is <= long.MaxValue and var number ? (long)number : throw Refuse(length, "a zip64 number is out of range");

    private static ushort U16(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private static uint U32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    private static ulong U64(byte[] bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));

    private CheckpointException Refuse(long at, string problem) => new($"`{path}`, byte {at}: {problem}");
}
