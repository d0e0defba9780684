using System.Diagnostics;
using Lethe.Diffusion;
using Lethe.Plugins.AdvPreserve;
using Lethe.Plugins.Baselines;
using Lethe.Plugins.RealEra;
using Lethe.Sdk.Anchors;
using Lethe.Sdk.Erasers;

namespace Lethe.Bench;

/// <summary>
/// What a training step costs at the sizes of Stable Diffusion 1.4, on one latent of 32 x 32: the real erasers on a model of random weights.
/// Compare with <c>runtime train</c>, one forward and backward pass.
/// </summary>
internal static class TrainingWork
{
    /// <summary>Prints <c>name seconds megabytes</c> for one step; sampling is left out, since its length is an option.</summary>
    /// <param name="name"><c>esd-x</c>, <c>esd-u</c>, <c>adv-preserve</c> or <c>realera</c>.</param>
    /// <param name="small">Whether it runs, not how fast.</param>
    /// <param name="pairs">Pairs of steps to do: methods alternate between two kinds.</param>
    public static void Run(string name, bool small, int pairs)
    {
        var (eraser, options) = Method(name, pairs);
        using var generator = new torch.Generator(1);
        using var model = new StableDiffusion(RuntimeWork.Checkpoint(small, "random", generator, small ? 8 : 32));
        var request = new ErasureRequest
        {
            Model = model,
            Concepts = [new Concept { Name = "cat", Surrogate = "dog" }],
            Preserve = new PreserveSet { Prompts = ["church", "tree", "river"] },
            Options = options,
        };
        var clock = new StepClock();
        using var edit = eraser.Erase(request, new EraserContext { Seed = 1, Generator = generator, Checkpoints = new NoCheckpoints(), Progress = clock });

        // Sampling takes two steps or none at all here: the fastest of each kind are those that took none.
        var steps = clock.Seconds.TakeLast(2 * pairs).ToList();
        var (even, odd) = (steps.Where((_, i) => i % 2 == 0).Min(), steps.Where((_, i) => i % 2 == 1).Min());
        // Adversarial Preservation's are a step of the weights and one of the search, which belong together.
        RuntimeWork.Print(name, name == "adv-preserve" ? even + odd : (even + odd) / 2);
    }

    private static (IEraser Eraser, object Options) Method(string name, int pairs) => name switch
    {
        "esd-x" => (new EsdEraser(), new EsdOptions { Preset = EsdPreset.Sd14, Iterations = 2 * pairs, SamplingSteps = 2, StopRule = EsdStopRule.Aligned }),
        "esd-u" => (new EsdEraser(), new EsdOptions { Preset = EsdPreset.Sd14, Variant = EsdVariant.U, Iterations = 2 * pairs, SamplingSteps = 2, StopRule = EsdStopRule.Aligned }),
        "adv-preserve" => (new AdvPreserveEraser(), new AdvPreserveOptions
        {
            Preset = AdvPreservePreset.Sd14,
            Iterations = pairs,
            SamplingSteps = 2,
            StopRule = StopRule.Aligned,
            Vocabulary = "policy",
        }),
        "realera" => (new RealEraEraser(), new RealEraOptions { Preset = RealEraPreset.Sd14, Epochs = 2 * pairs, StepsPerEpoch = 1, Pictures = 1, PictureSteps = 2 }),
        _ => throw new ArgumentException($"`{name}` is no method, expected `esd-x`, `esd-u`, `adv-preserve` or `realera`", nameof(name)),
    };

    private sealed class StepClock : IProgress<ErasureProgress>
    {
        private readonly Stopwatch _watch = new();

        public List<double> Seconds { get; } = [];

        public void Report(ErasureProgress value)
        {
            Seconds.Add(_watch.Elapsed.TotalSeconds);
            _watch.Restart();
        }
    }

    private sealed class NoCheckpoints : ICheckpointStore
    {
        public IReadOnlyDictionary<string, Tensor>? TryLoad(string name) => null;

        public void Save(string name, IReadOnlyDictionary<string, Tensor> tensors)
        {
        }
    }
}
