namespace Lethe.Plugins.Cpe;

/// <summary>
/// The losses of CPE, exactly, without a frozen projection in the loop. Keys and values are linear in the text states, so in each of
/// them the wanted output minus the frozen output is <c>Z W'</c> for some move <c>Z</c> of the text states, and the adapter's addition is
/// <c>h Up</c>. All four are one distance, the mean over n inputs X of
/// <code>
/// q(Z, h) = sum_p w_p |Z W_p' - h_p Up_p|^2 = tr(Z G Z') - 2 sum_p w_p &lt;Z B_p, h_p&gt; + sum_p w_p &lt;K_p, h_p' h_p&gt;
/// G = sum_p w_p W_p' W_p      B_p = W_p' Up_p'      K_p = Up_p Up_p'      w_p = lambda_p / (n_projections T d_p)
///
/// erase   (Eq. 9)    X = E_T              Z = (1 + eta)(E_S - E_T)
/// robust  (Eq. 12)   X = E_T + delta_i    Z = (1 + eta)(E_S - E_T) - delta_i
/// anchor  (Eq. 10)   X = anchors          Z = 0
/// attack  (Eq. 11)   X = E_T + delta_i    Z = -delta_i, minimised over delta
/// </code>
/// Deviation, as in the authors' program: lambda weighs all four, and is not squared.
/// </summary>
internal sealed class CpeLoss(FrozenProjections frozen)
{
    private readonly int _projections = frozen.Layout.Projections.Count;

    /// <summary>The adapter's output side, <c>w_p B_p</c> and <c>w_p K_p</c>; valid while <c>Up</c> stays as it is.</summary>
    /// <param name="Coupling"><c>[D, n r]</c>, the projections side by side.</param>
    /// <param name="Gram"><c>[n, r, r]</c>.</param>
    public sealed record OutputSide(Tensor Coupling, Tensor Gram);

    /// <summary>Computes <c>w_p B_p</c> and <c>w_p K_p</c>, with gradients to <paramref name="up"/> if it wants them.</summary>
    /// <param name="up"><c>[r, sum d]</c>.</param>
    public OutputSide Output(Tensor up)
    {
        var couplings = new List<Tensor>();
        var grams = new List<Tensor>();
        for (var p = 0; p < _projections; p++)
        {
            var projection = frozen.Layout.Projections[p];
            var own = up.narrow(1, projection.Offset, projection.Width);
            var weight = frozen.Weights.narrow(0, projection.Offset, projection.Width);
            // One row is multiplied as a vector, from the right: the engine's matrix product would copy the whole weight first.
            var coupling = own.shape[0] == 1 ? weight.mT.matmul(own.squeeze(0)).unsqueeze(0) : own.matmul(weight);
            couplings.Add(coupling * frozen.Shares[p]);
            grams.Add(own.matmul(own.mT) * frozen.Shares[p]);
        }

        return new OutputSide(torch.cat(couplings).mT, torch.stack(grams));
    }

    /// <summary>The move that Eq. 9 wants of a target: to its surrogate and, by the guidance eta, beyond.</summary>
    public static Tensor Move(Tensor target, Tensor surrogate, double eta) => (surrogate - target) * (1 + eta);

    /// <summary><c>tr(Z G Z')</c>, mean over inputs; for the losses over the adapter a constant.</summary>
    /// <param name="move"><c>Z [n, T, D]</c>.</param>
    public Tensor Square(Tensor move)
    {
        Tensor image;
        using (torch.no_grad())
            image = move.detach().matmul(frozen.Gram);
        // G is symmetric, so 2 <Z, G Z> with G Z held fixed has the gradient of <Z, G Z>; the product is needed once, not twice.
        var square = move.requires_grad ? (move * image).sum() * 2 - (move.detach() * image).sum() : (move * image).sum();
        return square / move.shape[0];
    }

    /// <summary><c>tr(Z G Z')</c> for <c>Z = z - delta_i</c>, mean over i, from parts that are known: <c>z G z' - 2 &lt;z G, mean delta&gt; + mean tr(delta G delta')</c>.</summary>
    /// <param name="move"><c>z [1, T, D]</c>.</param>
    /// <param name="meanAttack"><c>[1, T, D]</c>.</param>
    /// <param name="attackSquare"><see cref="Square(Tensor)"/> of the attacks.</param>
    public Tensor Square(Tensor move, Tensor meanAttack, Tensor attackSquare)
    {
        var image = move.matmul(frozen.Gram);
        return ((move - meanAttack * 2) * image).sum() + attackSquare;
    }

    /// <summary><c>q(0, h)</c>: how far the adapter moves anything (Eq. 10).</summary>
    /// <param name="codes"><c>h [n, T, n_projections r]</c>.</param>
    /// <param name="output">Its output side.</param>
    public Tensor Distance(Tensor codes, OutputSide output)
    {
        var byProjection = codes.reshape(codes.shape[0] * codes.shape[1], _projections, -1);
        var moments = byProjection.permute(1, 2, 0).matmul(byProjection.permute(1, 0, 2));
        return (output.Gram * moments).sum() / codes.shape[0];
    }

    /// <summary><c>q(Z, h)</c>.</summary>
    /// <param name="codes"><c>h [n, T, n_projections r]</c>.</param>
    /// <param name="output">Its output side.</param>
    /// <param name="move"><c>Z [n, T, D]</c>.</param>
    /// <param name="square">Its <see cref="Square(Tensor)"/>.</param>
    public Tensor Distance(Tensor codes, OutputSide output, Tensor move, Tensor square) =>
        square - (move.matmul(output.Coupling) * codes).sum() * (2.0 / codes.shape[0]) + Distance(codes, output);
}
