using Lethe.Diffusion.Networks;

namespace Lethe.Training.Stages;

/// <summary>The latents of all pictures, computed once: the autoencoder is frozen by now.</summary>
internal sealed class Latents : IDisposable
{
    private Latents(Tensor mean, Tensor deviation, double scalingFactor) =>
        (Mean, Deviation, ScalingFactor) = (mean, deviation, scalingFactor);

    /// <summary><c>[N, 4, 8, 8]</c>, scaled.</summary>
    public Tensor Mean { get; }

    /// <summary><c>[N, 4, 8, 8]</c>, scaled.</summary>
    public Tensor Deviation { get; }

    /// <summary>Brings the latents of the trained pictures to unit variance.</summary>
    public double ScalingFactor { get; }

    public static Latents Encode(AutoencoderKL network, TrainingPictures pictures)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var (means, deviations) = (new List<Tensor>(), new List<Tensor>());
        foreach (var slice in Enumerable.Range(0, pictures.Objects.Count).Chunk(32))
        {
            using var inner = torch.NewDisposeScope();
            var (mean, logVariance) = network.Encode(pictures.Pick(slice));
            means.Add(mean.MoveToOuterDisposeScope());
            deviations.Add(logVariance.mul(0.5).exp().MoveToOuterDisposeScope());
        }

        var (allMeans, allDeviations) = (torch.cat(means), torch.cat(deviations));
        var trained = torch.tensor(pictures.Trained.Select(i => (long)i).ToArray());
        var centres = allMeans.index_select(0, trained);
        var variance = centres.sub(centres.mean()).square().mean().item<float>()
            + allDeviations.index_select(0, trained).square().mean().item<float>();
        var factor = Math.Round(1 / Math.Sqrt(variance), 5);
        return new Latents(allMeans.mul(factor).DetachFromDisposeScope(), allDeviations.mul(factor).DetachFromDisposeScope(), factor);
    }

    public void Dispose()
    {
        Mean.Dispose();
        Deviation.Dispose();
    }
}
