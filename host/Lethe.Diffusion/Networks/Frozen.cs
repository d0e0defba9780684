using AutogradContext = TorchSharp.torch.autograd.AutogradContext;

namespace Lethe.Diffusion.Networks;

/// <summary>
/// Layers whose weights are usually not trained, cheaper in memory than autograd makes them. PyTorch's convolution keeps its input for the gradient
/// of a weight that nobody wants, and a weight in half precision would be kept widened; here a pass keeps neither. The numbers are those of the plain
/// layer on the widened weight. A weight or bias that wants a gradient takes the plain way.
/// </summary>
internal static class Frozen
{
    private static readonly long[] One = [1, 1];
    private static readonly long[] None = [0, 0];

    /// <summary><c>x W^T + b</c>, weight <c>[outputs, inputs]</c>.</summary>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias)
    {
        // Autograd keeps the input for a trained weight alone, so only a narrow weight gains.
        if (weight.dtype == x.dtype)
            return torch.nn.functional.linear(x, weight, bias);
        using var scope = torch.NewDisposeScope();
        return (KeepsNothing(x, weight, bias) ? LinearFunction.apply(x, weight, bias!) : torch.nn.functional.linear(x, weight.to(x.dtype), bias))
            .MoveToOuterDisposeScope();
    }

    /// <summary>2-D convolution, <c>[B, inputs, H, W]</c> with <c>[outputs, inputs, kernel, kernel]</c>.</summary>
    public static Tensor Convolve(Tensor x, Tensor weight, Tensor? bias = null, long[]? stride = null, long[]? padding = null)
    {
        (stride, padding) = (stride ?? One, padding ?? None);
        // Also frees at once what the function makes for its own needs.
        using var scope = torch.NewDisposeScope();
        return (KeepsNothing(x, weight, bias)
            ? ConvolutionFunction.apply(x, weight, bias!, stride, padding)
            : torch.nn.functional.conv2d(x, weight.to(x.dtype), bias, stride, padding)).MoveToOuterDisposeScope();
    }

    private static bool KeepsNothing(Tensor x, Tensor weight, Tensor? bias) =>
        torch.is_grad_enabled() && x.requires_grad && !weight.requires_grad && bias?.requires_grad != true;

    /// <summary>
    /// The engine copies the handle of a returned gradient but leaves the object to the caller's dispose scope or the collector, so each gradient of the
    /// pass would stay until its end. The next call on the thread frees the one before it.
    /// </summary>
    [ThreadStatic]
    private static Tensor? returned;

    private static List<Tensor> Return(Tensor gradient, int inputs)
    {
        returned?.Dispose();
        returned = gradient.DetachFromDisposeScope();
        return [gradient, .. Enumerable.Repeat<Tensor>(null!, inputs - 1)];
    }

    private sealed class LinearFunction : torch.autograd.SingleTensorFunction<LinearFunction>
    {
        public override string Name => "frozen_linear";

        public override Tensor forward(AutogradContext ctx, params object[] vars)
        {
            var (x, weight) = ((Tensor)vars[0], (Tensor)vars[1]);
            ctx.save_for_backward([weight]);
            return torch.nn.functional.linear(x, weight.to(x.dtype), (Tensor?)vars[2]);
        }

        public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output)
        {
            using var scope = torch.NewDisposeScope();
            using (grad_output)
                return Return(grad_output.matmul(ctx.get_saved_variables()[0].to(grad_output.dtype)), 3);
        }
    }

    private sealed class ConvolutionFunction : torch.autograd.SingleTensorFunction<ConvolutionFunction>
    {
        public override string Name => "frozen_convolution";

        public override Tensor forward(AutogradContext ctx, params object[] vars)
        {
            var (x, weight) = ((Tensor)vars[0], (Tensor)vars[1]);
            var (stride, padding) = ((long[])vars[3], (long[])vars[4]);
            ctx.save_for_backward([weight]);
            ctx.save_data("height", x.size(2));
            ctx.save_data("width", x.size(3));
            ctx.save_data("stride", stride);
            ctx.save_data("padding", padding);
            return torch.nn.functional.conv2d(x, weight.to(x.dtype), (Tensor?)vars[2], stride, padding);
        }

        public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output)
        {
            using var scope = torch.NewDisposeScope();
            using var kept = grad_output;
            var weight = ctx.get_saved_variables()[0].to(grad_output.dtype);
            var (stride, padding) = ((long[])ctx.get_data("stride"), (long[])ctx.get_data("padding"));
            // A stride skips up to stride - 1 rows and columns at the far edge, which the output's size does not tell.
            long[] skipped =
            [
                Skipped((long)ctx.get_data("height"), grad_output.size(2), weight.size(2), stride[0], padding[0]),
                Skipped((long)ctx.get_data("width"), grad_output.size(3), weight.size(3), stride[1], padding[1]),
            ];
            return Return(torch.nn.functional.conv_transpose2d(grad_output, weight, null, stride, padding, skipped), 5);
        }

        private static long Skipped(long input, long output, long kernel, long stride, long padding) =>
            input - ((output - 1) * stride - 2 * padding + kernel);
    }
}
