using System.Globalization;
using Lethe.Diffusion;
using Lethe.Diffusion.Images;
using Lethe.Diffusion.Sampling;
using Lethe.Diffusion.Schedules;
using Lethe.Evaluation.Judges;
using Lethe.Plugins.Cpe;
using Lethe.Sdk.Anchors;
using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Training;
using Switch = Lethe.Plugins.Cpe.Switch;

namespace Lethe.Bench;

/// <summary>
/// Attacks finished CPE adapters on the built-in model: the search that RARE trains against (Eq. 11), with fresh seeds and three times its
/// steps. An attack succeeds when the judge sees the concept in a picture drawn from the attacked text states.
/// </summary>
internal static class CpeAttack
{
    private const int Budget = 3, Attacks = 16;
    private const long TrainingSeed = 7, AttackSeed = 20_001, FirstPicture = 5_000;

    /// <summary>Prints, for every concept, in how many pictures of all the judge sees it: unedited, erased, and attacked, without and with RARE.</summary>
    /// <param name="folder">The built-in model's folder.</param>
    /// <param name="options">Of the training; what is left out is the preset's, and RARE is set here.</param>
    /// <param name="concepts">Objects of its world with their surrogates.</param>
    public static void Run(string folder, CpeOptions options, IReadOnlyList<Concept> concepts)
    {
        using var model = StableDiffusion.Open(folder);
        using var judge = EmojiJudge.Open(Path.Combine(folder, "judge"));
        using var frozen = FrozenProjections.Of(model.Denoiser, model.TextEncoder.MaxLength);
        using var texts = new TextStates(model.TextEncoder, ScalarType.Float32);
        var empty = texts.Of([""], default)[0].unsqueeze(0);
        var sums = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var concept in concepts)
        {
            using var scope = torch.NewDisposeScope();
            var target = texts.Of([$"a picture of a {concept.Name}"], default)[0].unsqueeze(0);
            Count("unedited", Seen(target.expand(Attacks, -1, -1)));
            foreach (var rare in new[] { Switch.Off, Switch.On })
            {
                var settings = CpeSettings.Of(options with { Rare = rare }, ConceptKind.Object, model.TextEncoder.Width);
                var nearest = NearestNames.Of(concept.Name, ConceptTexts.Candidates(concept, settings), settings.NearestAnchors, texts, default);
                using var training = Trained(concept, settings, nearest);
                using var edit = CpeEraser.Edit(frozen.Layout, training.Adapter.ToFile(), training.Adapter.Settings(concept.Name));
                using var delta = Attack(training, settings, Pairs(concept, settings, nearest));
                using var attached = model.Denoiser.Attach(edit);
                var name = rare == Switch.On ? "rare-on" : "rare-off";
                Count(name, Seen(target.expand(Attacks, -1, -1)));
                Count($"{name}-attacked", Seen(target + delta));
            }

            int Seen(Tensor states)
            {
                using var still = torch.no_grad();
                var seed = FirstPicture;
                var latents = new DiffusionSampler((Denoiser)model.Denoiser, (NoiseSchedule)model.Schedule).Sample(
                    states, empty, [], () => Noise(seed), new SamplerSettings { Steps = 30, GuidanceScale = 5 });
                var pictures = ImageTensor.FromImages(model.Decode(latents));
                return judge.Judge(pictures).Count(sighting => sighting.Object == concept.Name);
            }

            void Count(string row, int seen)
            {
                sums[row] = sums.GetValueOrDefault(row) + seen;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{concept.Name}: {row} {seen} of {Attacks}"));
            }
        }

        foreach (var (row, seen) in sums)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row} {100.0 * seen / (Attacks * concepts.Count):f1} % of {Attacks * concepts.Count}"));

        Tensor Noise(long seed)
        {
            var each = Enumerable.Range(0, Attacks).Select(i =>
            {
                using var generator = new torch.Generator((ulong)(seed + i));
                return torch.randn([1, .. model.LatentShape], generator: generator);
            });
            return torch.cat([.. each], 0);
        }

        List<(Tensor Target, Tensor Surrogate)> Pairs(Concept concept, CpeSettings settings, IReadOnlyList<string> nearest)
        {
            var surrogate = ConceptTexts.SurrogateOf(concept, settings, nearest, [concept]);
            var pairs = ConceptTexts.PairsOf(concept, surrogate, settings);
            return [.. texts.Of([.. pairs.Select(pair => pair.Target)], default).Zip(texts.Of([.. pairs.Select(pair => pair.Surrogate)], default))];
        }

        ConceptTraining Trained(Concept concept, CpeSettings settings, IReadOnlyList<string> nearest)
        {
            var words = ConceptTexts.Words(concept, settings, nearest, PreserveSet.Empty);
            var anchors = new AnchorSampler(texts.Of(ConceptTexts.Expand(words, settings, ConceptTexts.SentencesFor(words.Count, settings)), default), empty, settings.NoiseScale, settings.Mixup);
            var training = new ConceptTraining(frozen, settings, Pairs(concept, settings, nearest), anchors, TrainingSeed);
            while (!training.IsFinished)
                training.Step();
            return training;
        }

        Tensor Attack(ConceptTraining training, CpeSettings settings, List<(Tensor Target, Tensor Surrogate)> pairs)
        {
            using var generator = new torch.Generator((ulong)AttackSeed);
            var objective = new CpeObjective(frozen, settings.Guidance, settings.AnchorWeight);
            var output = objective.Freeze(training.Adapter);
            var delta = TrainableParameters.Leaf(ConceptTraining.FreshAttack(Attacks, pairs[0].Target.shape, generator));
            using var optimizer = new ResumableAdam([delta], ConceptTraining.Decay);
            var steps = Budget * settings.AttackIterations;
            for (var step = 0; step < steps; step++)
            {
                using var scope = torch.NewDisposeScope();
                var pair = pairs[(int)torch.randint(pairs.Count, [1], generator: generator).item<long>()];
                objective.Attack(training.Adapter, output, pair.Target.unsqueeze(0), delta).backward();
                optimizer.Step(settings.AttackLearningRate * CosineRestarts.Factor(step, settings.AttackWarmup, steps, 1));
            }

            return delta.detach().clone().DetachFromDisposeScope();
        }
    }
}
