using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Text;

namespace Lethe.Diffusion.Tests.Text;

public sealed class VocabularyFilesTests
{
    private const string Specials = "\"<|startoftext|>\": 8,\n\"<|endoftext|>\": 9";

    [Theory]
    [InlineData("[1]", "line 1: expected an object")]
    [InlineData("{\"a\": 1,\n\"b\": 1}", "line 2: id 1 of `b` is already taken")]
    [InlineData("{\"a\": 1,\n\n\"a\": 2}", "line 3: `a` appears twice")]
    [InlineData("{\"a\": -1}", "line 1: the id of `a` is not a whole number in [0, 1048576)")]
    [InlineData("{\"a\": 99999999999}", "line 1: the id of `a` is not a whole number in [0, 1048576)")]
    [InlineData("{\"a\": 1.5}", "line 1: the id of `a` is not a whole number in [0, 1048576)")]
    [InlineData("{\"a\":\n\"b\"}", "line 2: the id of `a` is not a whole number in [0, 1048576)")]
    [InlineData("{\"a\": 1,\n", "line 2: not valid JSON")]
    [InlineData("{}", "the vocabulary is empty")]
    [InlineData("{\"a\": 1}", "lacks the special token `<|startoftext|>`")]
    public void Open_HostileVocabulary_IsRefusedWithFileAndLine(string vocabulary, string expected)
    {
        using var folder = new TemporaryFolder();
        folder.Write("vocab.json", vocabulary);
        folder.Write("merges.txt", "");

        var error = Assert.Throws<CheckpointException>(() => ClipTokenizer.Open(folder.Path));

        Assert.StartsWith($"`{folder.File("vocab.json")}`", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#version: 0.2\na b c\n", "line 2: expected two symbols and one space between them")]
    [InlineData("#version: 0.2\na b\na b\n", "line 3: the merge `a b` appears twice")]
    [InlineData("a x\n", "line 1: `x` is not in `vocab.json`")]
    [InlineData("b a\n", "line 1: `ba` is not in `vocab.json`")]
    public void Open_HostileMerges_IsRefusedWithFileAndLine(string merges, string expected)
    {
        using var folder = new TemporaryFolder();
        folder.Write("vocab.json", "{\"a\": 0, \"b\": 1, \"ab\": 2," + Specials + "}");
        folder.Write("merges.txt", merges);

        var error = Assert.Throws<CheckpointException>(() => ClipTokenizer.Open(folder.Path));

        Assert.Equal($"`{folder.File("merges.txt")}`, {expected}", error.Message);
    }

    [Fact]
    public void Open_MissingFolder_NamesTheFile()
    {
        using var folder = new TemporaryFolder();

        var error = Assert.Throws<CheckpointException>(() => ClipTokenizer.Open(folder.File("absent")));

        Assert.Contains("vocab.json` does not exist", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_SpecialTokensMap_DecidesThePadding()
    {
        using var folder = new TemporaryFolder();
        folder.Write("vocab.json", "{\"!\": 0," + Specials + "}");
        folder.Write("merges.txt", "#version: 0.2\n");
        folder.Write("special_tokens_map.json", """{"pad_token": {"content": "!"}}""");

        var ids = ClipTokenizer.Open(folder.Path).Encode("");

        Assert.Equal([8, 9, 0], ids[..3]);
    }

    [Fact]
    public void Open_SpecialTokenOfWrongType_IsRefused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("vocab.json", "{" + Specials + "}");
        folder.Write("merges.txt", "");
        var config = folder.Write("tokenizer_config.json", """{"pad_token": 7}""");

        var error = Assert.Throws<CheckpointException>(() => ClipTokenizer.Open(folder.Path));

        Assert.Equal($"`{config}`: `pad_token` is not a token", error.Message);
    }
}
