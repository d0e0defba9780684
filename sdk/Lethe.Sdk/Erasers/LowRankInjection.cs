using Lethe.Sdk.Diffusion;

namespace Lethe.Sdk.Erasers;

/// <summary>
/// Low-rank adaptation (LoRA; Hu et al. 2022) of a denoiser: <c>W + scale Up Down</c> for any of its linear layers and convolutions.
/// Attach the edit and train its factors; the network's own weights stay as they are.
/// </summary>
public static class LowRankInjection
{
    /// <summary>Makes trainable factors for parameters. <c>Up</c> starts at zero: an edit that is attached untrained changes nothing.</summary>
    /// <param name="parameters">The network's own tensors, from <see cref="Diffusion.IDenoiser.Parameters"/>; biases and norms are left out.</param>
    /// <param name="rank">Rank r of each product, at least 1; a smaller matrix takes its own full rank.</param>
    /// <param name="generator">Source of <c>Down</c>, normal with deviation <c>1/r</c>; drawn from in ordinal order of the names.</param>
    /// <param name="scale">Multiplies every product.</param>
    /// <returns>An edit with factors in the type and on the device of their parameter; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">No parameter is a matrix or a kernel.</exception>
    public static LowRankEdit ToLowRank(
        this IReadOnlyDictionary<string, Tensor> parameters, int rank, torch.Generator generator, double scale = 1)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        using var scope = torch.NewDisposeScope();
        var factors = new SortedDictionary<string, LowRankFactors>(StringComparer.Ordinal);
        foreach (var (name, parameter) in parameters.Where(pair => pair.Value.ndim > 1).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var (outputs, inputs) = (parameter.shape[0], parameter.shape[1..].Aggregate(1L, (product, size) => product * size));
            var own = Math.Min(rank, Math.Min(outputs, inputs));
            var down = torch.randn([own, inputs], ScalarType.Float32, generator: generator) / own;
            factors.Add(name, new LowRankFactors
            {
                Down = TrainableParameters.Leaf(down.to(parameter)),
                Up = TrainableParameters.Leaf(torch.zeros([outputs, own], parameter.dtype, parameter.device)),
            });
        }

        return factors.Count > 0
            ? new LowRankEdit(factors, scale)
            : throw new ArgumentException("none of the parameters is a matrix or a kernel", nameof(parameters));
    }

    /// <summary>What an optimiser takes.</summary>
    /// <param name="edit">The result of <see cref="ToLowRank"/>.</param>
    /// <returns>Its factors, in ordinal order of their names: <c>Down</c>, then <c>Up</c>, of each parameter.</returns>
    /// <exception cref="InvalidCastException">A factor does not come from <see cref="ToLowRank"/>.</exception>
    public static IReadOnlyList<Parameter> AsParameters(this LowRankEdit edit)
    {
        ArgumentNullException.ThrowIfNull(edit);
        return [.. edit.Tensors.Values.Cast<Parameter>()];
    }

    /// <summary>The edit as it is now, no longer trained.</summary>
    /// <param name="edit">The edit; neither changed nor disposed.</param>
    /// <returns>An edit with tensors of its own, without gradients; the caller disposes it.</returns>
    public static LowRankEdit Snapshot(this LowRankEdit edit)
    {
        ArgumentNullException.ThrowIfNull(edit);
        using var still = torch.no_grad();
        var factors = edit.Factors.ToDictionary(
            pair => pair.Key, pair => new LowRankFactors { Down = Copy(pair.Value.Down), Up = Copy(pair.Value.Up) }, StringComparer.Ordinal);
        return new LowRankEdit(factors, edit.Scale);

        static Tensor Copy(Tensor tensor)
        {
            using var scope = torch.NewDisposeScope();
            return tensor.detach().clone().DetachFromDisposeScope();
        }
    }

    /// <summary>The weights that an attached edit amounts to, bit for bit.</summary>
    /// <param name="edit">The edit; neither changed nor disposed.</param>
    /// <param name="parameters">At least the parameters that the edit names, without the edit; not disposed.</param>
    /// <returns>A weight edit of the named parameters, without gradients; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">A parameter is missing.</exception>
    public static ModelEdit Fold(this LowRankEdit edit, IReadOnlyDictionary<string, Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(edit);
        ArgumentNullException.ThrowIfNull(parameters);
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var folded = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, factors) in edit.Factors)
        {
            if (!parameters.TryGetValue(name, out var parameter))
                throw new ArgumentException($"the low-rank edit names `{name}`, which is not among the parameters", nameof(parameters));
            folded.Add(name, parameter + edit.Scale * factors.Up.matmul(factors.Down).reshape(parameter.shape));
        }

        foreach (var tensor in folded.Values)
            tensor.DetachFromDisposeScope();
        return ModelEdit.Weights(folded);
    }
}
