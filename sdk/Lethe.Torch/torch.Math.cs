using Lethe.Torch.Native;

namespace Lethe.Torch;

public static partial class torch
{
    /// <summary>Absolute value.</summary>
    public static Tensor abs(Tensor input) => Aten.abs.Call(input);

    /// <summary>Exponential.</summary>
    public static Tensor exp(Tensor input) => Aten.exp.Call(input);

    /// <summary>Natural logarithm.</summary>
    public static Tensor log(Tensor input) => Aten.log.Call(input);

    /// <summary>Logarithm to base 2.</summary>
    public static Tensor log2(Tensor input) => Aten.log2.Call(input);

    /// <summary>Logarithm to base 10.</summary>
    public static Tensor log10(Tensor input) => Aten.log10.Call(input);

    /// <summary>Square root.</summary>
    public static Tensor sqrt(Tensor input) => Aten.sqrt.Call(input);

    /// <summary>1 / square root.</summary>
    public static Tensor rsqrt(Tensor input) => Aten.rsqrt.Call(input);

    /// <summary>Sine.</summary>
    public static Tensor sin(Tensor input) => Aten.sin.Call(input);

    /// <summary>Cosine.</summary>
    public static Tensor cos(Tensor input) => Aten.cos.Call(input);

    /// <summary>Hyperbolic tangent.</summary>
    public static Tensor tanh(Tensor input) => Aten.tanh.Call(input);

    /// <summary>Logistic function.</summary>
    public static Tensor sigmoid(Tensor input) => Aten.sigmoid.Call(input);

    /// <summary>Rectifier.</summary>
    public static Tensor relu(Tensor input) => Aten.relu.Call(input);

    /// <summary>Negation.</summary>
    public static Tensor neg(Tensor input) => Aten.neg.Call(input);

    /// <summary>Square.</summary>
    public static Tensor square(Tensor input) => Aten.square.Call(input);

    /// <summary>1 / x.</summary>
    public static Tensor reciprocal(Tensor input) => Aten.reciprocal.Call(input);

    /// <summary>Rounds down.</summary>
    public static Tensor floor(Tensor input) => Aten.floor.Call(input);

    /// <summary>Rounds up.</summary>
    public static Tensor ceil(Tensor input) => Aten.ceil.Call(input);

    /// <summary>Sign.</summary>
    public static Tensor sign(Tensor input) => Aten.sign.Call(input);

    /// <summary>Which elements are NaN.</summary>
    public static Tensor isnan(Tensor input) => Aten.isnan.Call(input);

    /// <summary>Which elements are finite.</summary>
    public static Tensor isfinite(Tensor input) => Aten.isfinite.Call(input);

    /// <summary>Error function.</summary>
    public static Tensor erf(Tensor input) => Aten.erf.Call(input);

    /// <summary>Rounds to the nearest integer, ties to even.</summary>
    public static Tensor round(Tensor input, long decimals = 0) => input.round(decimals);

    /// <summary>Power.</summary>
    public static Tensor pow(Tensor left, Tensor right) => left.pow(right);

    /// <summary>Power.</summary>
    public static Tensor pow(Tensor left, Scalar right) => left.pow(right);

    /// <summary>Which elements are equal.</summary>
    public static Tensor eq(Tensor left, Tensor right) => left.eq(right);

    /// <summary>Which elements are equal.</summary>
    public static Tensor eq(Tensor left, Scalar right) => left.eq(right);

    /// <summary>Which elements differ.</summary>
    public static Tensor ne(Tensor left, Tensor right) => left.ne(right);

    /// <summary>Which elements differ.</summary>
    public static Tensor ne(Tensor left, Scalar right) => left.ne(right);

    /// <summary>Which elements are smaller.</summary>
    public static Tensor lt(Tensor left, Tensor right) => left.lt(right);

    /// <summary>Which elements are smaller.</summary>
    public static Tensor lt(Tensor left, Scalar right) => left.lt(right);

    /// <summary>Which elements are smaller or equal.</summary>
    public static Tensor le(Tensor left, Tensor right) => left.le(right);

    /// <summary>Which elements are smaller or equal.</summary>
    public static Tensor le(Tensor left, Scalar right) => left.le(right);

    /// <summary>Which elements are greater.</summary>
    public static Tensor gt(Tensor left, Tensor right) => left.gt(right);

    /// <summary>Which elements are greater.</summary>
    public static Tensor gt(Tensor left, Scalar right) => left.gt(right);

    /// <summary>Which elements are greater or equal.</summary>
    public static Tensor ge(Tensor left, Tensor right) => left.ge(right);

    /// <summary>Which elements are greater or equal.</summary>
    public static Tensor ge(Tensor left, Scalar right) => left.ge(right);

    /// <summary>Sum.</summary>
    public static Tensor add(Tensor left, Tensor right) => left.add(right);

    /// <summary>Sum.</summary>
    public static Tensor add(Tensor left, Scalar right) => left.add(right);

    /// <summary>Difference.</summary>
    public static Tensor sub(Tensor left, Tensor right) => left.sub(right);

    /// <summary>Difference.</summary>
    public static Tensor sub(Tensor left, Scalar right) => left.sub(right);

    /// <summary>Product, element by element.</summary>
    public static Tensor mul(Tensor left, Tensor right) => left.mul(right);

    /// <summary>Product, element by element.</summary>
    public static Tensor mul(Tensor left, Scalar right) => left.mul(right);

    /// <summary>Quotient, element by element.</summary>
    public static Tensor div(Tensor left, Tensor right) => left.div(right);

    /// <summary>Quotient, element by element.</summary>
    public static Tensor div(Tensor left, Scalar right) => left.div(right);

    /// <summary>Matrix product, batched over leading dimensions.</summary>
    public static Tensor matmul(Tensor left, Tensor right) => left.matmul(right);

    /// <summary>Product of two matrices.</summary>
    public static Tensor mm(Tensor left, Tensor right) => left.mm(right);

    /// <summary>Products of two batches of matrices, `[B, n, m] x [B, m, p]`.</summary>
    public static Tensor bmm(Tensor left, Tensor right) => left.bmm(right);

    /// <summary>Matrix times vector.</summary>
    public static Tensor mv(Tensor left, Tensor right) => left.mv(right);

    /// <summary>Inner product of two vectors.</summary>
    public static Tensor dot(Tensor left, Tensor right) => left.dot(right);

    /// <summary>Outer product of two vectors.</summary>
    public static Tensor outer(Tensor left, Tensor right) => left.outer(right);

    /// <summary>Greater of two, element by element.</summary>
    public static Tensor maximum(Tensor left, Tensor right) => left.maximum(right);

    /// <summary>Smaller of two, element by element.</summary>
    public static Tensor minimum(Tensor left, Tensor right) => left.minimum(right);

    /// <summary>Both true.</summary>
    public static Tensor logical_and(Tensor left, Tensor right) => left.logical_and(right);

    /// <summary>Either true.</summary>
    public static Tensor logical_or(Tensor left, Tensor right) => left.logical_or(right);

    /// <summary>Limits all elements to [<paramref name="min"/>, <paramref name="max"/>].</summary>
    public static Tensor clamp(Tensor input, Scalar? min = null, Scalar? max = null) => input.clamp(min, max);

    /// <summary>beta * input + alpha * mat1 x mat2.</summary>
    public static Tensor addmm(Tensor input, Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => input.addmm(mat1, mat2, beta, alpha);

    /// <summary>input + weight * (end - input).</summary>
    public static Tensor lerp(Tensor input, Tensor end, Scalar weight) => input.lerp(end, weight);

    /// <summary>The lower triangle; the rest becomes zero.</summary>
    public static Tensor tril(Tensor input, long diagonal = 0) => input.tril(diagonal);

    /// <summary>The upper triangle; the rest becomes zero.</summary>
    public static Tensor triu(Tensor input, long diagonal = 0) => input.triu(diagonal);

    /// <summary>Elements of <paramref name="x"/> where <paramref name="condition"/> holds, of <paramref name="y"/> elsewhere.</summary>
    public static Tensor where(Tensor condition, Tensor x, Tensor y) => Aten.where.Call(condition, x, y);

    /// <summary>Product by Einstein's summation convention.</summary>
    public static Tensor einsum(string equation, params Tensor[] tensors) => Aten.einsum.Call(equation, tensors);

    /// <summary>Pairwise Euclidean distances, `[..., n, d] x [..., m, d] -> [..., n, m]`.</summary>
    public static Tensor cdist(Tensor x1, Tensor x2, double p = 2.0) => Aten.cdist.Call(x1, x2, p);
}
