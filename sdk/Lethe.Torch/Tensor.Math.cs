using Lethe.Torch.Native;

namespace Lethe.Torch;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Absolute value.</summary>
        public Tensor abs() => Aten.abs.Call(this);

        /// <summary>Exponential.</summary>
        public Tensor exp() => Aten.exp.Call(this);

        /// <summary>Natural logarithm.</summary>
        public Tensor log() => Aten.log.Call(this);

        /// <summary>Logarithm to base 2.</summary>
        public Tensor log2() => Aten.log2.Call(this);

        /// <summary>Logarithm to base 10.</summary>
        public Tensor log10() => Aten.log10.Call(this);

        /// <summary>Square root.</summary>
        public Tensor sqrt() => Aten.sqrt.Call(this);

        /// <summary>1 / square root.</summary>
        public Tensor rsqrt() => Aten.rsqrt.Call(this);

        /// <summary>Sine.</summary>
        public Tensor sin() => Aten.sin.Call(this);

        /// <summary>Cosine.</summary>
        public Tensor cos() => Aten.cos.Call(this);

        /// <summary>Hyperbolic tangent.</summary>
        public Tensor tanh() => Aten.tanh.Call(this);

        /// <summary>Logistic function.</summary>
        public Tensor sigmoid() => Aten.sigmoid.Call(this);

        /// <summary>Rectifier.</summary>
        public Tensor relu() => Aten.relu.Call(this);

        /// <summary>Negation.</summary>
        public Tensor neg() => Aten.neg.Call(this);

        /// <summary>Square.</summary>
        public Tensor square() => Aten.square.Call(this);

        /// <summary>1 / x.</summary>
        public Tensor reciprocal() => Aten.reciprocal.Call(this);

        /// <summary>Rounds down.</summary>
        public Tensor floor() => Aten.floor.Call(this);

        /// <summary>Rounds up.</summary>
        public Tensor ceil() => Aten.ceil.Call(this);

        /// <summary>Rounds to the nearest integer, ties to even.</summary>
        public Tensor round(long decimals = 0) => decimals == 0 ? Aten.round.Call(this) : Aten.round_decimals.Call(this, decimals);

        /// <summary>Sign.</summary>
        public Tensor sign() => Aten.sign.Call(this);

        /// <summary>Which elements are NaN.</summary>
        public Tensor isnan() => Aten.isnan.Call(this);

        /// <summary>Which elements are finite.</summary>
        public Tensor isfinite() => Aten.isfinite.Call(this);

        /// <summary>Error function.</summary>
        public Tensor erf() => Aten.erf.Call(this);

        /// <summary>Exponential. In place.</summary>
        public Tensor exp_() => Aten.exp_.CallInPlace(this);

        /// <summary>Square root. In place.</summary>
        public Tensor sqrt_() => Aten.sqrt_.CallInPlace(this);

        /// <summary>Logistic function. In place.</summary>
        public Tensor sigmoid_() => Aten.sigmoid_.CallInPlace(this);

        /// <summary>Negation. In place.</summary>
        public Tensor neg_() => Aten.neg_.CallInPlace(this);

        /// <summary>Sum; <paramref name="alpha"/> scales <paramref name="target"/>.</summary>
        public Tensor add(Tensor target, Scalar alpha) => Aten.add.Call(this, target, alpha);

        /// <summary>Sum.</summary>
        public Tensor add(Tensor target) => Aten.add.Call(this, target);

        /// <summary>Sum.</summary>
        public Tensor add(Scalar scalar) => Aten.add_scalar.Call(this, scalar);

        /// <summary>Sum, in place; <paramref name="alpha"/> scales <paramref name="target"/>.</summary>
        public Tensor add_(Tensor target, Scalar alpha) => Aten.add_.CallInPlace(this, target, alpha);

        /// <summary>Sum, in place.</summary>
        public Tensor add_(Tensor target) => Aten.add_.CallInPlace(this, target);

        /// <summary>Sum, in place.</summary>
        public Tensor add_(Scalar scalar) => Aten.add_scalar_.CallInPlace(this, scalar);

        /// <summary>Difference.</summary>
        public Tensor sub(Tensor target) => Aten.sub.Call(this, target);

        /// <summary>Difference.</summary>
        public Tensor sub(Scalar target) => Aten.sub_scalar.Call(this, target);

        /// <summary>Difference. In place.</summary>
        public Tensor sub_(Tensor target) => Aten.sub_.CallInPlace(this, target);

        /// <summary>Difference. In place.</summary>
        public Tensor sub_(Scalar target) => Aten.sub_scalar_.CallInPlace(this, target);

        /// <summary>Product, element by element.</summary>
        public Tensor mul(Tensor target) => Aten.mul.Call(this, target);

        /// <summary>Product, element by element.</summary>
        public Tensor mul(Scalar target) => Aten.mul_scalar.Call(this, target);

        /// <summary>Product, element by element. In place.</summary>
        public Tensor mul_(Tensor target) => Aten.mul_.CallInPlace(this, target);

        /// <summary>Product, element by element. In place.</summary>
        public Tensor mul_(Scalar target) => Aten.mul_scalar_.CallInPlace(this, target);

        /// <summary>Quotient, element by element.</summary>
        public Tensor div(Tensor target) => Aten.div.Call(this, target);

        /// <summary>Quotient, element by element.</summary>
        public Tensor div(Scalar target) => Aten.div_scalar.Call(this, target);

        /// <summary>Quotient, element by element. In place.</summary>
        public Tensor div_(Tensor target) => Aten.div_.CallInPlace(this, target);

        /// <summary>Quotient, element by element. In place.</summary>
        public Tensor div_(Scalar target) => Aten.div_scalar_.CallInPlace(this, target);

        /// <summary>Power.</summary>
        public Tensor pow(Tensor target) => Aten.pow.Call(this, target);

        /// <summary>Power.</summary>
        public Tensor pow(Scalar target) => Aten.pow_scalar.Call(this, target);

        /// <summary>Which elements are equal.</summary>
        public Tensor eq(Tensor target) => Aten.eq.Call(this, target);

        /// <summary>Which elements are equal.</summary>
        public Tensor eq(Scalar target) => Aten.eq_scalar.Call(this, target);

        /// <summary>Which elements differ.</summary>
        public Tensor ne(Tensor target) => Aten.ne.Call(this, target);

        /// <summary>Which elements differ.</summary>
        public Tensor ne(Scalar target) => Aten.ne_scalar.Call(this, target);

        /// <summary>Which elements are smaller.</summary>
        public Tensor lt(Tensor target) => Aten.lt.Call(this, target);

        /// <summary>Which elements are smaller.</summary>
        public Tensor lt(Scalar target) => Aten.lt_scalar.Call(this, target);

        /// <summary>Which elements are smaller or equal.</summary>
        public Tensor le(Tensor target) => Aten.le.Call(this, target);

        /// <summary>Which elements are smaller or equal.</summary>
        public Tensor le(Scalar target) => Aten.le_scalar.Call(this, target);

        /// <summary>Which elements are greater.</summary>
        public Tensor gt(Tensor target) => Aten.gt.Call(this, target);

        /// <summary>Which elements are greater.</summary>
        public Tensor gt(Scalar target) => Aten.gt_scalar.Call(this, target);

        /// <summary>Which elements are greater or equal.</summary>
        public Tensor ge(Tensor target) => Aten.ge.Call(this, target);

        /// <summary>Which elements are greater or equal.</summary>
        public Tensor ge(Scalar target) => Aten.ge_scalar.Call(this, target);

        /// <summary>Matrix product, batched over leading dimensions.</summary>
        public Tensor matmul(Tensor target) => Aten.matmul.Call(this, target);

        /// <summary>Product of two matrices.</summary>
        public Tensor mm(Tensor target) => Aten.mm.Call(this, target);

        /// <summary>Products of two batches of matrices, `[B, n, m] x [B, m, p]`.</summary>
        public Tensor bmm(Tensor target) => Aten.bmm.Call(this, target);

        /// <summary>Matrix times vector.</summary>
        public Tensor mv(Tensor target) => Aten.mv.Call(this, target);

        /// <summary>Inner product of two vectors.</summary>
        public Tensor dot(Tensor target) => Aten.dot.Call(this, target);

        /// <summary>Outer product of two vectors.</summary>
        public Tensor outer(Tensor target) => Aten.outer.Call(this, target);

        /// <summary>Greater of two, element by element.</summary>
        public Tensor maximum(Tensor target) => Aten.maximum.Call(this, target);

        /// <summary>Smaller of two, element by element.</summary>
        public Tensor minimum(Tensor target) => Aten.minimum.Call(this, target);

        /// <summary>Both true.</summary>
        public Tensor logical_and(Tensor target) => Aten.logical_and.Call(this, target);

        /// <summary>Either true.</summary>
        public Tensor logical_or(Tensor target) => Aten.logical_or.Call(this, target);

        /// <summary>Negated truth values.</summary>
        public Tensor logical_not() => Aten.logical_not.Call(this);

        /// <summary>this + value * tensor1 * tensor2.</summary>
        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value) => Aten.addcmul.Call(this, tensor1, tensor2, value);

        /// <summary>beta * this + alpha * mat1 x mat2.</summary>
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) =>
            Aten.addmm.Call(this, mat1, mat2, (double)beta, (double)alpha);

        /// <summary>this + weight * (end - this).</summary>
        public Tensor lerp(Tensor end, Scalar weight) => Aten.lerp.Call(this, end, weight);

        /// <summary>this + weight * (end - this), in place.</summary>
        public Tensor lerp_(Tensor end, Scalar weight) => Aten.lerp_.CallInPlace(this, end, weight);

        /// <summary>Limits all elements to [<paramref name="min"/>, <paramref name="max"/>].</summary>
        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Aten.clamp.Call(this, min, max);

        /// <summary>Limits all elements to [<paramref name="min"/>, <paramref name="max"/>], in place.</summary>
        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => Aten.clamp_.CallInPlace(this, min, max);

        /// <summary>Limits all elements from below.</summary>
        public Tensor clamp_min(Scalar min) => Aten.clamp_min.Call(this, min);

        /// <summary>Limits all elements from above.</summary>
        public Tensor clamp_max(Scalar max) => Aten.clamp_max.Call(this, max);

        /// <summary>Remainder with the divisor's sign.</summary>
        public Tensor remainder(Scalar divisor) => Aten.remainder.Call(this, divisor);

        /// <summary>The lower triangle; the rest becomes zero.</summary>
        public Tensor tril(long diagonal = 0) => Aten.tril.Call(this, diagonal);

        /// <summary>The upper triangle; the rest becomes zero.</summary>
        public Tensor triu(long diagonal = 0) => Aten.triu.Call(this, diagonal);
    }
}
