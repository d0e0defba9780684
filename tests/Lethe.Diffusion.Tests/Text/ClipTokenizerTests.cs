using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Lethe.Diffusion.Text;

namespace Lethe.Diffusion.Tests.Text;

public sealed class ClipTokenizerTests
{
    private static readonly Lazy<ClipTokenizer> Clip = new(() => ClipTokenizer.Open(Golden.Path("tiny-sd", "tokenizer")));

    [Fact]
    public void Tokenize_GoldenPrompts_MatchesTheFastTokenizerExactly()
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Golden.Path("clip-tokenizer", "prompts.json")));
        var cases = golden.RootElement.EnumerateObject().Last(p => p.Value.ValueKind == JsonValueKind.Array).Value;

        var wrong = new List<string>();
        foreach (var item in cases.EnumerateArray())
        {
            var prompt = item.GetProperty("prompt").GetString()!;
            var ids = item.TryGetProperty("ids_hf_fast", out var fast) ? fast : item.GetProperty("ids");
            var expected = ids.EnumerateArray().Select(id => id.GetInt32()).ToArray()[1..^1];
            if (!expected.SequenceEqual(Clip.Value.Tokenize(prompt))) wrong.Add(prompt);
        }

        Assert.Equal(223, cases.GetArrayLength());
        Assert.Empty(wrong);
    }

    [Fact]
    public void Encode_GoldenPrompts_MatchesPaddedIds()
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Golden.Path("tiny-sd", "expected", "prompts.json")));
        var checkedPrompts = 0;
        foreach (var item in Objects(golden.RootElement))
        {
            var expected = item.GetProperty("ids").EnumerateArray().Select(id => id.GetInt64()).ToArray();
            Assert.Equal(expected, Clip.Value.Encode(item.GetProperty("prompt").GetString()!));
            checkedPrompts++;
        }

        Assert.Equal(6, checkedPrompts);

        static IEnumerable<JsonElement> Objects(JsonElement root) =>
            (root.ValueKind == JsonValueKind.Array
                ? root
                : root.EnumerateObject().First(p => p.Value.ValueKind == JsonValueKind.Array && p.Value[0].ValueKind == JsonValueKind.Object).Value)
            .EnumerateArray();
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData(" ", 0)]
    [InlineData("cat", 1)]
    [InlineData("a photo of a cat", 5)]
    [InlineData("a photo of a cat. ", 5)]
    [InlineData("cat,", 1)]
    [InlineData("!", 1)]
    public void LastSubjectToken_Prompt_IsTheRowOfItsLastWord(string prompt, int expected) =>
        Assert.Equal(expected, Clip.Value.LastSubjectToken(prompt));

    [Fact]
    public void LastSubjectToken_TooLongPrompt_IsTheLastRowBeforeTheEnd() =>
        Assert.Equal(75, Clip.Value.LastSubjectToken(string.Concat(Enumerable.Repeat("cat ", 200))));

    [Fact]
    public void Encode_AnyString_IsFramedAndPadded()
    {
        var tokenizer = Clip.Value;
        Prop.ForAll<string>(text =>
        {
            var ids = tokenizer.Encode(text ?? "");
            var body = Math.Min(tokenizer.Tokenize(text ?? "").Count, 75);
            return ids.Length == 77 && ids[0] == tokenizer.StartId && ids[body + 1] == tokenizer.EndId
                && ids[(body + 2)..].All(id => id == tokenizer.PadId) && ids.All(id => id >= 0 && id < tokenizer.VocabularySize);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Tokenize_AnyText_SpellsItBack()
    {
        using var folder = new TemporaryFolder();
        var tokenizer = Trained(folder);
        using var vocabulary = JsonDocument.Parse(File.ReadAllBytes(folder.File("vocab.json")));
        var symbols = vocabulary.RootElement.EnumerateObject().ToDictionary(entry => entry.Value.GetInt32(), entry => entry.Name);

        Prop.ForAll(Texts.ToArbitrary(), text =>
        {
            var spelled = string.Concat(tokenizer.Tokenize(text).Select(id => symbols[id])).Replace("</w>", "", StringComparison.Ordinal);
            var words = string.Concat(ClipText.Normalize(text).Split(' ').Where(word => word.Length > 0).SelectMany(ByteSymbols.OfWord));
            return spelled == words.Replace("</w>", "", StringComparison.Ordinal);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Tokenize_FromManyThreads_IsWhatOneThreadSees()
    {
        using var folder = new TemporaryFolder();
        var words = Enumerable.Range(0, 2000).Select(i => $"cat{i:x} zebra").ToList();
        var expected = words.Select(Trained(folder).Tokenize).ToList();

        var shared = ClipTokenizer.Open(folder.Path);
        Parallel.For(0, 8 * words.Count, i => Assert.Equal(expected[i / 8], shared.Tokenize(words[i / 8])));
    }

    [Fact]
    public void Tokenize_EndlessWord_IsCutIntoWordsOfBoundedLength()
    {
        using var folder = new TemporaryFolder();

        var tokens = Trained(folder).Tokenize(new string('z', 10_000));

        Assert.Equal(10_000, tokens.Count);
        Assert.Equal(3, tokens.Count(token => token == tokens[^1]));
    }

    [Fact]
    public void Tokenize_ByteThatTheVocabularyLacks_IsTheUnknownToken()
    {
        using var folder = new TemporaryFolder();
        folder.Write("vocab.json", """{"a": 0, "b</w>": 1, "ab</w>": 2, "<|startoftext|>": 3, "<|endoftext|>": 4}""");
        folder.Write("merges.txt", "a b</w>\n");

        Assert.Equal([2, 0, 4, 1, 4], ClipTokenizer.Open(folder.Path).Tokenize("ab axb z"));
    }

    /// <summary>Fragments that the rules treat apart, with any code points between them.</summary>
    private static Gen<string> Texts => Gen.OneOf(
            Gen.Elements("cat", "Zebra's", "'ll", "<|", "|>", " ", "\t\u3000", "12", "\uD83C", "\uFFFE", "\u00B2", "e\u0301", "\u0130", "\U0001D518", "\U0001F36E", "!?"),
            Gen.Choose(0, 0xD7FF).Select(char.ConvertFromUtf32), Gen.Choose(0xE000, 0x10FFFF).Select(char.ConvertFromUtf32))
        .ArrayOf().Select(string.Concat);

    private static ClipTokenizer Trained(TemporaryFolder folder)
    {
        BpeTrainer.Train(["a cat and a zebra", "a cat's cradle, 12 cats"], BpeTrainer.SmallestVocabulary + 30, folder.Path);
        return ClipTokenizer.Open(folder.Path);
    }

    [Fact]
    public void Normalize_AnyString_IsIdempotent() =>
        Prop.ForAll<string>(text => ClipText.Normalize(ClipText.Normalize(text ?? "")) == ClipText.Normalize(text ?? ""))
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("e\u0301", "\u00E9")]
    [InlineData("\u1100\u1161\u11A8", "\uAC01")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("\u212B", "\u00E5")]
    [InlineData("\u0958", "\u0915\u093C")]
    public void Normalize_CanonicallyEqualText_IsComposed(string text, string expected) =>
        Assert.Equal(expected, ClipText.Normalize(text));

    [Fact]
    public void Normalize_WhatTheRuntimeRefusesToCompose_IsComposed() =>
        Assert.Equal("\uFFFD\u00E9\uFFFE\u00E9", ClipText.Normalize("\uD83Ce\u0301\uFFFEe\u0301"));

    [Fact]
    public void Compose_WithoutIcu_RefusesWhatNeedsItAndSaysWhatToInstall()
    {
        var refusal = Assert.Throws<PlatformNotSupportedException>(() => ClipText.Compose("e\u0301", canCompose: false));

        Assert.Contains("install `libicu`", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("caf\u00E9", ClipText.Compose("caf\u00E9", canCompose: false));
    }
}
