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
        return Predict(teacher, [(this, latents)], timesteps)[0];
    }

    /// <summary>Several noises, all prompts of all of them predicted as one batch, without gradient.</summary>
    /// <param name="teacher">The frozen network.</param>
    /// <param name="wanted">Each noise with its latents <c>[B, C, h, w]</c>, of one shape.</param>
    /// <param name="timesteps"><c>[1]</c> or <c>[B]</c>, int64: of all of them.</param>
    /// <returns><c>[B, C, h, w]</c> each; the caller disposes them.</returns>
    internal static Tensor[] Predict(IDenoiser teacher, IReadOnlyList<(NoiseCombination Noise, Tensor Latents)> wanted, Tensor timesteps)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var asked = wanted.SelectMany(one => one.Noise._parts.Where(part => part.Weight != 0).Select(part => (one.Latents, part.States))).ToList();
        var predicted = asked.Count == 0 ? [] : PredictTogether(teacher, timesteps, asked);
        var next = 0;
        return [.. wanted.Select(one => one.Noise._parts.Where(part => part.Weight != 0)
            .Aggregate(torch.zeros_like(one.Latents), (sum, part) => sum + (predicted[next++] * part.Weight)).MoveToOuterDisposeScope())];
    }

    /// <summary>What a network predicts for several prompts and latents at one level of noise, as one batch.</summary>
    /// <param name="denoiser">The network.</param>
    /// <param name="timesteps"><c>[1]</c> or <c>[B]</c>, int64.</param>
    /// <param name="asked">Latents <c>[B, C, h, w]</c>, of one shape, and text states <c>[1, L, D]</c> or <c>[B, L, D]</c>.</param>
    /// <returns><c>[B, C, h, w]</c> each, views of one tensor.</returns>
    internal static Tensor[] PredictTogether(IDenoiser denoiser, Tensor timesteps, IReadOnlyList<(Tensor Latents, Tensor States)> asked) =>
        denoiser.PredictNoise(
            torch.cat([.. asked.Select(one => one.Latents)]),
            timesteps.shape[0] == 1 ? timesteps : torch.cat([.. asked.Select(_ => timesteps)]),
            torch.cat([.. asked.Select(one => Rows(one.States, one.Latents.shape[0]))])).chunk(asked.Count);

    private static Tensor Rows(Tensor states, long batch) => states.shape[0] == batch ? states : states.expand(batch, -1, -1);
}
