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

                static double Value(Tensor tensor) => tensor.detach().item<double>();
            }
        }
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
    /// <param name="target"><c>E_T [1, T, D]</c>.</param>
    /// <param name="surrogate"><c>E_S [1, T, D]</c>.</param>
    /// <param name="anchors"><c>[S + 1, T, D]</c>; not looked at when their weight is 0.</param>
    /// <param name="attacks">null in the first stage and without RARE.</param>
    public Terms Erase(TrainableAdapter adapter, Tensor target, Tensor surrogate, Tensor anchors, Attacks? attacks)
    {
        var inputs = new List<Tensor> { target };
        if (attacks is not null)
            inputs.Add(target + attacks.Prompts);
        if (anchorWeight > 0)
            inputs.Add(anchors);
        // One pass through the gate for all inputs.
        var codes = adapter.Codes(torch.cat(inputs));
        var output = _loss.Output(adapter.Up);

        var move = CpeLoss.Move(target, surrogate, eta);
        var erase = _loss.Distance(codes.narrow(0, 0, 1), output, move, _loss.Square(move));
        var total = erase;
        Tensor? robust = null, anchor = null;
        if (attacks is not null)
        {
            robust = _loss.Distance(codes.narrow(0, 1, attacks.Prompts.shape[0]), output, move - attacks.Prompts,
                _loss.Square(move, attacks.Mean, attacks.Square));
            total = total + robust;
        }

        if (anchorWeight > 0)
        {
            var count = anchors.shape[0];
            anchor = _loss.Distance(codes.narrow(0, codes.shape[0] - count, count), output);
            total = total + anchor * anchorWeight;
        }

        return new Terms(total, erase, robust, anchor);
    }

    /// <summary>The adapter's output side for a whole attack, during which it stays as it is; the caller disposes its tensors.</summary>
    public CpeLoss.OutputSide Freeze(TrainableAdapter adapter)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var output = _loss.Output(adapter.Up);
        return new CpeLoss.OutputSide(output.Coupling.contiguous().DetachFromDisposeScope(), output.Gram.DetachFromDisposeScope());
    }

    /// <summary>How far the adapted model is, at the attacked target, from the frozen model at the target: small means the concept is back (Eq. 11).</summary>
    /// <param name="adapter">Held fixed.</param>
    /// <param name="output">Its output side.</param>
    /// <param name="target"><c>E_T [1, T, D]</c>.</param>
    /// <param name="prompts"><c>delta [n, T, D]</c>, with gradients.</param>
    public Tensor Attack(TrainableAdapter adapter, CpeLoss.OutputSide output, Tensor target, Tensor prompts)
    {
        var move = -prompts;
        return _loss.Distance(adapter.Codes(target + prompts, frozen: true), output, move, _loss.Square(move));
    }
}
