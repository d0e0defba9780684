using Lethe.Torch.Native;

namespace Lethe.Torch;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Sum of all elements.</summary>
        public Tensor sum() => Aten.sum.Call(this);

        /// <summary>Sum over the given dimensions.</summary>
        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) => Aten.sum_dim.Call(this, dim, keepdim, type);

        /// <summary>Mean of all elements.</summary>
        public Tensor mean() => Aten.mean.Call(this);

        /// <summary>Mean over the given dimensions.</summary>
        public Tensor mean(long[] dim, bool keepdim = false, ScalarType? type = null) => Aten.mean_dim.Call(this, dim, keepdim, type);

        /// <summary>Sum over one dimension.</summary>
        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => Aten.sum_dim.Call(this, new[] { dim }, keepdim, type);

        /// <summary>Product of all elements.</summary>
        public Tensor prod() => Aten.prod.Call(this);

        /// <summary>Greatest element.</summary>
        public Tensor max() => Aten.max.Call(this);

        /// <summary>Smallest element.</summary>
        public Tensor min() => Aten.min.Call(this);

        /// <summary>Greatest elements along a dimension and where they are.</summary>
        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false) => Two(Aten.max_dim.CallMany(2, this, dim, keepdim));

        /// <summary>Smallest elements along a dimension and where they are.</summary>
        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false) => Two(Aten.min_dim.CallMany(2, this, dim, keepdim));

        /// <summary>The greatest elements along a dimension, in order, and where they are.</summary>
        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true) =>
            Two(Aten.topk.CallMany(2, this, (long)k, (long)dim, largest, sorted));

        /// <summary>Sorted elements and where they were.</summary>
        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false) =>
            Two(Aten.sort.CallMany(2, this, dim, descending));

        /// <summary>The order that sorts a dimension.</summary>
        public Tensor argsort(long dim = -1, bool descending = false) => Aten.argsort.Call(this, dim, descending);

        /// <summary>Position of the greatest element of the flattened tensor.</summary>
        public Tensor argmax() => Aten.argmax.Call(this);

        /// <summary>Positions of the greatest elements along a dimension.</summary>
        public Tensor argmax(long dim, bool keepdim = false) => Aten.argmax.Call(this, dim, keepdim);

        /// <summary>Positions of the smallest elements along a dimension.</summary>
        public Tensor argmin(long dim, bool keepdim = false) => Aten.argmin.Call(this, dim, keepdim);

        /// <summary>Standard deviation of all elements.</summary>
        public Tensor std(bool unbiased = true) => Aten.std.Call(this, unbiased);

        /// <summary>Standard deviation over dimensions.</summary>
        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false) => Aten.std_dim.Call(this, dimensions, unbiased, keepdim);

        /// <summary>Variance over dimensions.</summary>
        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false) => Aten.var_dim.Call(this, dimensions, unbiased, keepdim);

        /// <summary>Euclidean (Frobenius) norm of all elements.</summary>
        public Tensor norm() => Aten.norm.Call(this, 2.0);

        /// <summary>Norm over one dimension.</summary>
        public Tensor norm(int dimension, bool keepdim = false, float p = 2.0f) => Aten.norm_dim.Call(this, (double)p, new long[] { dimension }, keepdim);

        /// <summary>Running sum along a dimension.</summary>
        public Tensor cumsum(long dim) => Aten.cumsum.Call(this, dim);

        /// <summary>Running product along a dimension.</summary>
        public Tensor cumprod(long dim) => Aten.cumprod.Call(this, dim);

        /// <summary>Exponentials that sum to 1 along a dimension.</summary>
        public Tensor softmax(long dim, ScalarType? dtype = null) => Aten.softmax.Call(this, dim, dtype);

        /// <summary>Logarithm of <see cref="softmax"/>.</summary>
        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Aten.log_softmax.Call(this, dim, dtype);

        /// <summary>Logarithm of the sum of exponentials along a dimension.</summary>
        public Tensor logsumexp(long dim, bool keepdim = false) => Aten.logsumexp.Call(this, new[] { dim }, keepdim);

        /// <summary>Whether any element is true.</summary>
        public Tensor any() => Aten.any.Call(this);

        /// <summary>Whether all elements are true.</summary>
        public Tensor all() => Aten.all.Call(this);

        /// <summary>Whether two tensors have the same shape and elements.</summary>
        public Tensor equal(Tensor target) => tensor(Aten.equal.CallScalar(this, target).Bits != 0);

        /// <summary>Whether all elements agree within <paramref name="atol"/> + <paramref name="rtol"/> * |target|.</summary>
        public bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false) =>
            Aten.allclose.CallScalar(this, target, rtol, atol, equal_nan).Bits != 0;

        private static (Tensor First, Tensor Second) Two(Tensor[] results) => (results[0], results[1]);
    }
}
