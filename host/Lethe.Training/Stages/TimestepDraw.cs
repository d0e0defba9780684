using Lethe.Diffusion.Schedules;
using Lethe.Training.Runs;

namespace Lethe.Training.Stages;

/// <summary>
/// Draws timesteps in proportion to the weight that min-SNR (Hang et al. 2023, Eq. 9) gives the noise error, <c>min(snr, 5) / snr</c>.
/// The expected gradient is the weighted loss's, but no work goes into timesteps that hardly count. Timesteps below
/// <see cref="LookEnds"/> come <see cref="LookTimes"/> times as often: real pictures that were noised to there and denoised again
/// kept their object nearly always and lost their style as often as pictures drawn from nothing, so the look is decided below.
/// </summary>
internal sealed class TimestepDraw
{
    private const int LookEnds = 550;
    private const double LookTimes = 3;

    private readonly double[] cumulative;

    public TimestepDraw(NoiseSchedule schedule, double largestRatio)
    {
        cumulative = new double[schedule.TrainTimesteps];
        var sum = 0.0;
        for (var t = 0; t < cumulative.Length; t++)
        {
            var left = schedule.AlphaAt(t);
            var ratio = left / (1 - left);
            cumulative[t] = sum += (t < LookEnds ? LookTimes : 1) * Math.Min(ratio, largestRatio) / ratio;
        }
    }

    /// <summary>One timestep per picture, int64 <c>[count]</c>; spread evenly over the batch, which makes the loss less noisy.</summary>
    public Tensor Draw(int count, StepRandom random)
    {
        var drawn = new long[count];
        for (var i = 0; i < count; i++)
        {
            var position = (i + random.Choices.NextDouble()) / count * cumulative[^1];
            var found = Array.BinarySearch(cumulative, position);
            drawn[i] = Math.Min(found < 0 ? ~found : found, cumulative.Length - 1);
        }

        return torch.tensor(drawn);
    }
}
