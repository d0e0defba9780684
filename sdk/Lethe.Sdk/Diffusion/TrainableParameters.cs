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
            copies.Add(name, Leaf(tensor.detach().clone()));
        return copies;
    }

    /// <summary>A tensor to be trained, which outlives the dispose scope it is made in; <c>new Parameter</c> alone would end with the scope.</summary>
    /// <param name="data">Its start; taken over, so it can no longer be used.</param>
    /// <param name="requiresGradient">False for one that is kept with the others but stays as it is.</param>
    /// <returns>A leaf of the graph; the caller disposes it.</returns>
    public static Parameter Leaf(Tensor data, bool requiresGradient = true)
    {
        var leaf = new Parameter(data, requiresGradient);
        leaf.DetachFromDisposeScope();
        return leaf;
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
