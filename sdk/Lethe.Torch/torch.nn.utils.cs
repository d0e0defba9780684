using Lethe.Torch.Modules;
using Lethe.Torch.Native;

namespace Lethe.Torch;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Tools for training.</summary>
        public static class utils
        {
            /// <summary>Scales all gradients so that their joint norm is at most <paramref name="max_norm"/>.</summary>
            /// <returns>The joint norm before.</returns>
            public static double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2.0)
            {
                using var scope = NewDisposeScope();
                using var frozen = no_grad();
                var grads = tensors.Select(tensor => tensor.grad).OfType<Tensor>().ToArray();
                if (grads.Length == 0)
                    return 0;
                var norms = Aten._foreach_norm.CallMany(grads.Length, grads, norm_type);
                var total = Aten.norm.Call(stack(norms), norm_type).item<double>();
                if (total > max_norm)
                    ForEach.Mul(grads, max_norm / (total + 1e-6));
                return total;
            }
        }
    }
}
