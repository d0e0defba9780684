namespace Lethe.Plugins.Baselines;

/// <summary>
/// The ridge regression that all closed-form editors share: minimise <c>sum w |W c - v|^2 + ridge |W - W0|^2</c>. Its solution is
/// <c>W = W0 + R A^-1</c> with <c>A = ridge I + sum w c c'</c> and <c>R = sum w (v - W0 c) c'</c>. <c>A</c> depends on the text side only: it is
/// factored once and serves every projection. All arithmetic is float64; the difference form avoids the cancellation in
/// <c>ridge W0 + sum</c>.
/// </summary>
internal sealed class ClosedFormSystem : IDisposable
{
    private readonly IReadOnlyList<RowBlock> _moved;
    private readonly Tensor _factor;
    private readonly Tensor _shared;

    /// <summary>Factors the text side.</summary>
    /// <param name="blocks">At least one block; not disposed, and not needed after the edit.</param>
    /// <param name="ridge">Pull towards the old weights, above 0.</param>
    public ClosedFormSystem(IReadOnlyList<RowBlock> blocks, double ridge)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        _moved = [.. blocks.Where(block => block.Targets is not null)];
        var width = blocks[0].Inputs.shape[1];
        var gram = torch.eye(width, dtype: float64) * ridge;
        var difference = torch.zeros([width, width], float64);
        foreach (var block in blocks)
        {
            var inputs = block.Inputs.to(float64);
            gram += inputs.mT.matmul(inputs) * block.Weight;
            if (block.Targets is { } targets)
                difference += (targets.to(float64) - inputs).mT.matmul(inputs) * block.Weight;
        }

        _factor = torch.linalg.cholesky(gram).DetachFromDisposeScope();
        // A is symmetric, so D A^-1 is the transpose of the solution of A X = D'.
        _shared = torch.cholesky_solve(difference.mT.contiguous(), _factor).mT.contiguous().DetachFromDisposeScope();
    }

    /// <summary>Sends every input to the old projection of its target: <c>W0 (I + D A^-1)</c>.</summary>
    /// <param name="weight"><c>[d, D]</c>, the old weights, any type.</param>
    /// <returns><c>[d, D]</c> in the type of <paramref name="weight"/>; the caller disposes it.</returns>
    public Tensor Replace(Tensor weight)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var old = weight.to(float64);
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
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var old = weight.to(float64);
        var residual = torch.zeros(old.shape, float64);
        foreach (var block in _moved)
        {
            var inputs = block.Inputs.to(float64);
            var outputs = inputs.matmul(old.mT);
            var targets = block.Targets!.to(float64).matmul(old.mT);
            var direction = outputs / outputs.norm();
            var kept = targets - direction * (direction * targets).sum();
            residual += (kept - outputs).mT.matmul(inputs) * block.Weight;
        }

        var change = torch.cholesky_solve(residual.mT.contiguous(), _factor).mT;
        return (old + change).to(weight.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the factor.</summary>
    public void Dispose()
    {
        _factor.Dispose();
        _shared.Dispose();
    }
}
