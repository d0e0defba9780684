namespace Lethe.Sdk.Erasers;

/// <summary>
/// The ridge regression that all closed-form editors share: minimise <c>sum w |W c - v|^2 + ridge |W - W0|^2</c>. Its solution is
/// <c>W = W0 + R A^-1</c> with <c>A = ridge I + sum w c c'</c> and <c>R = sum w (v - W0 c) c'</c>. <c>A</c> depends on the text side only: it is
/// factored once and serves every projection. All arithmetic is float64; the difference form avoids the cancellation in
/// <c>ridge W0 + sum</c>.
/// </summary>
public sealed class ClosedFormSystem : IDisposable
{
    // Directions whose share of the largest is below this are rounding, not data.
    private const double RankCutoff = 1e-12;

    private readonly IReadOnlyList<RowBlock> _moved;
    private readonly Tensor _factor;
    private readonly bool _isCholesky;
    private readonly Tensor _shared;

    /// <summary>Factors the text side.</summary>
    /// <param name="blocks">At least one block; not disposed, and not needed after the edit.</param>
    /// <param name="ridge">
    /// Pull towards the old weights, at least 0. With 0 there may be many solutions; the one that changes the weights least is taken.
    /// </param>
    public ClosedFormSystem(IReadOnlyList<RowBlock> blocks, double ridge)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        ArgumentOutOfRangeException.ThrowIfZero(blocks.Count, nameof(blocks));
        if (!double.IsFinite(ridge) || ridge < 0)
            throw new ArgumentOutOfRangeException(nameof(ridge), ridge, "the ridge must be at least 0");

        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        _moved = [.. blocks.Where(block => block.Targets is not null)];
        var width = blocks[0].Inputs.shape[1];
        var device = blocks[0].Inputs.device;
        var gram = torch.eye(width, dtype: ScalarType.Float64, device: device) * ridge;
        var difference = torch.zeros([width, width], ScalarType.Float64, device);
        foreach (var block in blocks)
        {
            using var step = torch.NewDisposeScope();
            var inputs = block.Inputs.to(ScalarType.Float64);
            gram.add_(inputs.mT.matmul(inputs), block.Weight);
            if (block.Targets is { } targets)
                difference.add_((targets.to(ScalarType.Float64) - inputs).mT.matmul(inputs), block.Weight);
        }

        _isCholesky = ridge > 0;
        _factor = (_isCholesky ? torch.linalg.cholesky(gram) : PseudoRoot(gram)).DetachFromDisposeScope();
        _shared = Divide(difference).contiguous().DetachFromDisposeScope();
    }

    /// <summary>Largest over smallest eigenvalue of <c>A</c>; without a ridge, over the smallest that is not rounding.</summary>
    public double ConditionNumber()
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var values = torch.linalg.svdvals(_factor);
        var ratio = (values[0] / values[-1]).ToDouble();
        return ratio * ratio;
    }

    /// <summary>Sends every input to the old projection of its target: <c>W0 (I + D A^-1)</c>.</summary>
    /// <param name="weight"><c>[d, D]</c>, the old weights, any type.</param>
    /// <returns><c>[d, D]</c> in the type of <paramref name="weight"/>; the caller disposes it.</returns>
    public Tensor Replace(Tensor weight)
    {
        ArgumentNullException.ThrowIfNull(weight);
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var old = weight.to(ScalarType.Float64);
        return (old + old.matmul(_shared)).to(weight.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// As <see cref="Replace"/>, but each block's targets lose their component along the block's own old outputs: with
    /// <c>u = O / |O|</c> over the whole block, <c>V = N - (u . N) u</c>.
    /// </summary>
    /// <param name="weight"><c>[d, D]</c>, the old weights, any type.</param>
    /// <returns><c>[d, D]</c> in the type of <paramref name="weight"/>; the caller disposes it.</returns>
    public Tensor ProjectOut(Tensor weight)
    {
        ArgumentNullException.ThrowIfNull(weight);
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var old = weight.to(ScalarType.Float64);
        var residual = torch.zeros(old.shape, ScalarType.Float64, old.device);
        foreach (var block in _moved)
        {
            var inputs = block.Inputs.to(ScalarType.Float64);
            var outputs = inputs.matmul(old.mT);
            var targets = block.Targets!.to(ScalarType.Float64).matmul(old.mT);
            var direction = outputs / outputs.norm();
            var kept = targets - direction * (direction * targets).sum();
            residual += (kept - outputs).mT.matmul(inputs) * block.Weight;
        }

        return (old + Divide(residual)).to(weight.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the factor.</summary>
    public void Dispose()
    {
        _factor.Dispose();
        _shared.Dispose();
    }

    /// <summary><c>R A^-1</c>. A is symmetric, so it is the transpose of the solution of <c>A X = R'</c>.</summary>
    private Tensor Divide(Tensor residual) => _isCholesky
        ? torch.cholesky_solve(residual.mT.contiguous(), _factor).mT
        : residual.matmul(_factor).matmul(_factor.mT);

    /// <summary>B with <c>B B' = A^+</c>: eigenvectors over the roots of their eigenvalues, without those of rounding size.</summary>
    private static Tensor PseudoRoot(Tensor gram)
    {
        var (values, vectors) = torch.linalg.eigh(gram);
        var largest = values[-1].ToDouble();
        var first = values.cpu().data<double>().ToArray().TakeWhile(value => value <= largest * RankCutoff).Count();
        if (first == values.shape[0])
            throw new ArgumentException("every row is zero and there is no ridge");
        var kept = values.shape[0] - first;
        return vectors.narrow(1, first, kept) / values.narrow(0, first, kept).sqrt();
    }
}
