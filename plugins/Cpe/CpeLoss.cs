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
    /// <summary>The adapter's output side, <c>w_p B_p</c> and <c>w_p K_p</c>, without gradients; valid while <c>Up</c> stays as it is.</summary>
    /// <param name="Coupling"><c>[n r, D]</c>, the transposed <c>w_p B_p</c> below each other.</param>
    /// <param name="Gram"><c>[n r, n r]</c>, the <c>w_p K_p</c> on its diagonal.</param>
    public sealed record OutputSide(Tensor Coupling, Tensor Gram);

    /// <summary>Computes the output side, and the gradient of a sum of distances over <c>Up</c>.</summary>
    /// <param name="up"><c>[r, sum d]</c>.</param>
    /// <param name="moved">Sum of the <see cref="Moved"/> of the distances.</param>
    /// <param name="moments">Sum of their <see cref="Moments"/>.</param>
    /// <returns>The gradient is <c>2 sum_p w_p (h_p' h_p Up_p - h_p' Z W_p') [r, sum d]</c>: it needs the same weights as <c>B_p</c>, so both come from one pass.</returns>
    public (OutputSide Side, Tensor Gradient) Output(Tensor up, Tensor moved, Tensor moments)
    {
        var (coupling, gram, gradient) = OutputProducts.Of(frozen, up.detach(), moved.detach(), moments);
        return (new OutputSide(coupling, gram), gradient);
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

    /// <summary><c>h' Z</c>, mean over inputs, <c>[n_projections r, D]</c>: with it <c>&lt;Z B_p, h_p&gt;</c> is <c>&lt;B_p', moved_p&gt;</c>.</summary>
    /// <param name="codes"><c>h [n, T, n_projections r]</c>.</param>
    /// <param name="move"><c>Z [n, T, D]</c>.</param>
    public static Tensor Moved(Tensor codes, Tensor move) =>
        codes.reshape(-1, codes.shape[2]).mT.matmul(move.reshape(-1, move.shape[2])) / codes.shape[0];

    /// <summary><c>h' h</c>, mean over inputs, <c>[n_projections r, n_projections r]</c>, without gradients.</summary>
    /// <param name="codes"><c>h [n, T, n_projections r]</c>.</param>
    public static Tensor Moments(Tensor codes) => Moved(codes.detach(), codes.detach());

    /// <summary><c>q(0, h)</c>: how far the adapter moves anything (Eq. 10).</summary>
    /// <param name="codes"><c>h [n, T, n_projections r]</c>.</param>
    /// <param name="output">Its output side.</param>
    public static Tensor Distance(Tensor codes, OutputSide output) => (codes.matmul(output.Gram) * codes).sum() / codes.shape[0];

    /// <summary><c>q(Z, h)</c>.</summary>
    /// <param name="codes"><c>h [n, T, n_projections r]</c>.</param>
    /// <param name="output">Its output side.</param>
    /// <param name="moved"><see cref="Moved"/> of the codes and the move Z.</param>
    /// <param name="square"><see cref="Square(Tensor)"/> of the move.</param>
    public static Tensor Distance(Tensor codes, OutputSide output, Tensor moved, Tensor square) =>
        square - (output.Coupling * moved).sum() * 2 + Distance(codes, output);
}
