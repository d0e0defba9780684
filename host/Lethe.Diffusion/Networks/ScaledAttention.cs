namespace Lethe.Diffusion.Networks;

/// <summary>Softmax attention whose score matrix never exceeds a budget: long sequences are computed in slices of query rows.</summary>
internal sealed class ScaledAttention
{
    /// <summary>The largest score matrix in bytes.</summary>
    public long ScoreBudget { get; set; } = 256L << 20;

    /// <summary><c>[B, N, C]</c> to <c>[B, heads, N, C / heads]</c>, without a copy.</summary>
    public static Tensor SplitHeads(Tensor x, int heads) => x.view(x.size(0), x.size(1), heads, x.size(2) / heads).transpose(1, 2);

    /// <summary>
    /// softmax(q kT / sqrt(d) + mask) v for queries <c>[B, heads, N, d]</c>, keys and values <c>[B or 1, heads, M, d]</c>;
    /// returns <c>[B, N, heads * d]</c>.
    /// </summary>
    public Tensor Attend(Tensor queries, Tensor keys, Tensor values, Tensor? mask = null)
    {
        using var scope = torch.NewDisposeScope();
        var (batch, heads, rows, width) = (queries.size(0), queries.size(1), queries.size(2), queries.size(3));
        var scaled = queries * (1.0 / Math.Sqrt(width));
        var keysTransposed = keys.transpose(2, 3);
        var sliceRows = Math.Max(1, ScoreBudget / (batch * heads * keys.size(2) * sizeof(float)));
        Tensor mixed;
        if (sliceRows >= rows)
        {
            mixed = Slice(scaled, keysTransposed, values, mask);
        }
        else
        {
            var slices = new List<Tensor>();
            for (long start = 0; start < rows; start += sliceRows)
            {
                var count = Math.Min(sliceRows, rows - start);
                slices.Add(Slice(scaled.narrow(2, start, count), keysTransposed, values, mask?.narrow(0, start, count)));
            }

            mixed = torch.cat(slices, 2);
        }

        return mixed.transpose(1, 2).reshape(batch, rows, heads * width).MoveToOuterDisposeScope();
    }

    private static Tensor Slice(Tensor queries, Tensor keysTransposed, Tensor values, Tensor? mask)
    {
        using var scope = torch.NewDisposeScope();
        using var scores = torch.matmul(queries, keysTransposed);
        using var masked = mask is null ? null : scores + mask;
        using var weights = torch.nn.functional.softmax(masked ?? scores, -1);
        // The scores are the largest tensor there is: gone before the product is made.
        scores.Dispose();
        masked?.Dispose();
        return torch.matmul(weights, values).MoveToOuterDisposeScope();
    }
}
