using Lethe.Sdk.Diffusion;

namespace Lethe.Sdk.Losses;

/// <summary>A noise to aim at: a weighted sum of what a frozen network predicts for several prompts, <c>sum w_i e(z, t, c_i)</c>.</summary>
public sealed class NoiseCombination
{
    private readonly List<(double Weight, Tensor States)> _parts = [];

    /// <summary>The prediction for one prompt.</summary>
    /// <param name="states"><c>[1, L, D]</c> or <c>[B, L, D]</c>; not disposed.</param>
    public static NoiseCombination Of(Tensor states) => new NoiseCombination().Add(1, states);

    /// <summary>
    /// Classifier-free guidance turned round: <c>e(start) - eta [e(concept) - e(empty)]</c>. With <c>start = empty</c> it is the target of ESD
    /// (Gandikota et al. 2023).
    /// </summary>
    /// <param name="start">Text states to start from.</param>
    /// <param name="concept">Text states of what to move away from.</param>
    /// <param name="empty">Text states of the empty prompt.</param>
    /// <param name="eta">How far.</param>
    public static NoiseCombination AwayFrom(Tensor start, Tensor concept, Tensor empty, double eta) =>
        Of(start).Add(eta, empty).Add(-eta, concept);

    /// <summary>Adds a prompt; the weights of one and the same tensor are summed, and what weighs nothing is not evaluated.</summary>
    /// <param name="weight">Its weight.</param>
    /// <param name="states"><c>[1, L, D]</c> or <c>[B, L, D]</c>; not disposed.</param>
    /// <returns>This object.</returns>
    public NoiseCombination Add(double weight, Tensor states)
    {
        ArgumentNullException.ThrowIfNull(states);
        var known = _parts.FindIndex(part => ReferenceEquals(part.States, states));
        if (known >= 0)
            _parts[known] = (_parts[known].Weight + weight, states);
        else
            _parts.Add((weight, states));
        return this;
    }

    /// <summary>The noise, all prompts predicted as one batch, without gradient.</summary>
    /// <param name="teacher">The frozen network.</param>
    /// <param name="latents"><c>[B, C, h, w]</c>.</param>
    /// <param name="timesteps"><c>[1]</c> or <c>[B]</c>, int64.</param>
    /// <returns><c>[B, C, h, w]</c>; the caller disposes it.</returns>
    public Tensor Predict(IDenoiser teacher, Tensor latents, Tensor timesteps)
    {
        ArgumentNullException.ThrowIfNull(teacher);
        ArgumentNullException.ThrowIfNull(latents);
        ArgumentNullException.ThrowIfNull(timesteps);
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var parts = _parts.FindAll(part => part.Weight != 0);
        if (parts.Count == 0)
            return torch.zeros_like(latents).MoveToOuterDisposeScope();
        var (batch, count) = (latents.shape[0], parts.Count);
        var predicted = count == 1
            ? [teacher.PredictNoise(latents, timesteps, Rows(parts[0].States, batch))]
            : teacher.PredictNoise(
                torch.cat([.. Enumerable.Repeat(latents, count)]),
                timesteps.shape[0] == 1 ? timesteps : torch.cat([.. Enumerable.Repeat(timesteps, count)]),
                torch.cat([.. parts.Select(part => Rows(part.States, batch))])).chunk(count);
        return predicted.Zip(parts).Select(pair => pair.First * pair.Second.Weight).Aggregate((sum, next) => sum + next).MoveToOuterDisposeScope();
    }

    private static Tensor Rows(Tensor states, long batch) => states.shape[0] == batch ? states : states.expand(batch, -1, -1);
}
