using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Training;

namespace Lethe.Plugins.AdvPreserve;

/// <summary>
/// What a step draws: concept, prompt, noise level and noise. Its tensors are rewritten in place, because a paired search hands them on to
/// the next step, which may come after a restart.
/// </summary>
internal sealed class TrainingDraw : IDisposable
{
    private readonly Tensor _numbers;

    /// <param name="noise"><c>[B, C, h, w]</c>, of the right shape and place.</param>
    /// <param name="prompt"><c>[1, L, D]</c>, likewise.</param>
    public TrainingDraw(Tensor noise, Tensor prompt)
    {
        Noise = noise.clone().DetachFromDisposeScope();
        Prompt = prompt.clone().DetachFromDisposeScope();
        Timesteps = torch.zeros([1], ScalarType.Int64, noise.device).DetachFromDisposeScope();
        _numbers = torch.zeros([3], ScalarType.Int64).DetachFromDisposeScope();
    }

    /// <summary><c>[B, C, h, w]</c>, standard normal.</summary>
    public Tensor Noise { get; }

    /// <summary><c>[1, L, D]</c>: c_e.</summary>
    public Tensor Prompt { get; }

    /// <summary><c>[1]</c>, int64: t.</summary>
    public Tensor Timesteps { get; }

    /// <summary>Index of the concept that the prompt belongs to.</summary>
    public int Concept => (int)_numbers.data<long>()[0];

    /// <summary>Grid point k and t.</summary>
    public NoiseLevel Level => new((int)_numbers.data<long>()[1], (int)_numbers.data<long>()[2]);

    /// <summary>Everything, for the checkpoint.</summary>
    public IReadOnlyDictionary<string, Tensor> State => new Dictionary<string, Tensor>
    {
        ["noise"] = Noise,
        ["prompt"] = Prompt,
        ["timesteps"] = Timesteps,
        ["numbers"] = _numbers,
    };

    /// <summary>Draws anew: concept and prompt, level, noise.</summary>
    public void Next(ConceptPrompts prompts, PartialSampler sampler, StopRule rule, torch.Generator generator)
    {
        using var scope = torch.NewDisposeScope();
        var (concept, states) = prompts.Draw(generator);
        var level = sampler.DrawLevel(generator, rule == StopRule.Aligned);
        Prompt.copy_(states);
        Noise.copy_(torch.randn(Noise.shape, generator: generator));
        Timesteps.fill_(level.Timestep);
        _numbers.copy_(torch.tensor(new long[] { concept, level.Bucket, level.Timestep }));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in State.Values)
            tensor.Dispose();
    }
}
