using System.Globalization;
using System.Text;

namespace Lethe.Diffusion.Text;

/// <summary>
/// Unicode normalization form C. The runtime's own <c>string.Normalize</c> does nothing under invariant globalization,
/// and a token id must not depend on which ICU a machine has, so the table is shipped.
/// </summary>
internal static class CanonicalComposition
{
    private const int SBase = 0xAC00, LBase = 0x1100, VBase = 0x1161, TBase = 0x11A7;
    private const int LCount = 19, VCount = 21, TCount = 28, SCount = LCount * VCount * TCount;

    private static readonly Table Data = Table.Read();

    public static string Normalize(string text)
    {
        // Nothing below U+0300 decomposes into itself plus a mark that could recompose differently.
        if (text.All(c => c < 0x300)) return text;

        var runes = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes()) Decompose(rune.Value, runes);
        Reorder(runes);
        var composed = new StringBuilder(text.Length);
        foreach (var rune in Compose(runes)) composed.Append(new Rune(rune).ToString());
        return composed.ToString();
    }

    private static void Decompose(int rune, List<int> into)
    {
        var syllable = rune - SBase;
        if (syllable is >= 0 and < SCount)
        {
            into.Add(LBase + syllable / (VCount * TCount));
            into.Add(VBase + syllable % (VCount * TCount) / TCount);
            if (syllable % TCount != 0) into.Add(TBase + syllable % TCount);
        }
        else if (Data.Decompositions.TryGetValue(rune, out var parts))
        {
            foreach (var part in parts) Decompose(part, into);
        }
        else
        {
            into.Add(rune);
        }
    }

    /// <summary>Stable sort of each run of marks by combining class.</summary>
    private static void Reorder(List<int> runes)
    {
        for (var start = 0; start < runes.Count; start++)
        {
            if (Class(runes[start]) == 0) continue;
            var end = start;
            while (end < runes.Count && Class(runes[end]) != 0) end++;
            var sorted = runes.GetRange(start, end - start).OrderBy(Class).ToList();
            for (var i = 0; i < sorted.Count; i++) runes[start + i] = sorted[i];
            start = end;
        }
    }

    private static List<int> Compose(List<int> runes)
    {
        var result = new List<int>(runes.Count);
        var starter = -1;
        var lastClass = -1;
        foreach (var rune in runes)
        {
            var combining = Class(rune);
            // A mark is blocked when something of an equal or higher class stands between it and its starter.
            if (starter >= 0 && (lastClass < combining || lastClass == -1) && Pair(result[starter], rune) is { } composite)
            {
                result[starter] = composite;
                continue;
            }
            result.Add(rune);
            if (combining == 0) (starter, lastClass) = (result.Count - 1, -1);
            else lastClass = combining;
        }
        return result;
    }

    private static int? Pair(int first, int second)
    {
        if (first - LBase is >= 0 and < LCount && second - VBase is >= 0 and < VCount)
            return SBase + ((first - LBase) * VCount + (second - VBase)) * TCount;
        if (first - SBase is >= 0 and < SCount && (first - SBase) % TCount == 0 && second - TBase is > 0 and < TCount)
            return first + (second - TBase);
        return Data.Compositions.TryGetValue((first, second), out var composite) ? composite : null;
    }

    private static int Class(int rune) => Data.Classes.GetValueOrDefault(rune);

    private sealed record Table(
        Dictionary<int, int[]> Decompositions, Dictionary<(int First, int Second), int> Compositions, Dictionary<int, int> Classes)
    {
        public static Table Read()
        {
            var table = new Table([], [], []);
            using var stream = typeof(CanonicalComposition).Assembly.GetManifestResourceStream("canonical.txt")!;
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
            {
                if (line[0] == '#') continue;
                var words = line.TrimStart('!', '@').Split(' ');
                if (line[0] == '@')
                {
                    for (var rune = Hex(words[1]); rune <= Hex(words[2]); rune++)
                        table.Classes[rune] = int.Parse(words[0], CultureInfo.InvariantCulture);
                    continue;
                }
                var (composite, parts) = (Hex(words[0]), words[1..].Select(Hex).ToArray());
                table.Decompositions[composite] = parts;
                if (line[0] != '!') table.Compositions[(parts[0], parts[1])] = composite;
            }
            return table;
        }

        private static int Hex(string word) => int.Parse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
