using Lethe.Sdk.Anchors;
using Lethe.Sdk.Erasers;

namespace Lethe.Plugins.Cpe;

/// <summary>The concepts of one request: what they share is made once, then each is trained, several side by side.</summary>
internal sealed class CpeRun : IDisposable
{
    private const int StepsBetweenCheckpoints = 200;

    private readonly ErasureRequest _request;
    private readonly EraserContext _context;
    private readonly CpeOptions _options;
    private readonly AdapterLayout _layout;
    private readonly TextStates _exact, _rounded;
    private readonly Lazy<FrozenProjections> _frozen;
    private readonly Lock _oneAtATime = new();
    private Tensor? _empty;
    private int _done, _total;

    public CpeRun(ErasureRequest request, EraserContext context)
    {
        (_request, _context, _options) = (request, context, request.OptionsAs<CpeOptions>());
        var (model, encoder) = (request.Model, request.Model.TextEncoder);
        _layout = new AdapterLayout(model.Denoiser.CrossAttention);
        _exact = new TextStates(encoder, ScalarType.Float32);
        _rounded = new TextStates(encoder, ScalarType.Float16);
        _frozen = new Lazy<FrozenProjections>(() => FrozenProjections.Of(model.Denoiser, encoder.MaxLength));
    }

    /// <summary>One edit for each concept, in order.</summary>
    public IReadOnlyList<ModelEdit> Train()
    {
        var edits = new ModelEdit?[_request.Concepts.Count];
        var trainings = new List<(int Index, ConceptTraining Training)>();
        try
        {
            for (var i = 0; i < edits.Length; i++)
                edits[i] = Given(_request.Concepts[i]);
            Prepare([.. Enumerable.Range(0, edits.Length).Where(i => edits[i] is null)], trainings);
            (_done, _total) = (trainings.Sum(item => item.Training.DoneSteps), trainings.Sum(item => item.Training.TotalSteps));
            SideBySide(trainings, item => edits[item.Index] = Train(item.Index, item.Training));
            return [.. edits.Select(edit => edit!)];
        }
        catch
        {
            foreach (var edit in edits)
                edit?.Dispose();
            throw;
        }
        finally
        {
            trainings.ForEach(item => item.Training.Dispose());
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _empty?.Dispose();
        _exact.Dispose();
        _rounded.Dispose();
        if (_frozen.IsValueCreated)
            _frozen.Value.Dispose();
    }

    /// <summary>A concept's edit from a file of the authors' layout, or null when it must be trained.</summary>
    private ModelEdit? Given(Concept concept)
    {
        if (_options.LoadFrom is not { } folder)
            return null;
        var name = FileNameOf(concept);
        // A folder of ours, or the authors' run folder with one folder for each target.
        var path = new[] { Path.Combine(folder, name + ".safetensors") }
            .Concat(Directory.Exists(Path.Combine(folder, name)) ? Directory.EnumerateFiles(Path.Combine(folder, name), "*_last.safetensors").Order(StringComparer.Ordinal) : [])
            .FirstOrDefault(File.Exists);
        if (path is null)
            return null;
        var (tensors, texts) = AdapterFile.Read(path);
        try
        {
            return CpeEraser.Edit(_layout, tensors, texts.ToDictionary());
        }
        catch (InvalidDataException problem)
        {
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
            throw new InvalidDataException($"`{path}`: {problem.Message}", problem);
        }
    }

    private void Prepare(IReadOnlyList<int> indices, List<(int, ConceptTraining)> trainings)
    {
        var encoder = _request.Model.TextEncoder;
        var cancel = _context.Cancel;
        var plans = indices.Select(i =>
        {
            var concept = _request.Concepts[i];
            var settings = CpeSettings.Of(_options, concept.Kind, encoder.Width);
            var nearest = NearestNames.Of(concept.Name, ConceptTexts.Candidates(concept, settings), settings.NearestAnchors, _rounded, cancel);
            return (
                Index: i,
                Concept: concept,
                Settings: settings,
                Surrogate: ConceptTexts.SurrogateOf(concept, settings, nearest, _request.Concepts),
                Words: ConceptTexts.Words(concept, settings, nearest, _request.Preserve));
        }).ToList();
        var words = plans.SelectMany(plan => plan.Words).Distinct(StringComparer.Ordinal).Count();
        foreach (var plan in plans)
        {
            var sentences = ConceptTexts.SentencesFor(words, plan.Settings);
            var anchors = new AnchorSampler(
                _rounded.Of(ConceptTexts.Expand(plan.Words, plan.Settings, sentences), cancel), Empty(), plan.Settings.NoiseScale, plan.Settings.Mixup);
            var pairs = ConceptTexts.PairsOf(plan.Concept, plan.Surrogate, plan.Settings);
            var targets = _exact.Of([.. pairs.Select(pair => pair.Target)], cancel);
            var surrogates = _exact.Of([.. pairs.Select(pair => pair.Surrogate)], cancel);
            var training = new ConceptTraining(_frozen.Value, plan.Settings, [.. targets.Zip(surrogates)], anchors, _context.Seed + 7919L * (plan.Index + 1));
            trainings.Add((plan.Index, training));
            Resume(plan.Index, training);
        }
    }

    private Tensor Empty() => _empty ??= _exact.Of([""], _context.Cancel)[0].unsqueeze(0).DetachFromDisposeScope();

    private void Resume(int index, ConceptTraining training)
    {
        if (_context.Checkpoints.TryLoad(CheckpointOf(index)) is not { } saved)
            return;
        training.Restore(saved);
        foreach (var tensor in saved.Values)
            tensor.Dispose();
    }

    private ModelEdit Train(int index, ConceptTraining training)
    {
        while (!training.IsFinished)
        {
            _context.Cancel.ThrowIfCancellationRequested();
            var planned = training.TotalSteps;
            var terms = training.Step();
            lock (_oneAtATime)
            {
                _total += training.TotalSteps - planned;
                if (training.AtStageBoundary || training.DoneSteps % StepsBetweenCheckpoints == 0)
                    Save(index, training);
                _context.Report(++_done, _total, terms);
            }
        }

        var concept = _request.Concepts[index];
        var (tensors, settings) = (training.Adapter.ToFile(), training.Adapter.Settings(string.Join(", ", concept.Phrases)));
        if (_options.WriteTo is { } folder)
            AdapterFile.Write(Path.Combine(folder, FileNameOf(concept) + ".safetensors"), tensors, settings);
        return CpeEraser.Edit(_layout, tensors, settings);
    }

    private void Save(int index, ConceptTraining training)
    {
        using var scope = torch.NewDisposeScope();
        _context.Checkpoints.Save(CheckpointOf(index), training.Save());
    }

    /// <summary>Several concepts at once on one engine thread each, whose operators are too small for more; it changes no byte.</summary>
    private void SideBySide<T>(IReadOnlyList<T> items, Action<T> body)
    {
        var threads = torch.get_num_threads();
        try
        {
            Parallel.ForEach(items, new ParallelOptions { MaxDegreeOfParallelism = _context.Threads, CancellationToken = _context.Cancel }, item =>
            {
                torch.set_num_threads(1);
                body(item);
            });
        }
        catch (AggregateException several)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(several.Flatten().InnerExceptions[0]);
        }
        finally
        {
            torch.set_num_threads(threads);
        }
    }

    private static string CheckpointOf(int index) => FormattableString.Invariant($"concept-{index + 1:000}");

    private static string FileNameOf(Concept concept) =>
        string.Concat(concept.Name.ToLowerInvariant().Select(letter => char.IsLetterOrDigit(letter) || letter is '-' or '\'' or '.' ? letter : '_')).TrimStart('.');
}
