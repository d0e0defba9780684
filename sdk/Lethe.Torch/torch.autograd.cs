using Lethe.Torch.Native;

namespace Lethe.Torch;

public static partial class torch
{
    /// <summary>Stops recording on this thread until disposed.</summary>
    public static IDisposable no_grad() => new GradModeGuard(false);

    /// <summary>Records, or not, on this thread until disposed.</summary>
    public static IDisposable enable_grad(bool enabled = true) => new GradModeGuard(enabled);

    /// <summary>Whether this thread records operations.</summary>
    public static bool is_grad_enabled() => NativeMethods.lt_grad_enabled() != 0;

    private sealed class GradModeGuard : IDisposable
    {
        private readonly bool _before = is_grad_enabled();
        private bool _disposed;

        internal GradModeGuard(bool enabled) => NativeMethods.lt_set_grad_enabled(enabled ? 1 : 0);

        public void Dispose()
        {
            if (_disposed)
                return;
            _disposed = true;
            NativeMethods.lt_set_grad_enabled(_before ? 1 : 0);
        }
    }

    public partial class Tensor
    {
        /// <summary>Adds the gradients of this scalar to all leaves that it depends on.</summary>
        public void backward() => autograd.backward([this]);
    }

    /// <summary>Differentiation by function.</summary>
    public static class autograd
    {
        /// <summary>Adds gradients to all leaves.</summary>
        public static unsafe void backward(
            IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false)
        {
            Span<nint> outputs = Handles(tensors);
            Span<nint> grads = grad_tensors is null ? [] : Handles(grad_tensors);
            fixed (nint* output = outputs)
            fixed (nint* grad = grads)
            {
                var keep = retain_graph ?? create_graph;
                NativeMethods.Check(
                    NativeMethods.lt_backward(output, grad, outputs.Length, keep ? 1 : 0, create_graph ? 1 : 0), "backward");
            }

            GC.KeepAlive(tensors);
            GC.KeepAlive(grad_tensors);
        }

        /// <summary>Gradients of <paramref name="outputs"/> with respect to <paramref name="inputs"/>; unused inputs give null when allowed.</summary>
        public static unsafe IList<Tensor> grad(
            IList<Tensor> outputs,
            IList<Tensor> inputs,
            IList<Tensor>? grad_outputs = null,
            bool retain_graph = false,
            bool create_graph = false,
            bool allow_unused = false)
        {
            Span<nint> outputHandles = Handles(outputs);
            Span<nint> gradHandles = grad_outputs is null ? [] : Handles(grad_outputs);
            Span<nint> inputHandles = Handles(inputs);
            var results = new nint[inputs.Count];
            fixed (nint* output = outputHandles)
            fixed (nint* gradOutput = gradHandles)
            fixed (nint* input = inputHandles)
            fixed (nint* result = results)
            {
                NativeMethods.Check(
                    NativeMethods.lt_grad(
                        output, gradOutput, outputHandles.Length, input, inputHandles.Length, retain_graph ? 1 : 0, create_graph ? 1 : 0, allow_unused ? 1 : 0, result),
                    "grad");
            }

            GC.KeepAlive(outputs);
            GC.KeepAlive(grad_outputs);
            GC.KeepAlive(inputs);
            return Array.ConvertAll(results, handle => handle == 0 ? null! : new Tensor(handle));
        }

        private static nint[] Handles(IList<Tensor> tensors)
        {
            var handles = new nint[tensors.Count];
            for (var i = 0; i < handles.Length; i++)
                handles[i] = tensors[i].Handle;
            return handles;
        }
    }
}
