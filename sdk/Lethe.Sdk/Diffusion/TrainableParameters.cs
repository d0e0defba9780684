namespace Lethe.Sdk.Diffusion;

/// <summary>Makes copies of parameters that an eraser may train.</summary>
public static class TrainableParameters
{
    /// <summary>Copies parameters into leaf tensors that require gradients.</summary>
    /// <param name="parameters">The network's own tensors, from <see cref="IDenoiser.Parameters"/>.</param>
    /// <returns>Same names, same order; the caller owns the tensors, usually by handing them to an edit.</returns>
    public static IReadOnlyDictionary<string, Tensor> ToTrainable(this IReadOnlyDictionary<string, Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        using var scope = torch.NewDisposeScope();
        var copies = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, tensor) in parameters)
            copies.Add(name, tensor.detach().clone().requires_grad_().DetachFromDisposeScope());
        return copies;
    }
}
