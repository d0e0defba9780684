namespace Lethe.Plugins.Cpe;

/// <summary>The two objectives between which training alternates: erase while keeping everything else (Eq. 12), and attack (Eq. 11).</summary>
/// <param name="frozen">The frozen model's side.</param>
/// <param name="eta">How far beyond the surrogate, Eq. 9.</param>
/// <param name="anchorWeight">Weight of the anchors; 0 leaves them out.</param>
internal sealed class CpeObjective(FrozenProjections frozen, double eta, double anchorWeight)
{
    private readonly CpeLoss _loss = new(frozen);

    /// <summary>Attacks that are held fixed, with what the losses need of them.</summary>
    /// <param name="Prompts"><c>delta [n, T, D]</c>.</param>
    /// <param name="Mean"><c>[1, T, D]</c>.</param>
    /// <param name="Square"><c>tr(delta G delta')</c>, mean over attacks.</param>
    public sealed record Attacks(Tensor Prompts, Tensor Mean, Tensor Square) : IDisposable
    {
        /// <summary>Frees the tensors.</summary>
        public void Dispose()
        {
            Prompts.Dispose();
            Mean.Dispose();
            Square.Dispose();
        }
    }

    /// <summary>A target and where Eq. 9 wants it, <c>Z = (1 + eta)(E_S - E_T)</c>, with what never changes of it.</summary>
    /// <param name="Target"><c>E_T [T, D]</c>; not owned.</param>
    /// <param name="Surrogate"><c>E_S [T, D]</c>; not owned.</param>
    /// <param name="Image"><c>Z G [T, D]</c>.</param>
    /// <param name="Square"><c>tr(Z G Z')</c>.</param>
    public sealed record Goal(Tensor Target, Tensor Surrogate, Tensor Image, Tensor Square) : IDisposable
    {
        /// <summary>Frees what it owns.</summary>
        public void Dispose()
        {
            Image.Dispose();
            Square.Dispose();
        }
    }

    /// <summary>The terms of one erasing step; <c>Total</c> has the gradients.</summary>
    public sealed record Terms(Tensor Total, Tensor Erase, Tensor? Robust, Tensor? Anchor)
    {
        /// <summary>All values by name.</summary>
        public IReadOnlyDictionary<string, double> Values
        {
            get
            {
                var values = new SortedDictionary<string, double>(StringComparer.Ordinal) { ["erase"] = Value(Erase), ["total"] = Value(Total) };
                if (Robust is not null)
                    values["robust"] = Value(Robust);
                if (Anchor is not null)
                    values["anchor"] = Value(Anchor);
                return values;

                static double Value(Tensor tensor) => tensor.detach().ToDouble();
            }
        }
    }

    /// <summary>Makes a goal, once for all steps that draw its pair of prompts; the caller disposes it.</summary>
    /// <param name="target"><c>E_T [T, D]</c>.</param>
    /// <param name="surrogate"><c>E_S [T, D]</c>.</param>
    public Goal Prepare(Tensor target, Tensor surrogate)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var move = CpeLoss.Move(target, surrogate, eta);
        var image = move.matmul(frozen.Gram);
        return new Goal(target, surrogate, image.DetachFromDisposeScope(), (move * image).sum().DetachFromDisposeScope());
    }

    /// <summary>Copies attacks for the erasing steps that follow; the caller disposes them.</summary>
    public Attacks Hold(Tensor prompts)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var held = prompts.detach().clone();
        return new Attacks(
            held.DetachFromDisposeScope(), held.mean([0L], keepdim: true).DetachFromDisposeScope(), _loss.Square(held).DetachFromDisposeScope());
    }

    /// <summary><c>erase + robust + weight * anchor</c> for one pair of prompts (Eq. 12).</summary>
    /// <param name="adapter">What is trained.</param>
    /// <param name="goal">The pair.</param>
    /// <param name="anchors"><c>[S + 1, T, D]</c>; not looked at when their weight is 0.</param>
    /// <param name="attacks">null in the first stage and without RARE.</param>
    public Terms Erase(TrainableAdapter adapter, Goal goal, Tensor anchors, Attacks? attacks)
    {
        // One pass through the gate for target and attacks; another for the anchors, which are too many to be copied.
        var target = goal.Target.unsqueeze(0);
        var codes = adapter.Codes(attacks is null ? target : torch.cat([target, target + attacks.Prompts]));
        var own = codes.narrow(0, 0, 1);
        var move = CpeLoss.Move(target, goal.Surrogate, eta);
        var moved = CpeLoss.Moved(own, move);
        var (allMoved, moments) = (moved, CpeLoss.Moments(own));
        Tensor? attacked = null, movedAttacked = null, kept = null;
        if (attacks is not null)
        {
            attacked = codes.narrow(0, 1, attacks.Prompts.shape[0]);
            movedAttacked = CpeLoss.Moved(attacked, move - attacks.Prompts);
            (allMoved, moments) = (allMoved + movedAttacked, moments + CpeLoss.Moments(attacked));
        }

        if (anchorWeight > 0)
        {
            kept = adapter.Codes(anchors);
            moments = moments + CpeLoss.Moments(kept) * anchorWeight;
        }

        var (output, gradient) = _loss.Output(adapter.Up, allMoved, moments);
        var erase = CpeLoss.Distance(own, output, moved, goal.Square);
        // tr(Z G Z') of Z = z - delta_i, mean over i, from parts that are known.
        var robust = attacks is null ? null
            : CpeLoss.Distance(attacked!, output, movedAttacked!, goal.Square - (attacks.Mean * goal.Image).sum() * 2 + attacks.Square);
        var anchor = kept is null ? null : CpeLoss.Distance(kept, output);

        // The distances know of no gradient to Up. This is it; its value is zero.
        var toUp = (adapter.Up * gradient).sum();
        var total = erase + (toUp - toUp.detach());
        if (robust is not null)
            total = total + robust;
        if (anchor is not null)
            total = total + anchor * anchorWeight;
        return new Terms(total, erase, robust, anchor);
    }

    /// <summary>The adapter's output side for a whole attack, during which it stays as it is; the caller disposes its tensors.</summary>
    public CpeLoss.OutputSide Freeze(TrainableAdapter adapter)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var (width, codes) = (adapter.Down.shape[0], adapter.Down.shape[1]);
        var (output, _) = _loss.Output(adapter.Up, torch.zeros([codes, width], adapter.Up.dtype), torch.zeros([codes, codes], adapter.Up.dtype));
        return new CpeLoss.OutputSide(output.Coupling.DetachFromDisposeScope(), output.Gram.DetachFromDisposeScope());
    }

    /// <summary>How far the adapted model is, at the attacked target, from the frozen model at the target: small means the concept is back (Eq. 11).</summary>
    /// <param name="adapter">Held fixed.</param>
    /// <param name="output">Its output side.</param>
    /// <param name="target"><c>E_T [1, T, D]</c>.</param>
    /// <param name="prompts"><c>delta [n, T, D]</c>, with gradients.</param>
    public Tensor Attack(TrainableAdapter adapter, CpeLoss.OutputSide output, Tensor target, Tensor prompts)
    {
        var (codes, move) = (adapter.Codes(target + prompts, frozen: true), -prompts);
        return CpeLoss.Distance(codes, output, CpeLoss.Moved(codes, move), _loss.Square(move));
    }
}
