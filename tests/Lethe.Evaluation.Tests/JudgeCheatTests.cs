using Lethe.Diffusion;
using Lethe.Evaluation.Judges;
using Lethe.Sdk.Diffusion;

namespace Lethe.Evaluation.Tests;

/// <summary>
/// Pictures without content must not count as any object to the shipped judge, or an eraser could win by ruining pictures
/// and a cheat could pass for a model. "None" is the right answer; a few slips among many pictures are allowed.
/// </summary>
public sealed class JudgeCheatTests(JudgeCheatTests.Shipped shipped) : IClassFixture<JudgeCheatTests.Shipped>
{
    private const int Count = 128;

    // A judge that answers one noise picture in ten is wrong more often than chance among a hundred objects explains.
    private const double MostNamed = 0.1;

    [Fact]
    public void Judge_UniformNoise_RecognisesNothing() => MustBeNothing(shipped.Uniform(Count, 64));

    [Fact]
    public void Judge_GaussianNoise_RecognisesNothing() => MustBeNothing(shipped.Gaussian(Count, 0.5));

    [Fact]
    public void Judge_FaintNoiseOnWhite_RecognisesNothing() => MustBeNothing(shipped.Gaussian(Count, 0.05).sub(shipped.Gaussian(Count, 0.05).abs()).add(1).clamp(-1, 1));

    [Fact]
    public void Judge_CoarseNoise_RecognisesNothing() => MustBeNothing(
        torch.nn.functional.interpolate(shipped.Uniform(Count, 8), size: [64, 64], mode: torch.InterpolationMode.Nearest));

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(-1, -1, -1)]
    [InlineData(0, 0, 0)]
    public void Judge_WhiteGreyOrBlack_RecognisesNothing(float red, float green, float blue) =>
        MustBeNothing(torch.tensor(new[] { red, green, blue }, [1, 3, 1, 1]).expand(2, 3, 64, 64));

    [Fact]
    public void Judge_PlainColours_RecognisesNothing()
    {
        float[] levels = [-1, -0.33f, 0.33f, 1];
        var colours = levels.SelectMany(red => levels.SelectMany(green => levels.SelectMany(blue => new[] { red, green, blue }))).ToArray();

        MustBeNothing(torch.tensor(colours, [64, 3, 1, 1]).expand(64, 3, 64, 64));
    }

    [Fact]
    public void Judge_AveragePicture_RecognisesNothing() => MustBeNothing(shipped.Drawn().mean([0], keepdim: true));

    [Fact]
    public void Judge_ShuffledLabels_ScoresNearChance()
    {
        var seen = shipped.Judge.Judge(shipped.Drawn());
        var asked = Shipped.Asked(shipped.Judge);
        var (right, shuffled) = (Hits(0), 0);
        for (var shift = 1; shift < asked.Count; shift++)
            shuffled += Hits(shift);

        // Every wrong label is tried; chance is one in the number of objects, and none lowers it.
        var share = shuffled / (double)(asked.Count * (asked.Count - 1));
        Assert.InRange(share, 0, 3.0 / asked.Count);
        Assert.True(right > asked.Count * share, $"{right} of {asked.Count} right labels, {share:0.000} of shuffled ones");

        int Hits(int shift) => seen.Where((judgement, i) => judgement.Object == asked[(i + shift) % asked.Count]).Count();
    }

    private void MustBeNothing(Tensor pictures)
    {
        using (pictures)
        {
            var seen = shipped.Judge.Judge(pictures);
            var named = seen.Where(judgement => judgement.Object is not null).ToList();
            Assert.True(
                named.Count <= MostNamed * seen.Count,
                $"{named.Count} of {seen.Count} pictures were named: "
                + string.Join(", ", named.GroupBy(judgement => judgement.Object).OrderByDescending(group => group.Count()).Take(4)
                    .Select(group => $"{group.Count()} x `{group.Key}` up to {group.Max(judgement => judgement.ObjectConfidence):0.00}")));
        }
    }

    /// <summary>The shipped judge, and a few pictures of the shipped model.</summary>
    public sealed class Shipped : IDisposable
    {
        private static readonly string Model = Golden.InRepository("host", "models", "emoji");
        private readonly torch.Generator generator = new(20260);
        private Tensor? drawn;

        public EmojiJudge Judge { get; } = EmojiJudge.Open(Path.Combine(Model, "judge"));

        public Tensor Uniform(int count, int side) => torch.rand([count, 3, side, side], generator: generator).mul(2).sub(1);

        public Tensor Gaussian(int count, double deviation) => torch.randn([count, 3, 64, 64], generator: generator).mul(deviation).clamp(-1, 1);

        /// <summary>Every fourth object of the judge's, as the shipped model draws it in few steps; kept until the end.</summary>
        public Tensor Drawn()
        {
            if (drawn is null)
            {
                using var model = StableDiffusion.Open(Model);
                var asked = Asked(Judge);
                var pictures = model.Draw(new SamplingRequest
                {
                    Prompts = [.. asked.Select(name => $"a picture of a {name}")],
                    Seeds = [.. asked.Select((_, i) => (long)i)],
                    Steps = 10,
                    GuidanceScale = 5,
                });
                drawn = Lethe.Diffusion.Images.ImageTensor.FromImages(pictures).DetachFromDisposeScope();
            }
            return drawn;
        }

        public static IReadOnlyList<string> Asked(EmojiJudge judge) => [.. judge.Objects.Where((_, number) => number % 4 == 0)];

        public void Dispose()
        {
            drawn?.Dispose();
            generator.Dispose();
            Judge.Dispose();
        }
    }
}
