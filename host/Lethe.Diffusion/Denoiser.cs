using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Schedules;
using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;

namespace Lethe.Diffusion;

/// <summary>A U-Net as the SDK sees it: it predicts noise whatever it was trained to predict, and carries edits.</summary>
public sealed class Denoiser : IDenoiser, IBindsPrompts
{
    private readonly UNet2DConditionModel network;
    private readonly NoiseSchedule schedule;
    private readonly PredictionType prediction;
    private readonly AttachedEdits edits;
    private readonly bool ownsNetwork;

    /// <param name="network">The network; not owned.</param>
    /// <param name="schedule">Turns velocities into noise; not owned.</param>
    /// <param name="prediction">What the network was trained to predict.</param>
    public Denoiser(UNet2DConditionModel network, NoiseSchedule schedule, PredictionType prediction)
        : this(network, schedule, prediction, ownsNetwork: false)
    {
    }

    private Denoiser(UNet2DConditionModel network, NoiseSchedule schedule, PredictionType prediction, bool ownsNetwork)
    {
        (this.network, this.schedule, this.prediction, this.ownsNetwork) = (network, schedule, prediction, ownsNetwork);
        edits = new AttachedEdits(network);
    }

    /// <inheritdoc/>
    public IReadOnlyList<CrossAttentionLayer> CrossAttention
    {
        get
        {
            edits.Refresh();
            return CrossAttentionLayers.Of(network);
        }
    }

    /// <summary>The shape of the network.</summary>
    public UNet2DConfig Config => network.Config;

    /// <summary>The attached guidance rule, which samplers obey.</summary>
    public IGuidance? Guidance => edits.Guidance;

    /// <inheritdoc/>
    public Tensor PredictNoise(Tensor latents, Tensor timesteps, Tensor textStates)
    {
        using var text = Project(textStates);
        return PredictNoise(latents, timesteps, text);
    }

    /// <summary>As the other overload, from keys and values that serve every step of a sampling run.</summary>
    public Tensor PredictNoise(Tensor latents, Tensor timesteps, TextProjections text)
    {
        using var scope = torch.NewDisposeScope();
        var predicted = network.Forward(latents, timesteps, text);
        var noise = prediction == PredictionType.Epsilon ? predicted : schedule.NoiseOfVelocity(predicted, latents, timesteps);
        return noise.MoveToOuterDisposeScope();
    }

    /// <summary>As the other overloads, at one timestep that need not be whole.</summary>
    /// <param name="latents"><c>[B, C, h, w]</c>, of about unit variance.</param>
    /// <param name="timestep">In [0, T).</param>
    /// <param name="signal">The share of the picture's variance left in the latents, in [0, 1]. At 0 the latents are the noise, and the result is the velocity.</param>
    /// <param name="text">Keys and values of B prompts, or of one for the whole batch.</param>
    /// <exception cref="CheckpointException">The share is 0, and the network predicts noise.</exception>
    public Tensor PredictNoise(Tensor latents, double timestep, double signal, TextProjections text)
    {
        if (signal == 0 && prediction == PredictionType.Epsilon)
            throw new CheckpointException(
                $"{network.Weights.Source} predicts noise, which says nothing about the picture at timestep `{timestep}`, where `rescale_betas_zero_snr` leaves none of it" +
                "\n\nhint: set `timestep_spacing` to `leading`, or choose `euler`");
        using var scope = torch.NewDisposeScope();
        var predicted = network.Forward(latents, torch.tensor([(float)timestep], device: latents.device), text);
        var noise = prediction == PredictionType.Epsilon || signal == 0 ? predicted : Math.Sqrt(signal) * predicted + Math.Sqrt(1 - signal) * latents;
        return noise.MoveToOuterDisposeScope();
    }

    /// <summary>Keys and values of text states <c>[B, L, D]</c>, attached adapters applied; the caller disposes them.</summary>
    public TextProjections Project(Tensor textStates)
    {
        edits.Refresh();
        return network.PrecomputeKeysValues(textStates);
    }

    /// <inheritdoc/>
    public IBoundDenoiser Bind(Tensor textStates) => new Bound(this, Project(textStates));

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> Parameters(ParameterSelection selection)
    {
        edits.Refresh();
        return network.Weights.Parameters(selection.Contains);
    }

    /// <inheritdoc/>
    public IDenoiser Freeze()
    {
        edits.Refresh();
        var weights = new StateDict { Source = network.Weights.Source };
        using (torch.no_grad())
        {
            foreach (var weight in network.Weights.Weights)
            {
                // An edit's tensors may be trained further, the network's own are never changed in place.
                var value = weight.Content.detach();
                if (edits.Touches(weight.Name))
                {
                    using var live = value;
                    value = live.clone();
                }
                weights.AddLike(weight, weight.Name, value);
            }
        }
        var frozen = new Denoiser(new UNet2DConditionModel(network.Config, weights), schedule, prediction, ownsNetwork: true);
        foreach (var adapter in edits.Adapters) frozen.Attach(adapter);
        return frozen;
    }

    /// <inheritdoc/>
    public IDisposable Attach(ModelEdit edit) => edits.Attach(edit);

    public void Dispose()
    {
        edits.Dispose();
        if (!ownsNetwork) return;
        network.Dispose();
        network.Weights.Dispose();
    }

    private sealed class Bound(Denoiser denoiser, TextProjections text) : IBoundDenoiser
    {
        public Tensor PredictNoise(Tensor latents, Tensor timesteps) => denoiser.PredictNoise(latents, timesteps, text);

        public void Dispose() => text.Dispose();
    }
}
