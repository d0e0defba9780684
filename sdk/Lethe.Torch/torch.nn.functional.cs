using Lethe.Torch.Native;

namespace Lethe.Torch;

public static partial class torch
{
    /// <summary>Sampling of <c>interpolate</c>.</summary>
    public enum InterpolationMode
    {
        /// <summary>Nearest pixel.</summary>
        Nearest = 0,

        /// <summary>Bilinear.</summary>
        Bilinear = 2,

        /// <summary>Bicubic.</summary>
        Bicubic = 3,

        /// <summary>Mean of the area.</summary>
        Area = 6,
    }

    /// <summary>How <c>pad</c> fills.</summary>
    public enum PaddingModes
    {
        /// <summary>One value.</summary>
        Constant = 0,

        /// <summary>Mirrored at the edge.</summary>
        Reflect = 1,

        /// <summary>The edge repeated.</summary>
        Replicate = 2,

        /// <summary>From the other side.</summary>
        Circular = 3,
    }

    /// <summary>Neural networks.</summary>
    public static partial class nn
    {
        /// <summary>How a loss joins its elements.</summary>
        public enum Reduction
        {
            /// <summary>Not at all.</summary>
            None = 0,

            /// <summary>Mean.</summary>
            Mean = 1,

            /// <summary>Sum.</summary>
            Sum = 2,
        }

        /// <summary>A tensor to be trained.</summary>
        public static Modules.Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);

        /// <summary>Functions without state.</summary>
        public static class functional
        {
            /// <summary>2-D convolution, `[B, Cin, H, W] * [Cout, Cin/groups, kh, kw]`.</summary>
            public static Tensor conv2d(
                Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1) =>
                Aten.conv2d.Call(input, weight, bias, strides ?? One, padding ?? Zero, dilation ?? One, groups);

            /// <summary>
            /// As <see cref="conv2d"/> of a weight that is not trained, which may be narrower than the input and is then widened for the moment. Unlike there,
            /// neither the input nor the widened weight is kept for the gradient. A weight or bias that wants a gradient takes the plain way.
            /// </summary>
            public static Tensor frozen_conv2d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null) =>
                Aten.frozen_conv2d.Call(input, weight, bias, strides ?? One, padding ?? Zero);

            /// <summary>`x W^T + b`, weight `[out, in]`.</summary>
            public static Tensor linear(Tensor input, Tensor weight, Tensor? bias = null) => Aten.linear.Call(input, weight, bias);

            /// <summary>Normalises groups of channels.</summary>
            public static Tensor group_norm(Tensor input, long num_groups, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5) =>
                Aten.group_norm.Call(input, num_groups, weight, bias, eps);

            /// <summary>Normalises the last dimensions.</summary>
            public static Tensor layer_norm(Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5) =>
                Aten.layer_norm.Call(input, normalized_shape, weight, bias, eps);

            /// <summary>Normalises channels over the batch.</summary>
            public static Tensor batch_norm(
                Tensor input, Tensor running_mean, Tensor running_var, Tensor? weight = null, Tensor? bias = null, bool training = false, double momentum = 0.1, double eps = 1e-5) =>
                Aten.batch_norm.Call(input, weight, bias, running_mean, running_var, training, momentum, eps, false);

            /// <summary>x * sigmoid(x).</summary>
            public static Tensor silu(Tensor x, bool inplace = false) => inplace ? Aten.silu_.CallInPlace(x) : Aten.silu.Call(x);

            /// <summary>Gaussian error linear unit, exact.</summary>
            public static Tensor gelu(Tensor x, bool inplace = false) => inplace ? Aten.gelu_.CallInPlace(x) : Aten.gelu.Call(x);

            /// <summary>Rectifier.</summary>
            public static Tensor relu(Tensor x, bool inplace = false) => inplace ? Aten.relu_.CallInPlace(x) : Aten.relu.Call(x);

            /// <summary>Leaky rectifier.</summary>
            public static Tensor leaky_relu(Tensor input, double negative_slope = 0.01, bool inplace = false) =>
                inplace ? Aten.leaky_relu_.CallInPlace(input, negative_slope) : Aten.leaky_relu.Call(input, negative_slope);

            /// <summary>Logistic function.</summary>
            public static Tensor sigmoid(Tensor x) => x.sigmoid();

            /// <summary>Hyperbolic tangent.</summary>
            public static Tensor tanh(Tensor x) => x.tanh();

            /// <summary>log(1 + exp(x)).</summary>
            public static Tensor softplus(Tensor x, double beta = 1, double threshold = 20) => Aten.softplus.Call(x, beta, threshold);

            /// <summary>log(sigmoid(x)).</summary>
            public static Tensor logsigmoid(Tensor x) => Aten.log_sigmoid.Call(x);

            /// <summary>Exponentials that sum to 1 along a dimension.</summary>
            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => input.softmax(dim, dtype);

            /// <summary>Logarithm of softmax.</summary>
            public static Tensor log_softmax(Tensor input, long dim, ScalarType? dtype = null) => input.log_softmax(dim, dtype);

            /// <summary>Sets elements to zero at random while training.</summary>
            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                inplace ? Aten.dropout_.CallInPlace(input, p, training) : Aten.dropout.Call(input, p, training);

            /// <summary>Rows of <paramref name="weight"/> at indices <paramref name="x"/>.</summary>
            public static Tensor embedding(Tensor x, Tensor weight) => Aten.embedding.Call(weight, x);

            /// <summary>Scales vectors to length 1.</summary>
            public static Tensor normalize(Tensor input, float p = 2.0f, long dim = 1L, float eps = 1e-12f) =>
                input / input.norm((int)dim, true, p).clamp_min(eps);

            /// <summary>Cosine of the angle between vectors.</summary>
            public static Tensor cosine_similarity(Tensor x1, Tensor x2, long dim = 1, double eps = 1e-8) =>
                Aten.cosine_similarity.Call(x1, x2, dim, eps);

            /// <summary>Pads the last dimensions; the pairs start with the last dimension.</summary>
            public static Tensor pad(Tensor input, long[] pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                mode switch
                {
                    PaddingModes.Constant => Aten.constant_pad_nd.Call(input, pad, value),
                    PaddingModes.Reflect => Aten.reflection_pad2d.Call(input, pad),
                    PaddingModes.Replicate => Aten.replication_pad2d.Call(input, pad),
                    _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "constant, reflect or replicate is expected"),
                };

            /// <summary>Resizes pictures `[B, C, H, W]` to a size or by a factor.</summary>
            public static Tensor interpolate(
                Tensor x, long[]? size = null, double[]? scale_factor = null, InterpolationMode mode = InterpolationMode.Nearest, bool? align_corners = null) =>
                mode switch
                {
                    InterpolationMode.Nearest => Aten.upsample_nearest2d.Call(x, size, scale_factor),
                    InterpolationMode.Bilinear => Aten.upsample_bilinear2d.Call(x, size, align_corners ?? false, scale_factor),
                    InterpolationMode.Bicubic => Aten.upsample_bicubic2d.Call(x, size, align_corners ?? false, scale_factor),
                    InterpolationMode.Area when size is not null => Aten.adaptive_avg_pool2d.Call(x, size),
                    _ => throw new ArgumentException($"`{mode}` needs a size", nameof(mode)),
                };

            /// <summary>Resamples pictures at a grid `[B, H, W, 2]` in [-1, 1]; bilinear, zeros outside.</summary>
            public static Tensor grid_sample(Tensor input, Tensor grid, bool align_corners = false) =>
                Aten.grid_sampler.Call(input, grid, 0L, 0L, align_corners);

            /// <summary>Sampling grid `[B, H, W, 2]` of affine maps `[B, 2, 3]`.</summary>
            public static Tensor affine_grid(Tensor theta, long[]? size = null, bool align_corners = false) =>
                Aten.affine_grid_generator.Call(theta, size, align_corners);

            /// <summary>Mean over windows.</summary>
            public static Tensor avg_pool2d(Tensor input, long kernel_size, long? stride = null) =>
                Aten.avg_pool2d.Call(input, new[] { kernel_size, kernel_size }, new[] { stride ?? kernel_size, stride ?? kernel_size });

            /// <summary>Greatest over windows.</summary>
            public static Tensor max_pool2d(Tensor input, long kernel_size, long? stride = null) =>
                Aten.max_pool2d.Call(input, new[] { kernel_size, kernel_size }, new[] { stride ?? kernel_size, stride ?? kernel_size });

            /// <summary>Mean over as many windows as the output has pixels.</summary>
            public static Tensor adaptive_avg_pool2d(Tensor input, long[] output_size) => Aten.adaptive_avg_pool2d.Call(input, output_size);

            /// <summary>Squared error.</summary>
            public static Tensor mse_loss(Tensor input, Tensor target, nn.Reduction reduction = nn.Reduction.Mean) =>
                Aten.mse_loss.Call(input, target, (long)reduction);

            /// <summary>Absolute error.</summary>
            public static Tensor l1_loss(Tensor input, Tensor target, nn.Reduction reduction = nn.Reduction.Mean) =>
                Aten.l1_loss.Call(input, target, (long)reduction);

            /// <summary>Cross-entropy of logits and class numbers or probabilities.</summary>
            public static Tensor cross_entropy(
                Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, nn.Reduction reduction = nn.Reduction.Mean, double label_smoothing = 0) =>
                Aten.cross_entropy_loss.Call(input, target, weight, (long)reduction, ignore_index, label_smoothing);

            /// <summary>Binary cross-entropy of logits.</summary>
            public static Tensor binary_cross_entropy_with_logits(Tensor input, Tensor target, nn.Reduction reduction = nn.Reduction.Mean) =>
                Aten.binary_cross_entropy_with_logits.Call(input, target, Argument.None, Argument.None, (long)reduction);

            private static readonly long[] One = [1, 1];
            private static readonly long[] Zero = [0, 0];
        }
    }
}
