using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Lethe.Diffusion.Text;

namespace Lethe.Diffusion.Tests.Text;

public sealed class ClipTokenizerTests
{
    private static readonly Lazy<ClipTokenizer> Clip = new(() => ClipTokenizer.Open(Golden.Path("tiny-sd", "tokenizer")));

    [SkippableFact]
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

    [SkippableFact]
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

    [SkippableTheory]
    [InlineData("", 0)]
    [InlineData(" ", 0)]
    [InlineData("cat", 1)]
    [InlineData("a photo of a cat", 5)]
    [InlineData("a photo of a cat. ", 5)]
    [InlineData("cat,", 1)]
    [InlineData("!", 1)]
    public void LastSubjectToken_Prompt_IsTheRowOfItsLastWord(string prompt, int expected) =>
        Assert.Equal(expected, Clip.Value.LastSubjectToken(prompt));

    [SkippableFact]
    public void LastSubjectToken_TooLongPrompt_IsTheLastRowBeforeTheEnd() =>
        Assert.Equal(75, Clip.Value.LastSubjectToken(string.Concat(Enumerable.Repeat("cat ", 200))));

    [SkippableFact]
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
}
