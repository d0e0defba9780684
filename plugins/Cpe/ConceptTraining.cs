using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Training;

namespace Lethe.Plugins.Cpe;

/// <summary>
/// One concept's training: erasing stages with an attack between each two (RARE). It moves step by step and can be saved after any of
/// them; what goes on from there ends with the same bytes.
/// </summary>
internal sealed class ConceptTraining : IDisposable
{
    /// <summary>Of AdamW. Deviation: the authors keep moments in 8 bits.</summary>
    public const double Decay = 0.01;

    /// <summary>
    /// How often a first stage may be begun. Deviation: the authors train once. Now and then a gate ends open to every prompt, and the
    /// adapter adds next to nothing anywhere; another start does not. Where none takes, the one that left least is used.
    /// </summary>
    public const int Starts = 6;

    // A first stage took when it left less than this share of the loss it began with, each as the mean of some steps.
    private const double LargestLeft = 0.5;
    private const int StepsCompared = 20;
    private const int ShortestCompared = 200;
    private const string BestPrefix = "best/";

    private readonly FrozenProjections _frozen;
    private readonly CpeSettings _settings;
    private readonly IReadOnlyList<(Tensor Target, Tensor Surrogate)> _pairs;
    private readonly AnchorSampler _anchors;
    private readonly CpeObjective _objective;
    private readonly CpeObjective.Goal?[] _goals;
    private readonly List<Phase> _phases;
    private readonly torch.Generator _generator;
    private TrainableAdapter _adapter;
    private TrainableAdapter? _best;
    private ResumableAdam? _optimizer;
    private Parameter? _attack;
    private CpeLoss.OutputSide? _output;
    private CpeObjective.Attacks? _held;
    private int _phase, _step, _start;
    private double _first, _last, _bestLeft;

    /// <param name="frozen">The model's side; not disposed.</param>
    /// <param name="settings">How to train.</param>
    /// <param name="pairs">Text states of target and surrogate, <c>[T, D]</c> each, float32; not disposed.</param>
    /// <param name="anchors">What must stay.</param>
    /// <param name="seed">Of every random choice.</param>
    public ConceptTraining(
        FrozenProjections frozen, CpeSettings settings, IReadOnlyList<(Tensor Target, Tensor Surrogate)> pairs, AnchorSampler anchors, long seed)
    {
        (_frozen, _settings, _pairs, _anchors) = (frozen, settings, pairs, anchors);
        _objective = new CpeObjective(frozen, settings.Guidance, settings.AnchorWeight);
        _goals = new CpeObjective.Goal?[pairs.Count];
        _phases = Phase.List(settings);
        _generator = new torch.Generator((ulong)seed);
        _adapter = FreshAdapter();
        Begin();
    }

    /// <summary>Steps of all stages, and of the starts that were given up; it grows with each of those.</summary>
    public int TotalSteps => _start * _phases[0].Steps + _phases.Sum(phase => phase.Steps);

    /// <summary>Steps done.</summary>
    public int DoneSteps => _start * _phases[0].Steps + _phases.Take(_phase).Sum(phase => phase.Steps) + _step;

    /// <summary>Whether there is nothing left to do.</summary>
    public bool IsFinished => _phase == _phases.Count;

    /// <summary>Whether a stage has just begun, or everything is done.</summary>
    public bool AtStageBoundary => _step == 0;

    /// <summary>The adapter as it is now.</summary>
    public TrainableAdapter Adapter => _adapter;

    /// <summary>Where a search for attacks starts, <c>delta [count, T, D]</c>.</summary>
    /// <param name="count">Attacks at once.</param>
    /// <param name="shape"><c>[T, D]</c> of a prompt's states.</param>
    /// <param name="generator">Draws it.</param>
    public static Tensor FreshAttack(long count, long[] shape, torch.Generator generator)
    {
        // As small as the authors', so that the first moments decide where an attack goes.
        var (tokens, width) = (shape[0], (double)shape[1]);
        var bound = 1 / Math.Sqrt(tokens * width) / (width * width);
        return torch.empty([count, .. shape]).uniform_(-bound, bound, generator);
    }

    /// <summary>One step.</summary>
    /// <returns>The loss terms by name.</returns>
    public IReadOnlyDictionary<string, double> Step()
    {
        SortedDictionary<string, double> terms;
        var phase = _phases[_phase];
        using (torch.NewDisposeScope())
            terms = phase.IsAttack ? Attack() : Erase();
        if (_phase == 0)
            Compare(terms["erase"]);
        _optimizer!.Step(phase.Rate(_step));
        if (++_step < phase.Steps)
            return terms;
        if (HasFailed)
        {
            End();
            KeepBetter();
            if (_start < Starts - 1)
            {
                _adapter = FreshAdapter();
                (_start, _step, _first, _last) = (_start + 1, 0, 0, 0);
                Begin();
                return terms;
            }

            (_adapter, _best) = (_best!, null);
        }

        ForgetBest();
        End();
        (_phase, _step) = (_phase + 1, 0);
        if (IsFinished)
            Forget();
        Begin();
        return terms;
    }

    /// <summary>Everything needed to go on; mostly this object's own tensors, so neither change nor dispose them one by one: open a scope.</summary>
    public SortedDictionary<string, Tensor> Save()
    {
        var state = new SortedDictionary<string, Tensor>(_adapter.State.ToDictionary(), StringComparer.Ordinal)
        {
            ["position"] = torch.tensor(new long[] { _phase, _step, _start }),
            ["compared"] = torch.tensor(new[] { _first, _last, _bestLeft }),
            ["generator"] = _generator.get_state(),
        };
        if (_optimizer is not null)
        {
            foreach (var (name, moment) in _optimizer.State)
                state[name] = moment;
        }

        foreach (var (name, tensor) in _best?.State ?? [])
            state[BestPrefix + name] = tensor;
        if (_attack is not null)
            state["attack"] = _attack;
        if (_held is not null)
            state["held"] = _held.Prompts;
        return state;
    }

    /// <summary>Goes on from what <see cref="Save"/> gave.</summary>
    public void Restore(IReadOnlyDictionary<string, Tensor> state)
    {
        using var scope = torch.NewDisposeScope();
        End();
        var position = state["position"].data<long>().ToArray();
        (_phase, _step, _start) = ((int)position[0], (int)position[1], (int)position[2]);
        var compared = state["compared"].data<double>();
        (_first, _last) = (compared[0], compared[1]);
        _generator.set_state(state["generator"]);
        _adapter.Dispose();
        _adapter = TrainableAdapter.Restore(_frozen.Layout, _settings.Shape, state);
        ForgetBest();
        var best = state.Where(entry => entry.Key.StartsWith(BestPrefix, StringComparison.Ordinal)).ToDictionary(entry => entry.Key[BestPrefix.Length..], entry => entry.Value);
        _bestLeft = compared[2];
        _best = best.Count == 0 ? null : TrainableAdapter.Restore(_frozen.Layout, _settings.Shape, best);
        _held?.Dispose();
        _held = state.TryGetValue("held", out var held) ? _objective.Hold(held) : null;
        Begin(state);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        End();
        Forget();
        _held?.Dispose();
        ForgetBest();
        _adapter.Dispose();
        _generator.Dispose();
    }

    // Without a gate nothing collapses, and what is left says how far concept and anchors are at odds.
    private bool HasFailed =>
        _phase == 0 && _settings.Shape.Gated && _phases[0].Steps >= ShortestCompared && _last > LargestLeft * _first;

    // Of the start that has just ended and the best before it, the one that left less; the other is freed.
    private void KeepBetter()
    {
        var left = _last / _first;
        if (_best is not null && _bestLeft <= left)
        {
            _adapter.Dispose();
            return;
        }

        ForgetBest();
        (_best, _bestLeft) = (_adapter, left);
    }

    private void ForgetBest()
    {
        _best?.Dispose();
        (_best, _bestLeft) = (null, 0);
    }

    private TrainableAdapter FreshAdapter() => TrainableAdapter.Create(_frozen.Layout, _settings.Shape, _generator, _settings.QueryBound);

    private void Compare(double loss)
    {
        if (_step < StepsCompared)
            _first += loss;
        if (_step >= _phases[0].Steps - StepsCompared)
            _last += loss;
    }

    private SortedDictionary<string, double> Erase()
    {
        var i = DrawPair();
        var goal = _goals[i] ??= _objective.Prepare(_pairs[i].Target, _pairs[i].Surrogate);
        var anchors = _settings.AnchorWeight > 0 ? _anchors.Draw(_settings.AnchorBatch, _generator) : goal.Target;
        var terms = _objective.Erase(_adapter, goal, anchors, _held);
        terms.Total.backward();
        return new SortedDictionary<string, double>(terms.Values.ToDictionary(), StringComparer.Ordinal);
    }

    private void Forget()
    {
        foreach (var goal in _goals)
            goal?.Dispose();
        Array.Clear(_goals);
    }

    private SortedDictionary<string, double> Attack()
    {
        var loss = _objective.Attack(_adapter, _output!, _pairs[DrawPair()].Target.unsqueeze(0), _attack!);
        loss.backward();
        return new SortedDictionary<string, double>(StringComparer.Ordinal) { ["attack"] = loss.detach().ToDouble() };
    }

    private int DrawPair() => (int)torch.randint(_pairs.Count, [1], generator: _generator).item<long>();

    /// <summary>Every stage has an optimiser of its own; every attack starts from nothing.</summary>
    private void Begin(IReadOnlyDictionary<string, Tensor>? state = null)
    {
        if (IsFinished)
            return;
        if (_phases[_phase].IsAttack)
        {
            using var scope = torch.NewDisposeScope();
            _attack = TrainableParameters.Leaf(state?["attack"].clone() ?? FreshAttack(_settings.Attacks, _pairs[0].Target.shape, _generator));
            _output = _objective.Freeze(_adapter);
        }

        _optimizer = new ResumableAdam(_attack is null ? _adapter.Trained : [_attack], Decay);
        if (state is not null)
            _optimizer.Restore(state);
    }

    private void End()
    {
        if (_attack is not null && _step > 0 && !IsFinished && _step == _phases[_phase].Steps)
        {
            // Only the newest attacks are trained against.
            _held?.Dispose();
            _held = _objective.Hold(_attack);
        }

        _optimizer?.Dispose();
        _attack?.Dispose();
        _output?.Coupling.Dispose();
        _output?.Gram.Dispose();
        (_optimizer, _attack, _output) = (null, null, null);
    }

    /// <summary>An erasing stage or an attack.</summary>
    private sealed record Phase(bool IsAttack, int Steps, double LearningRate, int Warmup, int Cycles)
    {
        public double Rate(int step) => LearningRate * CosineRestarts.Factor(step, Warmup, Steps, Cycles);

        public static List<Phase> List(CpeSettings settings)
        {
            var phases = new List<Phase>();
            for (var stage = 0; stage < settings.Stages; stage++)
            {
                phases.Add(stage == 0
                    ? new Phase(false, settings.FirstIterations, settings.LearningRate, settings.Warmup, 2)
                    : new Phase(false, settings.Iterations, settings.LearningRate / 10, settings.Warmup, 1));
                // Deviation: the authors also attack after the last stage, and throw the result away.
                if (settings.Attacks > 0 && stage < settings.Stages - 1)
                    phases.Add(new Phase(true, settings.AttackIterations, settings.AttackLearningRate, settings.AttackWarmup, 1));
            }

            return phases;
        }
    }
}
