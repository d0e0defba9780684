using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;
using Lethe.Sdk.Losses;
using Lethe.Sdk.Training;

namespace Lethe.Plugins.RealEra;

/// <summary>Algorithm 1 for all concepts of a request together: one closed form, then one training in which the concepts take turns.</summary>
internal sealed class RealEraRun : IDisposable
{
    // What MACE trains its factors with; the paper prints the rate alone.
    private const double Decay = 0.01, LargestGradient = 1;

    // Forward, and backward at twice its cost, of the student; forward of the teacher.
    private const int PassesPerTerm = 4, PassesPerSamplingStep = 2;

    private readonly ErasureRequest _request;
    private readonly EraserContext _context;
    private readonly RealEraSettings _settings;
    private readonly IReadOnlyList<IReadOnlyList<(Sentence Concept, Sentence Anchor)>> _sentences;
    private readonly IReadOnlyList<PromptPair[]> _pairs;
    private readonly WorkProgress _progress;
    private readonly int _passesPerStep;

    public RealEraRun(ErasureRequest request, EraserContext context)
    {
        (_request, _context) = (request, context);
        var encoder = request.Model.TextEncoder;
        _settings = RealEraSettings.Of(request.OptionsAs<RealEraOptions>(), encoder.Width);
        _sentences = [.. request.Concepts.Select(_settings.SentencesOf)];
        _pairs = [.. _sentences.Select(all => all.Select(pair => new PromptPair(encoder, pair.Concept, pair.Anchor)).ToArray())];
        var evenTerms = Math.Max(1, (_settings.Neighbours > 0 ? 1 : 0) + (_settings.FarPoints > 0 ? 1 : 0));
        _passesPerStep = PassesPerTerm * (1 + evenTerms) / 2 * _settings.BatchSize;
        _progress = new WorkProgress(context, checked(
            (_settings.ClosedForm ? 1 : 0) + (_settings.NoiseAlignment ? Anchors().Count * _settings.Pictures * PicturePasses : 0) + Steps * _passesPerStep));
    }

    private int Steps => checked(_settings.Steps * _pairs.Count);

    private int PicturePasses => PassesPerSamplingStep * _settings.PictureSteps;

    /// <summary>The edit: weights of the closed form, low-rank factors of the training.</summary>
    public ModelEdit Erase()
    {
        _context.Cancel.ThrowIfCancellationRequested();
        var weights = _settings.ClosedForm ? Solve() : null;
        try
        {
            if (!_settings.NoiseAlignment)
                return weights!;
            var factors = Align(weights);
            return weights is null ? factors
                : weights.TryCombine(factors, out var both, out var reason) ? both : throw new InvalidOperationException($"the parts do not combine: {reason}");
        }
        catch
        {
            weights?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var pair in _pairs.SelectMany(pairs => pairs))
            pair.Dispose();
    }

    /// <summary>Stage 1: <c>W = W0 (I + C G^-1)</c>; G and C are sums over all prompts of all concepts, factored once for all projections.</summary>
    private ModelEdit Solve()
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator((ulong)_context.Seed);
        var sets = _pairs.SelectMany(pairs => pairs).Select(pair => RealEraMethod.Collect(pair, _settings, generator)).ToList();
        var ridge = RealEraMethod.Ridge(sets, _settings);
        using var system = new ClosedFormSystem([.. sets.SelectMany(set => set.Blocks), .. Preserved()], ridge);
        var edited = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        double moved = 0, whole = 0;
        foreach (var (name, weight) in _request.Model.Denoiser.Parameters(ParameterSelection.CrossAttentionKeysAndValues))
        {
            _context.Cancel.ThrowIfCancellationRequested();
            var replaced = edited[name] = system.Replace(weight);
            moved += Square(replaced - weight);
            whole += Square(weight);
        }

        foreach (var tensor in edited.Values)
            tensor.DetachFromDisposeScope();
        var figures = new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["change"] = Math.Sqrt(moved / whole),
            ["condition"] = system.ConditionNumber(),
            ["kappa"] = RealEraMethod.Contraction(sets, ridge),
            ["mu"] = ridge,
        };
        _progress.Add(1, figures);
        // The low-rank part has no figures of its own: what the closed form did stands for the whole in the report.
        return ModelEdit.Weights(edited, new Dictionary<string, string>
        {
            [ModelEdit.ReportSetting] = string.Join(", ", figures.Select(figure => FormattableString.Invariant($"{figure.Key} {figure.Value:G4}"))),
        });
    }

    /// <summary>Known good prompts, as more rows of Pre.</summary>
    private IEnumerable<RowBlock> Preserved()
    {
        if (_settings.PreserveWeight == 0)
            return [];
        var own = _request.Concepts.SelectMany(concept => concept.Phrases).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var neighbours = _settings.PreserveNeighbours ? _request.Concepts.SelectMany(concept => concept.Neighbours) : [];
        return _request.Preserve.Prompts.Concat(neighbours).Where(prompt => !own.Contains(prompt)).Distinct(StringComparer.OrdinalIgnoreCase)
            .Select(prompt => new RowBlock { Inputs = _request.Model.TextEncoder.Encode([prompt]).select(0, 0), Weight = _settings.PreserveWeight });
    }

    /// <summary>Stage 2: the factors, trained on top of the weights.</summary>
    private LowRankEdit Align(ModelEdit? weights)
    {
        var denoiser = _request.Model.Denoiser;
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator((ulong)_context.Seed + 1);
        using var original = denoiser.Freeze();
        var pictures = Pictures();
        using var below = weights is null ? null : denoiser.Attach(weights);
        using var afterwards = _settings.Teacher == TeacherModel.ClosedForm ? denoiser.Freeze() : null;
        var selection = _settings.Layers == LowRankLayers.KeysValues ? ParameterSelection.CrossAttentionKeysAndValues : ParameterSelection.CrossAttention;
        using var factors = denoiser.Parameters(selection).ToLowRank(_settings.Rank, generator);
        using var above = denoiser.Attach(factors);
        using var adam = new ResumableAdam(factors.AsParameters(), Decay);

        var training = new EraserContext
        {
            Seed = _context.Seed,
            Generator = generator,
            Checkpoints = _context.Checkpoints,
            Cancel = _context.Cancel,
            Progress = _progress.Steps(_passesPerStep),
        };
        new ResumableTraining(training, "training", Steps).Keep("factors/", factors.Tensors).Keep("adam/", adam.State).Run(index =>
        {
            // Concepts take turns in pairs of an odd and an even step.
            var concept = index / 2 % _pairs.Count;
            var pair = _pairs[concept][Draw(_pairs[concept].Length, generator)];
            var values = Backward(index + 1, pair, pictures[concept], afterwards ?? original, generator);
            torch.nn.utils.clip_grad_norm_(factors.AsParameters(), LargestGradient);
            adam.Step(_settings.LearningRate);
            return values;
        });
        return factors.Snapshot();
    }

    /// <summary>The gradients of one step. Each term goes back on its own: they add up, and one term's activations are held at a time.</summary>
    private SortedDictionary<string, double> Backward(int step, PromptPair pair, Tensor pictures, IDenoiser teacher, torch.Generator generator)
    {
        var (model, batch) = (_request.Model, _settings.BatchSize);
        var chosen = torch.randint(pictures.shape[0], [batch], generator: generator).to(pictures.device);
        var timesteps = torch.randint(model.Schedule.TrainTimesteps, [batch], generator: generator).to(pictures.device);
        var clean = pictures.index_select(0, chosen);
        var noisy = model.Schedule.AddNoise(clean, torch.randn(clean.shape, clean.dtype, generator: generator).to(clean.device), timesteps);

        var values = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var term in RealEraMethod.Terms(step, pair, _settings, generator))
        {
            using var scope = torch.NewDisposeScope();
            var loss = NoiseAlignment.Between(model.Denoiser, term.States, teacher, NoiseCombination.Of(term.Wanted), noisy, timesteps);
            (loss * term.Weight).backward();
            values[term.Name] = loss.detach().to(ScalarType.Float64).ToDouble();
        }

        return values;
    }

    /// <summary>Pictures of each concept's anchor, <c>[n, C, h, w]</c>; concepts with the same anchor share theirs.</summary>
    private List<Tensor> Pictures()
    {
        var drawn = Anchors().Select((prompts, i) => AnchorPictures.Draw(
            _request.Model, prompts, _settings, _context, FormattableString.Invariant($"pictures-{i + 1:000}"), () => _progress.Add(PicturePasses))).ToList();
        var anchors = Anchors();
        return [.. _sentences.Select(all => drawn[anchors.FindIndex(prompts => prompts.SequenceEqual(PromptsOf(all)))])];
    }

    private List<List<string>> Anchors() => [.. _sentences.Select(PromptsOf).DistinctBy(prompts => string.Join('\n', prompts))];

    private static List<string> PromptsOf(IReadOnlyList<(Sentence Concept, Sentence Anchor)> sentences) =>
        [.. sentences.Select(pair => pair.Anchor.Text).Distinct()];

    private static int Draw(int count, torch.Generator generator) => (int)torch.randint(count, [1], generator: generator).item<long>();

    private static double Square(Tensor tensor) => tensor.to(ScalarType.Float64).square().sum().ToDouble();
}
