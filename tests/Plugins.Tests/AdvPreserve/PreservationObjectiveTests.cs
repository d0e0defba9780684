using Lethe.Plugins.AdvPreserve;
using Lethe.Sdk.Anchors;
using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Training;

namespace Plugins.Tests.AdvPreserve;

/// <summary>The losses on a tiny Stable Diffusion.</summary>
public sealed class PreservationObjectiveTests
{
    [Theory]
    [InlineData(TrainedPart.X, 80)]
    [InlineData(TrainedPart.U, 598)]
    public void Parameters_Part_HasThePublishedNumberOfTensors(TrainedPart part, int expected)
    {
        using var bench = TrainingBench.Open();

        Assert.Equal(expected, bench.Model.Denoiser.Parameters(Settings(new() { Train = part }).Parameters).Count);
    }

    [Fact]
    public void Keep_AtTheStart_IsZeroWithZeroGradient()
    {
        using var bench = TrainingBench.Open();
        using var trial = new Trial(bench, new());

        var loss = trial.Objective.Keep(trial.Draw, bench.Model.TextEncoder.Encode(["a church"]), bench.Latents());
        loss.backward();

        Assert.Equal(0, loss.item<float>());
        Assert.All(trial.Pair.Parameters, parameter => Assert.True(parameter.grad is not { } grad || grad.abs().max().item<float>() == 0));
    }

    [Theory]
    [InlineData("", 0.0)]
    [InlineData("a cat", -1.0)]
    public void Erase_TargetIsWhatIsPredictedAnyway_IsZeroAtTheStart(string concept, double negativeGuidance)
    {
        using var bench = TrainingBench.Open();
        using var trial = new Trial(bench, new() { NegativeGuidance = negativeGuidance }, concept);

        Assert.Equal(0, Erase(trial, bench).item<float>(), 1e-10);
    }

    [Fact]
    public void Erase_InPictures_IsTheWeightTimesTheLossInNoise()
    {
        using var bench = TrainingBench.Open();
        using var noise = new Trial(bench, new());
        var expected = Erase(noise, bench).item<float>();
        noise.Dispose();
        using var pictures = new Trial(bench, new() { Space = LossSpace.Picture });
        var left = bench.Model.Schedule.AlphasCumprod[501].item<float>();

        Assert.Equal(expected * (1 - left) / left, Erase(pictures, bench).item<float>(), 1e-4 * expected);
    }

    [Fact]
    public void PictureWeight_MeanSquareOfPictures_IsThatOfNoiseTimesTheWeight()
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator(1);
        const double left = 0.275;
        var (z, a, b) = (Random(), Random(), Random());

        var pictures = torch.nn.functional.mse_loss(Clean(a), Clean(b)).ToDouble();

        Assert.Equal(PreservationObjective.PictureWeight(left) * torch.nn.functional.mse_loss(a, b).ToDouble(), pictures, 1e-12 * pictures);

        Tensor Random() => torch.randn([1, 4, 8, 8], ScalarType.Float64, generator: generator);

        Tensor Clean(Tensor noise) => (z - Math.Sqrt(1 - left) * noise) / Math.Sqrt(left);
    }

    [Fact]
    public void Keep_AfterAChange_HasTheGradientOfDifferencesForTheConcept()
    {
        using var bench = TrainingBench.Open();
        using var trial = new Trial(bench, new());
        using (torch.no_grad())
        {
            foreach (var parameter in trial.Pair.Parameters)
                parameter.mul_(1.2);
        }

        var states = bench.Model.TextEncoder.Encode(["a church"]);
        var leaf = states.clone().requires_grad_();
        var given = bench.Latents();
        var frozen = trial.Pair.Teacher.PredictNoise(given, trial.Draw.Timesteps, states).detach();
        var gradient = torch.autograd.grad([trial.Objective.Keep(trial.Draw, leaf, given)], [leaf])[0];
        var direction = gradient / gradient.norm();

        // The frozen side counts as given: only the trained network sees the moved concept.
        double Moved(double by)
        {
            using var still = torch.no_grad();
            var predicted = trial.Pair.Student.PredictNoise(given, trial.Draw.Timesteps, states + direction * by);
            return torch.nn.functional.mse_loss(predicted, frozen).item<float>();
        }

        const double h = 0.05;
        var expected = gradient.norm().item<float>();
        Assert.Equal(expected, (Moved(h) - Moved(-h)) / (2 * h), 0.02 * expected);
        Assert.All(trial.Pair.Parameters, parameter => Assert.Null(parameter.grad));
    }

    [Fact]
    public void Losses_OfBoth_AreThoseOfEachAlone()
    {
        using var bench = TrainingBench.Open();
        using var trial = new Trial(bench, new() { NegativeGuidance = 1 });
        using (torch.no_grad())
        {
            foreach (var parameter in trial.Pair.Parameters)
                parameter.mul_(1.2);
        }

        var (draw, church) = (trial.Draw, bench.Model.TextEncoder.Encode(["a church"]));
        var (z, kept) = (bench.Latents(), bench.Latents() * 0.5);
        var (erase, keep) = trial.Objective.Losses(draw, church, z, kept);

        // With negative guidance of 1: e(c_n) - [e(c_e) - e(c_n)].
        var empty = trial.Pair.Teacher.PredictNoise(z, draw.Timesteps, bench.Model.TextEncoder.Encode([""]));
        var target = 2 * empty - trial.Pair.Teacher.PredictNoise(z, draw.Timesteps, draw.Prompt);
        var expected = (trial.Pair.Student.PredictNoise(z, draw.Timesteps, draw.Prompt) - target).square().mean().item<float>();
        Assert.Equal(expected, erase.item<float>(), 1e-4 * expected);
        var alone = trial.Objective.Keep(draw, church, kept).item<float>();
        Assert.Equal(alone, keep.item<float>(), 1e-4 * alone);
    }

    [Fact]
    public void Sample_TwoPromptsAtOnce_GivesWhatEachGivesAlone()
    {
        using var bench = TrainingBench.Open();
        using var trial = new Trial(bench, new() { SamplingSteps = 5 });
        var (one, other) = (bench.Model.TextEncoder.Encode(["a cat"]), bench.Model.TextEncoder.Encode(["a church"]));

        var both = trial.Objective.Sample(trial.Draw, [one, other], default);

        Assert.True(both[0].allclose(trial.Objective.Sample(trial.Draw, [one], default)[0], 1e-4, 1e-4));
        Assert.True(both[1].allclose(trial.Objective.Sample(trial.Draw, [other], default)[0], 1e-4, 1e-4));
        Assert.False(both[0].requires_grad);
    }

    private static Tensor Erase(Trial trial, TrainingBench bench) =>
        trial.Objective.Losses(trial.Draw, bench.Model.TextEncoder.Encode(["a church"]), bench.Latents(), bench.Latents()).Erase;

    private static AdvPreserveSettings Settings(AdvPreserveOptions options) => AdvPreserveSettings.Of(options, [new Concept { Name = "a cat" }], 768);

    /// <summary>An objective at its start, with a draw at grid point 25.</summary>
    private sealed class Trial : IDisposable
    {
        private bool _disposed;

        public Trial(TrainingBench bench, AdvPreserveOptions options, string concept = "a cat")
        {
            var (settings, encoder) = (Settings(options), bench.Model.TextEncoder);
            Pair = new StudentTeacher(bench.Model.Denoiser, settings.Parameters);
            Objective = new PreservationObjective(Pair, new PartialSampler(bench.Model.Schedule, settings.SamplingSteps), settings, encoder.Encode([""]));
            Draw = new TrainingDraw(bench.Latents(), encoder.Encode([concept]));
            Draw.State["numbers"].copy_(torch.tensor(new long[] { 0, settings.SamplingSteps / 2, 501 }));
            Draw.Timesteps.fill_(501);
        }

        public StudentTeacher Pair { get; }

        public PreservationObjective Objective { get; }

        public TrainingDraw Draw { get; }

        public void Dispose()
        {
            if (_disposed)
                return;
            _disposed = true;
            Draw.Dispose();
            Pair.Dispose();
        }
    }
}
