namespace Lethe.Diffusion.Tests.Hostile;

/// <summary>Seeded damage to the bytes of a valid file.</summary>
internal static class Mutation
{
    // Values at which length and offset checks break.
    private static readonly byte[][] Edges =
    [
        [0], [1], [0x7f], [0x80], [0xff], [0xff, 0xff], [0, 0, 0, 0x80], [0xff, 0xff, 0xff, 0x7f], [0xff, 0xff, 0xff, 0xff],
        [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0, 0, 0, 0, 1, 0, 0, 0],
    ];

    private static readonly byte[][] Words =
    [
        .. new[]
        {
            "null", "-1", "1e999", "18446744073709551616", "9223372036854775807", "[", "{", "\"", "\\u0000", "\\ud800", "true", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
            "F64", "BF16", "__metadata__", "data_offsets", "../../x", "/etc/passwd", "cos\nsystem\n", "NaN",
        }.Select(System.Text.Encoding.UTF8.GetBytes),
    ];

    /// <summary>One to four changes: bits, bytes, edges, words, cuts, copies, insertions.</summary>
    public static byte[] Of(byte[] valid, Random random)
    {
        var bytes = valid.ToList();
        for (var changes = random.Next(1, 5); changes > 0 && bytes.Count > 0; changes--)
        {
            // Structure is at both ends of these files.
            var window = random.Next(3) switch { 0 => Math.Min(bytes.Count, 512), 1 => bytes.Count, _ => -Math.Min(bytes.Count, 512) };
            var at = window >= 0 ? random.Next(window) : bytes.Count + random.Next(window, 0);
            switch (random.Next(8))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: Put(bytes, at, Edges[random.Next(Edges.Length)]); break;
                case 3: Put(bytes, at, Words[random.Next(Words.Length)]); break;
                case 4: bytes.RemoveRange(at, random.Next(1 + Math.Min(64, bytes.Count - at))); break;
                case 5: bytes.RemoveRange(at, bytes.Count - at); break;
                case 6: bytes.InsertRange(at, Words[random.Next(Words.Length)]); break;
                default:
                    var from = random.Next(bytes.Count);
                    bytes.InsertRange(at, bytes.GetRange(from, random.Next(1 + Math.Min(64, bytes.Count - from))));
                    break;
            }
        }

        return [.. bytes];
    }

    private static void Put(List<byte> bytes, int at, byte[] value)
    {
        for (var i = 0; i < value.Length && at + i < bytes.Count; i++)
            bytes[at + i] = value[i];
    }
}
