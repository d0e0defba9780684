namespace Lethe.Diffusion.Networks;

/// <summary>Softmax attention whose score matrix stays within a budget: many or long sequences are computed head by head, in slices of query rows.</summary>
internal sealed class ScaledAttention
{
    /// <summary>
    /// The largest score matrix in bytes. The default stays in the processor's cache between the product, the softmax and the second
    /// product, and below the size from which the allocator takes fresh pages each time: at 4096 tokens half the time of 256 MB.
    /// </summary>
    public long ScoreBudget { get; set; } = 16L << 20;

    /// <summary>A GPU has no such cache, and one kernel for all heads costs less than many.</summary>
    private const long ElsewhereBudget = 1L << 30;

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
        var rowBytes = keys.size(2) * sizeof(float);
        var budget = queries.device.type == DeviceType.CPU ? ScoreBudget : Math.Max(ScoreBudget, ElsewhereBudget);
        // Laid out once, or every slice would copy keys and values again.
        var q = Heads(queries * (1.0 / Math.Sqrt(width)), batch);
        var keysTransposed = Heads(keys, batch).transpose(1, 2);
        var v = Heads(values, batch);
        var headsAtOnce = Math.Clamp(budget / (rows * rowBytes), 1, batch * heads);
        var rowsAtOnce = Math.Clamp(budget / (headsAtOnce * rowBytes), 1, rows);
        var mixed = InSlices(0, batch * heads, headsAtOnce, (head, count) =>
        {
            var (someKeys, someValues) = (keysTransposed.narrow(0, head, count), v.narrow(0, head, count));
            return InSlices(1, rows, rowsAtOnce, (row, length) => Slice(
                q.narrow(0, head, count).narrow(1, row, length), someKeys, someValues, mask?.narrow(0, row, length)));
        });
        return mixed.view(batch, heads, rows, width).transpose(1, 2).reshape(batch, rows, heads * width).MoveToOuterDisposeScope();
    }

    /// <summary><c>[B or 1, heads, N, d]</c> to <c>[B * heads, N, d]</c>.</summary>
    private static Tensor Heads(Tensor x, long batch) => x.expand(batch, -1, -1, -1).reshape(batch * x.size(1), x.size(2), x.size(3));

    private static Tensor InSlices(int dim, long size, long atOnce, Func<long, long, Tensor> slice)
    {
        if (atOnce >= size)
            return slice(0, size);
        var slices = new List<Tensor>();
        for (long start = 0; start < size; start += atOnce)
            slices.Add(slice(start, Math.Min(atOnce, size - start)));
        return torch.cat(slices, dim);
    }

    private static Tensor Slice(Tensor queries, Tensor keysTransposed, Tensor values, Tensor? mask)
    {
        using var scope = torch.NewDisposeScope();
        using var scores = torch.bmm(queries, keysTransposed);
        using var masked = mask is null ? null : scores + mask;
        using var weights = torch.nn.functional.softmax(masked ?? scores, -1);
        // The scores are the largest tensor there is: gone before the product is made.
        scores.Dispose();
        masked?.Dispose();
        return torch.bmm(weights, values).MoveToOuterDisposeScope();
    }
}
