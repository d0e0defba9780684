using System.IO.Compression;
using System.Text;

namespace Lethe.Diffusion.Text;

/// <summary>CLIP's own vocabulary, for checkpoints that come without a tokenizer. The merges are OpenAI's (MIT licence, see clip-merges.LICENSE).</summary>
internal static class ClipVocabulary
{
    private static readonly Lazy<IReadOnlyList<(string Left, string Right)>> LazyMerges = new(Read);

    public static IReadOnlyList<(string Left, string Right)> Merges => LazyMerges.Value;

    /// <summary>Writes the tokenizer's folder.</summary>
    public static void Write(string folder, string padToken) => VocabularyWriter.Write(folder, Merges, padToken);

    private static List<(string Left, string Right)> Read()
    {
        using var packed = typeof(ClipVocabulary).Assembly.GetManifestResourceStream("clip-merges.txt.gz")!;
        using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
        using var lines = new StreamReader(unpacked, Encoding.UTF8);
        var merges = new List<(string, string)>();
        while (lines.ReadLine() is { } line)
        {
            var parts = line.Split(' ');
            merges.Add((parts[0], parts[1]));
        }

        return merges;
    }
}
