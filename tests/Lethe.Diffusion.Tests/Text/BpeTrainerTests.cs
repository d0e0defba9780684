using Lethe.Diffusion.Text;

namespace Lethe.Diffusion.Tests.Text;

public sealed class BpeTrainerTests
{
    private static readonly string[] Captions =
        ["a red apple, google emoji", "a red car, google emoji", "a blue car, twitter emoji", "Crème brûlée 🍮"];

    [Fact]
    public void Train_EnoughRoom_MakesEveryWordOneToken()
    {
        using var folder = new TemporaryFolder();

        BpeTrainer.Train(Captions, 2000, folder.Path);
        var tokenizer = ClipTokenizer.Open(folder.Path);

        Assert.Equal(6, tokenizer.Tokenize("a red apple, google emoji").Count);
        Assert.Equal(3, tokenizer.Tokenize("CRÈME  brûlée 🍮").Count);
        Assert.Equal(tokenizer.EndId, tokenizer.VocabularySize - 1);
        Assert.Equal(tokenizer.EndId - 1, tokenizer.StartId);
    }

    [Fact]
    public void Train_SmallVocabulary_HasExactlyThatSizeAndSpellsUnknownWords()
    {
        using var folder = new TemporaryFolder();

        var size = BpeTrainer.Train(Captions, 520, folder.Path);
        var tokenizer = ClipTokenizer.Open(folder.Path);

        Assert.Equal(520, size);
        Assert.Equal(520, tokenizer.VocabularySize);
        Assert.DoesNotContain(tokenizer.EndId, tokenizer.Tokenize("zebra Ω 漢"));
    }

    [Fact]
    public void Train_SameTextsInAnotherOrder_WritesTheSameBytes()
    {
        using var first = new TemporaryFolder();
        using var second = new TemporaryFolder();

        BpeTrainer.Train(Captions, 560, first.Path);
        BpeTrainer.Train(Captions.Reverse(), 560, second.Path);

        foreach (var name in new[] { "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json" })
            Assert.Equal(File.ReadAllBytes(first.File(name)), File.ReadAllBytes(second.File(name)));
        Assert.Equal(4, Directory.GetFiles(first.Path).Length);
    }

    [Fact]
    public void Train_TooSmallVocabulary_IsRefused()
    {
        using var folder = new TemporaryFolder();

        Assert.Throws<ArgumentOutOfRangeException>(() => BpeTrainer.Train(Captions, 513, folder.Path));
    }
}
