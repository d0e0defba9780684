using Lethe.Torch.Native;

namespace Lethe.Torch;

public static partial class torch
{
    /// <summary>Solves A X = B for A = L L^T (or U^T U when <paramref name="upper"/>), given its Cholesky factor.</summary>
    public static Tensor cholesky_solve(Tensor input, Tensor input2, bool upper = false) => Aten.cholesky_solve.Call(input, input2, upper);

    /// <summary>Linear algebra.</summary>
    public static class linalg
    {
        /// <summary>Cholesky factor L of a symmetric positive-definite matrix, `A = L L^T`.</summary>
        public static Tensor cholesky(Tensor input) => Aten.linalg_cholesky.Call(input);

        /// <summary>X with `A X = B`.</summary>
        public static Tensor solve(Tensor input, Tensor other, bool left = true) => Aten.linalg_solve.Call(input, other, left);

        /// <summary>Inverse matrix.</summary>
        public static Tensor inv(Tensor input) => Aten.linalg_inv.Call(input);

        /// <summary>Eigenvalues and eigenvectors of a symmetric matrix, ascending.</summary>
        public static (Tensor, Tensor) eigh(Tensor input, char UPLO = 'L')
        {
            var results = Aten.linalg_eigh.CallMany(2, input, UPLO.ToString());
            return (results[0], results[1]);
        }

        /// <summary>Singular value decomposition `U diag(S) Vh`.</summary>
        public static (Tensor U, Tensor S, Tensor Vh) svd(Tensor input, bool fullMatrices = true)
        {
            var results = Aten.linalg_svd.CallMany(3, input, fullMatrices);
            return (results[0], results[1], results[2]);
        }

        /// <summary>Singular values, descending.</summary>
        public static Tensor svdvals(Tensor input) => Aten.linalg_svdvals.Call(input);

        /// <summary>Rank of a matrix.</summary>
        public static Tensor matrix_rank(Tensor input, double? atol = null, double? rtol = null, bool hermitian = false) =>
            Aten.linalg_matrix_rank.Call(input, atol, rtol, hermitian);

        /// <summary>QR decomposition.</summary>
        public static (Tensor Q, Tensor R) qr(Tensor input)
        {
            var results = Aten.linalg_qr.CallMany(2, input);
            return (results[0], results[1]);
        }
    }
}
