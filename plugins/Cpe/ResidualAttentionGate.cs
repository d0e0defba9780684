namespace Lethe.Plugins.Cpe;

/// <summary>
/// The residual attention gate (ResAG) of CPE (ICLR 2025): a tiny self-attention over the text tokens decides, token by token,
/// whether the prompt expresses the concept. With <c>X</c> the text states <c>[B, T, D]</c>, and in the notation of the code:
/// <code>
/// P     = softmax(Q K')      Q = X A, K = Q (released adapters) or X A' (the paper's text); no scale, no mask
/// C     = P X
/// gamma = sigmoid(C b)
/// Y'    = X W' + alpha/r * gamma * C Dn Up
/// </code>
/// </summary>
internal static class ResidualAttentionGate
{
    /// <summary>The attention <c>P [B, T, T]</c>; its rows sum to 1.</summary>
    /// <param name="states"><c>[B, T, D]</c>.</param>
    /// <param name="query"><c>A [D, g]</c>.</param>
    /// <param name="key"><c>A' [D, g]</c>; null is the authors' program, where the queries serve as keys too.</param>
    public static Tensor Attention(Tensor states, Tensor query, Tensor? key)
    {
        var queries = states.matmul(query);
        return Attention(queries, key is null ? queries : states.matmul(key));
    }

    private static Tensor Attention(Tensor queries, Tensor keys) => queries.matmul(keys.mT).softmax(-1);

    /// <summary>The gate before its sigmoid, <c>C b = P (X b) [B, T]</c>: numbers first, so that <c>C</c> is formed for the winner only.</summary>
    public static Tensor Logits(Tensor attention, Tensor states, Tensor scaler) => attention.matmul(states.matmul(scaler)).squeeze(-1);

    /// <summary>
    /// <c>gamma C Dn</c> of all projections at once, <c>[B, T, n r]</c>. The order <c>P (X [Dn b])</c> never forms <c>C</c>: D columns
    /// shrink to n r + 1 before the tokens are mixed.
    /// </summary>
    /// <param name="states"><c>[B, T, D]</c>.</param>
    /// <param name="query"><c>A [D, g]</c>; null switches the gate off: <c>X Dn</c>.</param>
    /// <param name="key"><c>A' [D, g]</c> or null.</param>
    /// <param name="scaler"><c>b [D, 1]</c>.</param>
    /// <param name="down"><c>Dn [D, n r]</c>, the projections' maps side by side.</param>
    public static Tensor Codes(Tensor states, Tensor? query, Tensor? key, Tensor scaler, Tensor down)
    {
        if (query is null)
            return states.matmul(down);
        // All maps of the states in one product, which reads them once.
        var (gate, width) = (query.shape[1], down.shape[1]);
        var mapped = states.matmul(torch.cat(key is null ? [query, down, scaler] : [query, down, scaler, key], 1));
        var queries = mapped.narrow(2, 0, gate);
        var keys = key is null ? queries : mapped.narrow(2, gate + width + 1, gate);
        var mixed = Attention(queries, keys).matmul(mapped.narrow(2, gate, width + 1));
        return mixed.narrow(2, 0, width) * mixed.narrow(2, width, 1).sigmoid();
    }
}
