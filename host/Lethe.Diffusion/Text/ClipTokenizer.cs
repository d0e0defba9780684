using Lethe.Diffusion.Checkpoints;
using Microsoft.ML.Tokenizers;

namespace Lethe.Diffusion.Text;

/// <summary>
/// CLIP's byte-level byte-pair tokenizer. It follows Hugging Face's fast tokenizer ("hf_fast"): Unicode NFC, white space
/// collapsed, lower case character by character, no repair of mis-encoded text. Safe from any thread: all it ever changes is
/// the byte-pair tokenizer's cache of short words, which is locked and bounded.
/// </summary>
public sealed class ClipTokenizer
{
    /// <summary>Length of a model input: start, at most 75 tokens, end, padding.</summary>
    public const int ContextLength = 77;

    private readonly VocabularyFiles files;
    private readonly BpeTokenizer merger;

    private ClipTokenizer(VocabularyFiles files)
    {
        this.files = files;
        StartId = files.Ids[files.StartToken];
        EndId = files.Ids[files.EndToken];
        PadId = files.Ids[files.PadToken];
        // Where start and end are one token, it is listed once.
        string[] specials = [.. new[] { files.StartToken, files.EndToken }.Distinct()];
        merger = BpeTokenizer.Create(new BpeOptions(files.Ids)
        {
            Merges = files.Merges,
            ByteLevel = true,
            EndOfWordSuffix = ByteSymbols.EndOfWord,
            UnknownToken = files.UnknownToken,
            SpecialTokens = specials.ToDictionary(token => token, token => files.Ids[token]),
            Normalizer = new ClipNormalizer(),
            PreTokenizer = new ClipPreTokenizer(specials),
        });
    }

    /// <summary>Whether prompts in other than Latin letters can be read, which takes ICU.</summary>
    public static bool ReadsUnicode => ClipText.CanCompose;

    public int StartId { get; }

    public int EndId { get; }

    public int PadId { get; }

    /// <summary>One more than the highest id; the text encoder needs at least as many embedding rows.</summary>
    public int VocabularySize => files.HighestId + 1;

    /// <summary>Entries that end a word, by id, without the end-of-word marker; those of printable ASCII only, since others may be parts of letters.</summary>
    public IReadOnlyList<string> Words => [.. files.Ids
        .Where(entry => entry.Key.EndsWith(ByteSymbols.EndOfWord, StringComparison.Ordinal) && entry.Key.Length > ByteSymbols.EndOfWord.Length)
        .OrderBy(entry => entry.Value)
        .Select(entry => entry.Key[..^ByteSymbols.EndOfWord.Length])
        .Where(word => word.All(letter => letter is > ' ' and < '\u007f'))];

    /// <summary>Reads <c>vocab.json</c>, <c>merges.txt</c> and, where present, the two special-token files.</summary>
    /// <exception cref="CheckpointException">A file is missing or malformed; the message names file and line.</exception>
    public static ClipTokenizer Open(string folder) => new(VocabularyFiles.Read(folder));

    /// <summary>CLIP's own vocabulary, which comes with the program.</summary>
    /// <param name="padToken">What inputs are padded with.</param>
    public static ClipTokenizer Clip(string padToken = BpeTrainer.EndToken) => new(VocabularyFiles.Of(ClipVocabulary.Merges, padToken));

    /// <summary>Ids of the prompt's own tokens: no start, no end, no padding, no limit.</summary>
    /// <exception cref="PlatformNotSupportedException">The prompt needs what <see cref="ReadsUnicode"/> says is not there.</exception>
    public IReadOnlyList<int> Tokenize(string prompt) => merger.EncodeToIds(prompt);

    /// <summary>Model input of length <see cref="ContextLength"/>: start, the first 75 tokens, end, padding.</summary>
    public long[] Encode(string prompt)
    {
        var input = new long[ContextLength];
        Array.Fill(input, PadId);
        input[0] = StartId;
        var length = 1;
        foreach (var id in Tokenize(prompt).Take(ContextLength - 2)) input[length++] = id;
        input[length] = EndId;
        return input;
    }

    /// <summary>
    /// Row of the prompt's last subject token in <see cref="Encode"/>: punctuation at the end does not count, and a prompt
    /// without any token has 0, the start token's row.
    /// </summary>
    public int LastSubjectToken(string prompt)
    {
        var end = prompt.Length;
        while (end > 0 && (char.IsPunctuation(prompt[end - 1]) || char.IsWhiteSpace(prompt[end - 1]))) end--;
        // A prompt that is nothing but punctuation is its own subject.
        var subject = end > 0 ? prompt[..end] : prompt;
        return Math.Min(Tokenize(subject).Count, ContextLength - 2);
    }
}
