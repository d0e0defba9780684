namespace Lethe.Torch.Modules;

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, 2019).</summary>
public sealed class AdamW : Adam
{
    internal AdamW(IEnumerable<Parameter> parameters, double lr, double beta1, double beta2, double eps, double weightDecay)
        : base(parameters, lr, beta1, beta2, eps, weightDecay, decoupled: true)
    {
    }
}
