using System.Numerics;
using System.Runtime.InteropServices;

namespace Lethe.Plugins.Cpe;

/// <summary>
/// The products of one training step with the frozen weights <c>W_p</c>, from the left and from the right, in one pass. They are 77 MB at
/// the sizes of Stable Diffusion 1.4, and reading them is what takes the time; the engine would read them twice.
/// </summary>
internal static class OutputProducts
{
    /// <summary>Computes, for every projection p, without gradients:</summary>
    /// <param name="frozen">The projections.</param>
    /// <param name="up"><c>Up [r, sum d]</c>, of the weights' type.</param>
    /// <param name="moved"><c>m [n r, D]</c>.</param>
    /// <param name="moments"><c>M [n r, n r]</c>, of which the blocks <c>M_p [r, r]</c> on the diagonal count.</param>
    /// <returns>
    /// <c>w_p Up_p W_p [n r, D]</c>; <c>w_p Up_p Up_p'</c>, the blocks on the diagonal of an <c>[n r, n r]</c>; and
    /// <c>2 w_p (M_p Up_p - m_p W_p') [r, sum d]</c>. The caller disposes them.
    /// </returns>
    public static (Tensor Coupling, Tensor Gram, Tensor Pull) Of(FrozenProjections frozen, Tensor up, Tensor moved, Tensor moments)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var (coupling, gram, pull) = (torch.zeros_like(moved), torch.zeros_like(moments), torch.zeros_like(up));
        var (moves, blocks) = (moved.contiguous(), moments.contiguous());
        for (var p = 0; p < frozen.Layout.Projections.Count; p++)
        {
            if (up.dtype == ScalarType.Float64)
                Multiply<double>(frozen, p, up, moves, blocks, coupling, gram, pull);
            else
                Multiply<float>(frozen, p, up, moves, blocks, coupling, gram, pull);
        }

        return (coupling.MoveToOuterDisposeScope(), gram.MoveToOuterDisposeScope(), pull.MoveToOuterDisposeScope());
    }

    private static void Multiply<T>(FrozenProjections frozen, int p, Tensor up, Tensor moved, Tensor moments, Tensor coupling, Tensor gram, Tensor pull)
        where T : unmanaged, INumber<T>
    {
        var weights = Matrix<T>.Of(frozen.Weights);
        var ups = Matrix<T>.Of(up);
        var pulls = Matrix<T>.Of(pull);
        var moves = Matrix<T>.Of(moved);
        var couplings = Matrix<T>.Of(coupling);
        var blocks = Matrix<T>.Of(moments);
        var grams = Matrix<T>.Of(gram);
        var (projection, rank, share) = (frozen.Layout.Projections[p], (int)up.shape[0], T.CreateChecked(frozen.Shares[p]));
        var first = p * rank;
        for (var row = (int)projection.Offset; row < projection.Offset + projection.Width; row++)
        {
            for (var i = 0; i < rank; i++)
            {
                var own = ups.Row(i)[row];
                var product = -AddAndDot(weights.Row(row), own * share, couplings.Row(first + i), moves.Row(first + i));
                for (var j = 0; j < rank; j++)
                {
                    product += blocks.Row(first + i)[first + j] * ups.Row(j)[row];
                    grams.Row(first + i)[first + j] += share * own * ups.Row(j)[row];
                }

                pulls.Row(i)[row] = (share + share) * product;
            }
        }
    }

    /// <summary>Adds <c>factor row</c> to <paramref name="sum"/> and gives the dot product of <paramref name="row"/> and <paramref name="other"/>.</summary>
    private static T AddAndDot<T>(ReadOnlySpan<T> row, T factor, Span<T> sum, ReadOnlySpan<T> other)
        where T : unmanaged, INumber<T>
    {
        var rows = MemoryMarshal.Cast<T, Vector<T>>(row);
        var sums = MemoryMarshal.Cast<T, Vector<T>>(sum)[..rows.Length];
        var others = MemoryMarshal.Cast<T, Vector<T>>(other)[..rows.Length];
        var (factors, dots) = (new Vector<T>(factor), Vector<T>.Zero);
        for (var i = 0; i < rows.Length; i++)
        {
            var weights = rows[i];
            sums[i] += weights * factors;
            dots += weights * others[i];
        }

        var dot = Vector.Sum(dots);
        for (var i = rows.Length * Vector<T>.Count; i < row.Length; i++)
        {
            sum[i] += row[i] * factor;
            dot += row[i] * other[i];
        }

        return dot;
    }

    /// <summary>The memory of a contiguous matrix, row by row.</summary>
    private readonly ref struct Matrix<T>(Span<T> numbers, int columns)
        where T : unmanaged
    {
        private readonly Span<T> _numbers = numbers;

        public static Matrix<T> Of(Tensor tensor) => new(MemoryMarshal.Cast<byte, T>(tensor.bytes), (int)tensor.shape[1]);

        public Span<T> Row(int row) => _numbers.Slice(row * columns, columns);
    }
}
