using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;

namespace Plugins.Tests;

/// <summary>Answers with half of what it is shown, and remembers what it was asked.</summary>
internal sealed class CountingDenoiser : IDenoiser
{
    public List<(long Timestep, long Batch)> Calls { get; } = [];

    public IReadOnlyList<CrossAttentionLayer> CrossAttention => [];

    public Tensor PredictNoise(Tensor latents, Tensor timesteps, Tensor textStates)
    {
        Assert.Equal(latents.shape[0], textStates.shape[0]);
        Calls.Add((timesteps[0].item<long>(), latents.shape[0]));
        return latents * 0.5;
    }

    public IReadOnlyDictionary<string, Tensor> Parameters(ParameterSelection selection) => new Dictionary<string, Tensor>();

    public IDenoiser Freeze() => this;

    public IDisposable Attach(ModelEdit edit) => throw new NotSupportedException("no parameters");

    public void Dispose()
    {
    }
}
