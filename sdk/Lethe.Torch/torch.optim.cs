using Lethe.Torch.Modules;
using Lethe.Torch.Native;

namespace Lethe.Torch;

public static partial class torch
{
    /// <summary>Optimisers.</summary>
    public static partial class optim
    {
        /// <summary>Base of all optimisers.</summary>
        public abstract class Optimizer : IDisposable
        {
            private readonly OptimizerGroup _group;

            internal Optimizer(IEnumerable<Parameter> parameters, double learningRate)
            {
                _group = new OptimizerGroup(parameters.ToArray(), learningRate);
                ArgumentOutOfRangeException.ThrowIfNegative(learningRate);
            }

            /// <summary>The one group of parameters, whose <see cref="ILearningRateController.LearningRate"/> may be changed between steps.</summary>
            public IEnumerable<ILearningRateController> ParamGroups => [_group];

            internal Parameter[] Parameters => _group.Parameters;

            internal double LearningRate => _group.LearningRate;

            /// <summary>Forgets all gradients.</summary>
            public virtual void zero_grad()
            {
                foreach (var parameter in Parameters)
                    parameter.grad = null;
            }

            /// <summary>Changes the parameters that have a gradient.</summary>
            public void step()
            {
                using var scope = NewDisposeScope();
                using var frozen = no_grad();
                var active = new List<int>(Parameters.Length);
                var grads = new List<Tensor>(Parameters.Length);
                for (var i = 0; i < Parameters.Length; i++)
                {
                    if (Parameters[i].grad is not { } grad)
                        continue;
                    active.Add(i);
                    grads.Add(grad);
                }

                if (active.Count > 0)
                    Step(active.ToArray(), grads.ToArray());
            }

            /// <summary>Frees the state.</summary>
            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            /// <summary>Frees the state.</summary>
            protected virtual void Dispose(bool disposing)
            {
            }

            private protected abstract void Step(int[] active, Tensor[] grads);

            private protected Tensor[] Pick(int[] active) => Array.ConvertAll(active, i => (Tensor)Parameters[i]);
        }

        /// <summary>A learning rate that can be changed.</summary>
        public interface ILearningRateController
        {
            /// <summary>The rate of the next step.</summary>
            double LearningRate { get; set; }

            /// <summary>The rate at the start.</summary>
            double InitialLearningRate { get; set; }
        }

        private sealed class OptimizerGroup(Parameter[] parameters, double learningRate) : ILearningRateController
        {
            public Parameter[] Parameters { get; } = parameters;

            public double LearningRate { get; set; } = learningRate;

            public double InitialLearningRate { get; set; } = learningRate;
        }

        /// <summary>Stochastic gradient descent with momentum.</summary>
        public static Modules.SGD SGD(IEnumerable<Parameter> parameters, double learningRate, double momentum = 0.0, double dampening = 0.0, double weight_decay = 0.0, bool nesterov = false) =>
            new(parameters, learningRate, momentum, dampening, weight_decay, nesterov);

        /// <summary>Adam; weight decay is added to the gradient.</summary>
        public static Modules.Adam Adam(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-08, double weight_decay = 0) =>
            new(parameters, lr, beta1, beta2, eps, weight_decay, decoupled: false);

        /// <summary>Adam with weight decay applied to the parameters themselves.</summary>
        public static Modules.AdamW AdamW(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-08, double weight_decay = 1e-2) =>
            new(parameters, lr, beta1, beta2, eps, weight_decay);
    }

    /// <summary>Joins lists of tensors in one native call each, for optimisers.</summary>
    internal static class ForEach
    {
        internal static void Mul(Tensor[] tensors, double scalar) => Aten._foreach_mul_.CallVoid(tensors, scalar);

        internal static void Add(Tensor[] tensors, Tensor[] others, double alpha) => Aten._foreach_add_.CallVoid(tensors, others, alpha);

        internal static void AddCMul(Tensor[] tensors, Tensor[] first, Tensor[] second, double value) =>
            Aten._foreach_addcmul_.CallVoid(tensors, first, second, value);

        internal static void AddCDiv(Tensor[] tensors, Tensor[] numerators, Tensor[] denominators, double value) =>
            Aten._foreach_addcdiv_.CallVoid(tensors, numerators, denominators, value);

        internal static Tensor[] Sqrt(Tensor[] tensors) => Aten._foreach_sqrt.CallMany(tensors.Length, [tensors]);

        internal static void Div(Tensor[] tensors, double scalar) => Aten._foreach_div_.CallVoid(tensors, scalar);

        internal static void AddScalar(Tensor[] tensors, double scalar) => Aten._foreach_add_scalar_.CallVoid(tensors, scalar);
    }
}
