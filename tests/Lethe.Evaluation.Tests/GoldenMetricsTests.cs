using System.Text.Json;
using Lethe.Diffusion.Checkpoints;
using Lethe.Evaluation.Metrics;

namespace Lethe.Evaluation.Tests;

/// <summary>Values of pytorch-fid 0.3.0, clean-fid and of closed formulas; tolerances as stated beside them.</summary>
public sealed class GoldenMetricsTests
{
    [Theory]
    [InlineData("a", 1e-6)]
    [InlineData("b", 1e-6)]
    [InlineData("few_rows", 1e-5)]
    [InlineData("big", 1e-6)]
    public void Frechet_GoldenSets_MatchesBothWays(string name, double relative)
    {
        using var file = Open();
        var expected = Expected(name).GetProperty("fid_by_eigenvalues").GetDouble();

        Assert.Equal(expected, FrechetDistance.Between(Set(file, $"{name}.x"), Set(file, $"{name}.y")), relative * expected);
        Assert.Equal(expected, FrechetDistance.Between(Moments(file, name, "x"), Moments(file, name, "y")), relative * expected);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("few_rows")]
    public void Moments_GoldenSets_MatchInBatches(string name)
    {
        using var file = Open();
        var set = Set(file, $"{name}.x");
        var half = set.Count / 2;

        var moments = FeatureMoments.Of([set.Pick([.. Enumerable.Range(0, half)]), set.Pick([.. Enumerable.Range(half, set.Count - half)])]);

        Near(Doubles(file, $"{name}.mu_x"), moments.Mean);
        Near(Doubles(file, $"{name}.sigma_x"), moments.Covariance);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    [InlineData("few_rows")]
    [InlineData("big")]
    public void Kernel_GoldenSubsets_Match(string name)
    {
        using var file = Open();
        var (x, y) = (Set(file, $"{name}.x"), Set(file, $"{name}.y"));

        var subsets = KernelDistance.OverSubsets(x, y, Rows(file, $"{name}.subsets_of_x"), Rows(file, $"{name}.subsets_of_y"));

        Assert.Equal(Expected(name).GetProperty("kid_subsets").GetProperty("value").GetDouble(), subsets.Average(), 1e-9);
        Assert.Equal(Expected(name).GetProperty("kid_unbiased_all_rows").GetDouble(), KernelDistance.Unbiased(x, y), 1e-9);
    }

    [Fact]
    public void Harmonic_GoldenRows_Match()
    {
        foreach (var row in Expected("harmonic").EnumerateArray())
        {
            var (accE, accS, accG) = (Number("acc_e"), Number("acc_s"), Number("acc_g"));

            Assert.Equal(Number("H_c"), HarmonicMean.Of(accE, accS), 1e-12);
            Assert.Equal(Number("H_o"), HarmonicMean.Of(accE, accS, accG), 1e-12);

            double Number(string key) => row.GetProperty(key).GetDouble();
        }
    }

    [Fact]
    public void ClipScores_GoldenEmbeddings_MatchLogitsAndVariants()
    {
        using var file = Open();
        using var pictures = file.Read("clip.image_features");
        using var texts = file.Read("clip.text_features");
        var expected = Expected("clip_score");
        var scale = Math.Exp(Doubles(file, "clip.logit_scale")[0]);

        var cosines = ClipScores.Cosines(pictures, texts);
        var scores = cosines.Select((cosine, i) => Samples.Score("c", PictureRole.Preserved, i, null) with { After = new Sighting { ClipScore = 100 * cosine } }).ToList();

        // The file stores logits of single precision: 1e-4.
        var logits = Doubles(file, "clip.logits_per_pair");
        for (var i = 0; i < logits.Length; i++)
            Assert.Equal(logits[i], scale * cosines[i], 1e-4);
        Assert.Equal(expected.GetProperty("mean").GetDouble(), scale * cosines.Average(), 1e-4);
        Assert.Equal(expected.GetProperty("cosine_mean_times_100").GetDouble(), 100 * cosines.Average(), 1e-4);
        var variants = ClipScores.Variants("clip_score_s", "higher", scores);
        Assert.Equal(cosines.Average(), variants[0].Value!.Value, 1e-12);
        Assert.Equal(2.5 * cosines.Average(cosine => Math.Max(0, cosine)), variants[1].Value!.Value, 1e-12);
    }

    // metrics.md 4.2: eigenvalues 3.856980509 and 1.343019491 of the product, by hand.
    [Fact]
    public void Frechet_TwoDimensionsByHand_MatchesNineDigits() => Assert.Equal(
        2.754386285, FrechetDistance.Between(Moments([0, 0], [2, .5, .5, 1]), Moments([1, -1], [1, .2, .2, 3])), 1e-9);

    // metrics.md 5: both distances of two sets of four, by hand.
    [Fact]
    public void Distances_FourPicturesByHand_MatchSixDigits()
    {
        var x = new FeatureSet("hand", 2, [0, 1, 1, 0, 1, 1, 2, 0]);
        var y = new FeatureSet("hand", 2, [1, 2, 0, 2, 2, 2, 1, 3]);

        Assert.Equal(48.354167, KernelDistance.Unbiased(x, y), 1e-6);
        Assert.Equal(48.354167, KernelDistance.Compute(x, y).Value, 1e-6);
        Assert.Equal(3.190376, FrechetDistance.Between(x, y), 1e-6);
    }

    private static FeatureMoments Moments(double[] mean, double[] covariance) => new() { Network = "hand", Count = 100, Mean = mean, Covariance = covariance };

    private static SafetensorsFile Open() => SafetensorsFile.Open(Golden.Path("metrics", "features.safetensors"));

    private static JsonElement Expected(string name) =>
        JsonDocument.Parse(File.ReadAllBytes(Golden.Path("metrics", "expected.json"))).RootElement.GetProperty(name);

    private static FeatureSet Set(SafetensorsFile file, string name)
    {
        using var tensor = file.Read(name);
        return FeatureSet.From("golden", tensor);
    }

    private static FeatureMoments Moments(SafetensorsFile file, string name, string side) => new()
    {
        Network = "golden",
        Count = file.Entries[$"{name}.{side}"].Shape[0],
        Mean = Doubles(file, $"{name}.mu_{side}"),
        Covariance = Doubles(file, $"{name}.sigma_{side}"),
    };

    private static double[] Doubles(SafetensorsFile file, string name)
    {
        using var tensor = file.Read(name);
        using var wide = tensor.to(torch.float64);
        return wide.data<double>().ToArray();
    }

    private static List<IReadOnlyList<int>> Rows(SafetensorsFile file, string name)
    {
        using var tensor = file.Read(name);
        return [.. tensor.data<long>().ToArray().Select(row => (int)row).Chunk((int)tensor.size(1))];
    }

    private static void Near(double[] expected, IReadOnlyList<double> actual)
    {
        Assert.Equal(expected.Length, actual.Count);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-9);
    }
}
