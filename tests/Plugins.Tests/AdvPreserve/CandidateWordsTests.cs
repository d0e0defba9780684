using Lethe.Plugins.AdvPreserve;
using Lethe.Sdk.Anchors;
using Lethe.Sdk.Erasers;

namespace Plugins.Tests.AdvPreserve;

public sealed class CandidateWordsTests
{
    private static readonly HashSet<string> Nothing = [];

    [Fact]
    public void Choose_Nearest_TakesTheBestAndLeavesOutWhatIsExcluded()
    {
        var chosen = CandidateWords.Choose(["far", "church", "near", "nearer"], [0.1, 1, 0.5, 0.7], new HashSet<string> { "church" }, new() { Candidates = 2 });

        Assert.Equal(["nearer", "near"], chosen);
    }

    [Theory]
    [InlineData(CandidateSelection.Nearest)]
    [InlineData(CandidateSelection.Stratified)]
    public void Choose_WordsInAnotherOrder_GivesTheSame(CandidateSelection selection)
    {
        string[] words = [.. Enumerable.Range(0, 40).Select(i => new string((char)('a' + i % 26), 1 + i / 26))];
        double[] nearness = [.. Enumerable.Range(0, 40).Select(i => -Math.Abs(i - 17.3))];
        var options = new AdvPreserveOptions { Selection = selection, Candidates = 8, Pool = 30 };

        var chosen = CandidateWords.Choose(words, nearness, Nothing, options);

        Assert.Equal(chosen, CandidateWords.Choose([.. words.Reverse()], [.. nearness.Reverse()], Nothing, options));
        Assert.Equal(chosen.Count, chosen.Distinct().Count());
        Assert.True(chosen.Count <= 8);
    }

    [Fact]
    public void Choose_StratifiedWithASmallPool_GivesThePool()
    {
        var options = new AdvPreserveOptions { Selection = CandidateSelection.Stratified, Candidates = 5, Pool = 100 };

        Assert.Equal(["c", "b"], CandidateWords.Choose(["a-1", "b", "c"], [3, 1, 2], Nothing, options));
    }

    [Fact]
    public void Centres_ThreeHeaps_AreTheirMeans() =>
        Assert.Equal([1.5, 10, 20.25], ScalarClusters.Centres([10, 1, 20, 2, 20.5], 3), (a, b) => Math.Abs(a - b) < 1e-12);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(9)]
    public void Centres_FewNumbers_AreTheBestOfAllPartitions(int count)
    {
        double[] values = [0.3, 4.1, 1.7, 9.5, 2.2, 7.7, 2.9, 5.0, 8.8];
        double[] sorted = [.. values.Order()];

        var centres = ScalarClusters.Centres(values, count);

        var found = sorted.Sum((double value) => centres.Min((double centre) => (value - centre) * (value - centre)));
        Assert.Equal(count, centres.Length);
        Assert.Equal(Best(sorted, count), found, 1e-9);
    }

    [Fact]
    public void Words_Policy_AreWhatItPreserves()
    {
        var request = new ErasureRequest
        {
            Model = null!,
            Concepts = [new Concept { Name = "cat", Neighbours = ["lion", "Dog"] }],
            Preserve = new PreserveSet { Prompts = ["dog", "tree"] },
        };

        Assert.Equal(["dog", "tree", "lion"], WordSource.Words("policy", request));
        Assert.Contains("church", WordSource.Words("english", request));
        Assert.Contains("airplane", WordSource.Words("emoji", request));
    }

    [Theory]
    [InlineData("nowhere.txt", "neither a file")]
    [InlineData("english", "`pool`")]
    public void Validate_WrongOptions_AreRefused(string vocabulary, string expected)
    {
        var options = new AdvPreserveOptions { Vocabulary = vocabulary, Selection = CandidateSelection.Stratified, Candidates = 10, Pool = 5 };

        Assert.Contains(options.Validate(), problem => problem.Message.Contains(expected, StringComparison.Ordinal));
    }

    private static double Best(double[] sorted, int clusters)
    {
        if (clusters == 1)
            return sorted.Sum(value => Math.Pow(value - sorted.Average(), 2));
        return Enumerable.Range(1, sorted.Length - clusters + 1).Min((int last) => Best(sorted[..^last], clusters - 1) + Best(sorted[^last..], 1));
    }
}
