using Lethe.Sdk.Erasers;

namespace Lethe.Sdk.Training;

/// <summary>
/// The loop of a training that may be killed at any time: it asks for cancellation, reports, saves, and goes on from what was saved, with
/// the same bytes in the end. It keeps the state of <see cref="EraserContext.Generator"/> and the number of steps itself; name everything else that
/// changes with <see cref="Keep(string, Tensor)"/>.
/// </summary>
/// <example>
/// <code>
/// using var adam = new ResumableAdam(pair.Parameters);
/// new ResumableTraining(context, "training", options.Steps).Keep("weight/", pair.Weights).Keep("adam/", adam.State).Run(step =&gt;
/// {
///     var loss = ...;
///     loss.backward();
///     adam.Step(options.LearningRate);
///     return new Dictionary&lt;string, double&gt; { ["loss"] = loss.item&lt;double&gt;() };
/// });
/// </code>
/// </example>
public sealed class ResumableTraining
{
    private const string Position = "position", Random = "generator";

    private readonly EraserContext _context;
    private readonly string _checkpoint;
    private readonly int _steps;
    private readonly SortedDictionary<string, Tensor> _state = new(StringComparer.Ordinal);

    /// <summary>Begins or, when the checkpoint exists, prepares to go on.</summary>
    /// <param name="context">The eraser's surroundings.</param>
    /// <param name="checkpoint">Name of the checkpoint: lower-case letters, digits and dashes.</param>
    /// <param name="steps">Steps in all.</param>
    public ResumableTraining(EraserContext context, string checkpoint, int steps)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentException.ThrowIfNullOrEmpty(checkpoint);
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        (_context, _checkpoint, _steps) = (context, checkpoint, steps);
    }

    /// <summary>Steps between two checkpoints, at least 1. It does not change the result.</summary>
    public int StepsBetweenCheckpoints { get; init; } = 50;

    /// <summary>Makes a tensor part of the checkpoint.</summary>
    /// <param name="name">A new name, not <c>position</c> or <c>generator</c>.</param>
    /// <param name="tensor">Changed in place by the steps, and by going on from a checkpoint; not disposed.</param>
    /// <returns>This object.</returns>
    public ResumableTraining Keep(string name, Tensor tensor)
    {
        if (name is Position or Random || !_state.TryAdd(name, tensor))
            throw new ArgumentException($"`{name}` is in the checkpoint already", nameof(name));
        return this;
    }

    /// <summary>Makes tensors part of the checkpoint, such as weights or <see cref="ResumableAdam.State"/>.</summary>
    /// <param name="prefix">Stands before each name.</param>
    /// <param name="tensors">As in the other overload.</param>
    /// <returns>This object.</returns>
    public ResumableTraining Keep(string prefix, IReadOnlyDictionary<string, Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        foreach (var (name, tensor) in tensors)
            Keep(prefix + name, tensor);
        return this;
    }

    /// <summary>Takes the steps that are left.</summary>
    /// <param name="step">
    /// One step, told its index from 0; tensors that it makes are freed unless it detaches them from their scope. It may hear
    /// cancellation itself as long as nothing that is kept has changed. Returns values to report, e.g. losses by name.
    /// </param>
    /// <exception cref="OperationCanceledException">Cancelled; what was done is saved.</exception>
    /// <exception cref="InvalidDataException">The checkpoint belongs to a run with other options.</exception>
    public void Run(Func<int, IReadOnlyDictionary<string, double>> step)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentOutOfRangeException.ThrowIfLessThan(StepsBetweenCheckpoints, 1);
        var saved = Resume();
        // Told before the first step too, so that whoever listens can time it.
        _context.Report(saved, _steps);
        for (var done = saved; done < _steps;)
        {
            if (_context.Cancel.IsCancellationRequested && done > saved)
                Save(done);
            _context.Cancel.ThrowIfCancellationRequested();
            var values = Step(step, done, saved);
            if (++done % StepsBetweenCheckpoints == 0 && done < _steps)
                Save(saved = done);
            _context.Report(done, _steps, values);
        }
    }

    private IReadOnlyDictionary<string, double> Step(Func<int, IReadOnlyDictionary<string, double>> step, int done, int saved)
    {
        using var scope = torch.NewDisposeScope();
        var random = _context.Generator.get_state();
        try
        {
            return step(done);
        }
        catch (OperationCanceledException)
        {
            // As if the step had not begun.
            _context.Generator.set_state(random);
            if (done > saved)
                Save(done);
            throw;
        }
    }

    private int Resume()
    {
        if (_context.Checkpoints.TryLoad(_checkpoint) is not { } saved)
            return 0;
        using var scope = torch.NewDisposeScope();
        try
        {
            if (!saved.TryGetValue(Position, out var position) || !saved.TryGetValue(Random, out var generator))
                throw new InvalidDataException($"checkpoint `{_checkpoint}` lacks `{Position}` or `{Random}`");
            _state.CopyFrom(saved);
            _context.Generator.set_state(generator);
            return position.data<long>()[0] is >= 0 and var done && done <= _steps
                ? (int)done
                : throw new InvalidDataException($"checkpoint `{_checkpoint}` is after step {position.data<long>()[0]}, expected 0 to {_steps}");
        }
        finally
        {
            foreach (var tensor in saved.Values)
                tensor.Dispose();
        }
    }

    private void Save(int done)
    {
        using var scope = torch.NewDisposeScope();
        _context.Checkpoints.Save(_checkpoint, new SortedDictionary<string, Tensor>(_state, StringComparer.Ordinal)
        {
            [Position] = torch.tensor(new long[] { done }),
            [Random] = _context.Generator.get_state(),
        });
    }
}
