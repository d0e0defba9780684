using Lethe.Plugins.Baselines;
using Lethe.Sdk.Anchors;
using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Training;

namespace Plugins.Tests.Baselines;

/// <summary>ESD's invariants on a tiny Stable Diffusion.</summary>
public sealed class EsdTests
{
    private static readonly EsdOptions Short = new() { Iterations = 4, SamplingSteps = 4, LearningRate = 1e-4, BatchSize = 1 };

    [Theory]
    [InlineData(EsdVariant.X, 80)]
    [InlineData(EsdVariant.Strict, 32)]
    [InlineData(EsdVariant.SelfAttention, 80)]
    [InlineData(EsdVariant.NoCrossAttention, 598)]
    [InlineData(EsdVariant.Full, 686)]
    public void EsdParameters_Variant_HasThePublishedNumberOfTensors(EsdVariant variant, int expected)
    {
        using var bench = TrainingBench.Open();

        Assert.Equal(expected, bench.Model.Denoiser.Parameters(EsdParameters.Of(variant)).Count);
    }

    [Fact]
    public void EsdParameters_XAndU_ShareNothingAndHoldEveryLinearAndConvolutionLayer()
    {
        using var bench = TrainingBench.Open();
        var x = bench.Model.Denoiser.Parameters(EsdParameters.Of(EsdVariant.X)).Keys;
        var u = bench.Model.Denoiser.Parameters(EsdParameters.Of(EsdVariant.U)).Keys;
        // A normalisation's weight has one dimension; of every other layer it has two or four.
        var layers = bench.Model.Denoiser.Parameters(ParameterSelection.All)
            .Where(pair => pair.Key.EndsWith(".weight", StringComparison.Ordinal) && pair.Value.ndim > 1).Select(pair => pair.Key[..^".weight".Length]).ToHashSet();

        Assert.Empty(x.Intersect(u));
        Assert.True(layers.SetEquals(x.Concat(u).Select(name => name[..name.LastIndexOf('.')])));
    }

    [Theory]
    [InlineData(EsdVariant.X, 43_962_560)]
    [InlineData(EsdVariant.Strict, 19_169_280)]
    [InlineData(EsdVariant.SelfAttention, 49_574_080)]
    public void EsdParameters_WidthsOfStableDiffusion_HaveThePublishedSize(EsdVariant variant, long expected)
    {
        using var bench = TrainingBench.Open();
        var widths = new Dictionary<long, long> { [16] = 320, [24] = 640, [32] = 1280 };

        var size = bench.Model.Denoiser.Parameters(EsdParameters.Of(variant)).Sum(pair =>
            ReadsText(pair.Key) ? widths[pair.Value.shape[0]] * 768 : pair.Value.shape.Aggregate(1L, (product, side) => product * widths[side]));

        Assert.Equal(expected, size);

        static bool ReadsText(string name) => ParameterSelection.CrossAttentionKeysAndValues.Contains(name);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    [InlineData(2.5)]
    public void Loss_AtTheStart_IsTheGuidanceScaled(double eta)
    {
        using var bench = TrainingBench.Open();
        using var trial = new Trial(bench, Short with { NegativeGuidance = eta });

        var loss = trial.Objective.Loss(trial.Concept, trial.Latents, trial.Timesteps).item<float>();

        var guidance = trial.Predict(trial.Concept) - trial.Predict(trial.Empty);
        var expected = (1 + eta) * (1 + eta) * guidance.square().mean().item<float>();
        Assert.Equal(expected, loss, 1e-4 * expected);
    }

    [Fact]
    public void Loss_EmptyConcept_IsZeroWithZeroGradient()
    {
        using var bench = TrainingBench.Open();
        using var trial = new Trial(bench, Short);

        var loss = trial.Objective.Loss(trial.Empty, trial.Latents, trial.Timesteps);
        loss.backward();

        Assert.Equal(0, loss.item<float>(), 1e-12);
        Assert.All(trial.Pair.Parameters, parameter => Assert.True(parameter.grad is not { } grad || grad.abs().max().item<float>() < 1e-6));
    }

    [Fact]
    public void Target_CarrierIsTheConcept_IsThatOfThePaper()
    {
        using var bench = TrainingBench.Open();
        using var trial = new Trial(bench, Short);
        using var carried = new Trial(bench, Short, carrier: "a cat");

        var paper = trial.Objective.Target(trial.Concept).Predict(trial.Pair.Teacher, trial.Latents, trial.Timesteps);
        var rewrite = carried.Objective.Target(carried.Concept).Predict(carried.Pair.Teacher, trial.Latents, trial.Timesteps);

        Assert.True(paper.allclose(rewrite, 0, 1e-5));
    }

    [Theory]
    [InlineData(EsdVariant.X, "mid_block.attentions.0.transformer_blocks.0.attn2.to_v.weight")]
    [InlineData(EsdVariant.U, "down_blocks.1.resnets.0.conv1.weight")]
    public void Loss_Gradient_AgreesWithDifferences(EsdVariant variant, string name)
    {
        using var bench = TrainingBench.Open();
        using var trial = new Trial(bench, Short with { Variant = variant });
        var weight = trial.Pair.Weights[name];
        trial.Objective.Loss(trial.Concept, trial.Latents, trial.Timesteps).backward();
        var gradient = weight.grad!.clone();
        // Along the gradient itself, where the difference is largest against the rounding of float32.
        var direction = gradient / gradient.norm();
        const double h = 1e-2;

        double Moved(double by)
        {
            using var still = torch.no_grad();
            weight.add_(direction, by);
            var loss = trial.Objective.Loss(trial.Concept, trial.Latents, trial.Timesteps).item<float>();
            weight.sub_(direction * by);
            return loss;
        }

        Assert.Equal(gradient.norm().item<float>(), (Moved(h) - Moved(-h)) / (2 * h), 0.02 * gradient.norm().item<float>());
    }

    [Theory]
    [InlineData(EsdSampler.Legacy)]
    [InlineData(EsdSampler.Current)]
    public void Sample_EitherSampler_GivesLatentsWithoutGraph(EsdSampler sampler)
    {
        using var bench = TrainingBench.Open();
        using var trial = new Trial(bench, Short with { Sampler = sampler });
        using var generator = new torch.Generator(1);

        var (latents, timesteps) = trial.Objective.Sample(trial.Concept, bench.Latents(2), generator, default);

        Assert.Equal([2, .. bench.Model.LatentShape], latents.shape);
        Assert.False(latents.requires_grad);
        Assert.InRange(timesteps.item<long>(), 0, 999);
    }

    [Theory]
    [InlineData(EsdVariant.X)]
    [InlineData(EsdVariant.Strict)]
    [InlineData(EsdVariant.U)]
    [InlineData(EsdVariant.SelfAttention)]
    public void Erase_Variant_ChangesItsParametersOnlyAndLeavesNoTrace(EsdVariant variant)
    {
        using var bench = TrainingBench.Open();

        using var edit = new EsdEraser().Erase(bench.Request(Short with { Variant = variant, Iterations = 2 }, "cat"), bench.Context());

        bench.AssertEditIsClean(edit, EsdParameters.Of(variant).Contains);
    }

    [Fact]
    public void Erase_SeveralSteps_TurnsThePredictionAwayFromTheConcept()
    {
        using var bench = TrainingBench.Open();
        using var trial = new Trial(bench, Short with { Sampler = EsdSampler.Current });
        var guidance = trial.Predict(trial.Concept) - trial.Unguided;
        trial.Dispose();

        using var edit = new EsdEraser().Erase(
            bench.Request(Short with { Iterations = 30, LearningRate = 1e-3, Sampler = EsdSampler.Current, Templates = ["a {}"] }, "cat"), bench.Context());
        using var attached = bench.Model.Denoiser.Attach(edit);

        using var still = torch.no_grad();
        var after = bench.Model.Denoiser.PredictNoise(trial.Latents, trial.Timesteps, trial.Concept) - trial.Unguided;
        Assert.True((after * guidance).sum().item<float>() < guidance.square().sum().item<float>());
    }

    [Fact]
    public void Erase_KilledAndResumed_EndsWithTheSameBytes()
    {
        using var bench = TrainingBench.Open();

        bench.AssertResumes(new EsdEraser(), bench.Request(Short with { Iterations = 54, SamplingSteps = 2, Variant = EsdVariant.Strict }, "cat", "dog"), killAfter: 52);
    }

    [Fact]
    public void Validate_StopRuleWithTheCurrentSampler_IsRefused() =>
        Assert.Contains("`stop-rule`", new EsdOptions { Sampler = EsdSampler.Current, StopRule = EsdStopRule.Aligned }.Validate()[0].Message, StringComparison.Ordinal);

    [Fact]
    public void EsdSettings_Presets_AreChosenByTheTextEncoder()
    {
        Concept[] concepts = [new() { Name = "cat" }, new() { Name = "dog" }];

        Assert.Equal((1000, 1e-5, 50), Values(EsdSettings.Of(new EsdOptions(), concepts, 768)));
        Assert.Equal((600, 1e-4, 10), Values(EsdSettings.Of(new EsdOptions(), concepts, 256)));
        Assert.Equal((1000, 1e-5, 50), Values(EsdSettings.Of(new EsdOptions { Preset = EsdPreset.Sd14 }, concepts, 256)));

        static (int, double, int) Values(EsdSettings settings) => (settings.Iterations, settings.LearningRate, settings.SamplingSteps);
    }

    /// <summary>An objective at its start, with pictures to try it on.</summary>
    private sealed class Trial : IDisposable
    {
        private bool _disposed;

        public Trial(TrainingBench bench, EsdOptions options, string? carrier = null)
        {
            var encoder = bench.Model.TextEncoder;
            var settings = EsdSettings.Of(options with { EraseFrom = carrier }, [new Concept { Name = "a cat" }], encoder.Width);
            (Concept, Empty) = (encoder.Encode(["a cat"]), encoder.Encode([""]));
            (Latents, Timesteps) = (bench.Latents(), torch.tensor(new long[] { 481 }));
            Pair = new StudentTeacher(bench.Model.Denoiser, EsdParameters.Of(settings.Variant));
            var solver = settings.Sampler == EsdSampler.Legacy ? Solver.Ddim : Solver.Plms;
            Objective = new EsdObjective(
                Pair, new PartialSampler(bench.Model.Schedule, settings.SamplingSteps, solver), settings, Empty, carrier is null ? null : encoder.Encode([carrier]));
            Unguided = Predict(Empty);
        }

        public StudentTeacher Pair { get; }

        public EsdObjective Objective { get; }

        public Tensor Concept { get; }

        public Tensor Empty { get; }

        public Tensor Latents { get; }

        public Tensor Timesteps { get; }

        /// <summary>The frozen network's answer to the empty prompt.</summary>
        public Tensor Unguided { get; }

        public Tensor Predict(Tensor prompt)
        {
            using var still = torch.no_grad();
            return Pair.Teacher.PredictNoise(Latents, Timesteps, prompt);
        }

        public void Dispose()
        {
            if (_disposed)
                return;
            _disposed = true;
            Pair.Dispose();
        }
    }
}
