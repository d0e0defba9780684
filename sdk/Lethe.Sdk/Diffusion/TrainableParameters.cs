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
            copies.Add(name, new Parameter(tensor.detach().clone()));
        return copies;
    }

    /// <summary>What an optimiser takes.</summary>
    /// <param name="trainable">The result of <see cref="ToTrainable"/>.</param>
    /// <returns>The same tensors, in the same order.</returns>
    /// <exception cref="InvalidCastException">A tensor does not come from <see cref="ToTrainable"/>.</exception>
    public static IEnumerable<Parameter> AsParameters(this IReadOnlyDictionary<string, Tensor> trainable)
    {
        ArgumentNullException.ThrowIfNull(trainable);
        return trainable.Values.Cast<Parameter>();
    }
}
