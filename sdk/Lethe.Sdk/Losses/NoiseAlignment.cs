namespace Lethe.Sdk.Losses;

/// <summary>The noise that the student predicts for the target equals what the teacher predicts for the surrogate: mean square.</summary>
public sealed class NoiseAlignment : ILossTerm
{
    /// <inheritdoc/>
    public string Name => "noise-alignment";

    /// <inheritdoc/>
    public Tensor Value(LossStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var (latents, timesteps) = step.Noise(Name);
        using var scope = torch.NewDisposeScope();
        var wanted = step.Teacher.PredictNoise(latents, timesteps, step.Surrogate).detach();
        var predicted = step.Student.PredictNoise(latents, timesteps, step.Target);
        return torch.nn.functional.mse_loss(predicted, wanted).MoveToOuterDisposeScope();
    }
}
