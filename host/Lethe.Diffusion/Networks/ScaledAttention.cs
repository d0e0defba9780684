namespace Lethe.Diffusion.Networks;

/// <summary>Softmax attention by the engine's fused kernel, which never holds the score matrix.</summary>
internal static class ScaledAttention
{
    /// <summary><c>[B, N, C]</c> to <c>[B, heads, N, C / heads]</c>, without a copy.</summary>
    public static Tensor SplitHeads(Tensor x, int heads) => x.view(x.size(0), x.size(1), heads, x.size(2) / heads).transpose(1, 2);

    /// <summary>
    /// softmax(q kT / sqrt(d) + mask) v for queries <c>[B, heads, N, d]</c>, keys and values <c>[B or 1, heads, M, d]</c>;
    /// returns <c>[B, N, heads * d]</c>.
    /// </summary>
    public static Tensor Attend(Tensor queries, Tensor keys, Tensor values, Tensor? mask = null)
    {
        using var scope = torch.NewDisposeScope();
        var type = queries.dtype;
        // On the processor bfloat16 attention is no faster than float32's, and less exact.
        var computes = queries.device_type == DeviceType.CPU ? ScalarType.Float32 : type;
        var (batch, heads, rows, width) = (queries.size(0), queries.size(1), queries.size(2), queries.size(3));
        var mixed = torch.nn.functional.scaled_dot_product_attention(
            queries.to(computes), ForEach(keys, batch).to(computes), ForEach(values, batch).to(computes), mask?.to(computes));
        return mixed.transpose(1, 2).reshape(batch, rows, heads * width).to(type).MoveToOuterDisposeScope();
    }

    /// <summary>One row of keys serves the whole batch.</summary>
    private static Tensor ForEach(Tensor x, long batch) => x.size(0) == batch ? x : x.expand(batch, -1, -1, -1);
}
