using System.Diagnostics;

namespace Lethe.Diffusion.Engine;

/// <summary>
/// Whether the processor computes bfloat16 faster than float32. To have the instructions is not enough: AMX and AMD's AVX-512 take half the time, Intel's AVX-512
/// without AMX half as much again, and code without any of them many times as long. So one product is timed.
/// </summary>
public static class Bfloat16
{
    private const int Rounds = 5;
    private static readonly Lazy<double> Measured = new(Measure);

    /// <summary>Time of a product in bfloat16 as a share of its time in float32, measured once on one thread's share of the machine.</summary>
    public static double Cost => Measured.Value;

    /// <summary>Whether pictures in bfloat16 are worth their rounding here.</summary>
    public static bool IsFast => Cost < 0.9;

    private static double Measure()
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        // The shape of a projection in a U-Net, small enough for the slowest code.
        var (tokens, weight) = (torch.ones([256, 320]), torch.ones([640, 320]));
        var (halfTokens, halfWeight) = (tokens.to(ScalarType.BFloat16), weight.to(ScalarType.BFloat16));
        var (single, half) = (double.MaxValue, double.MaxValue);
        // The fastest of rounds in turn: other work on the machine slows both.
        for (var round = 0; round <= Rounds; round++)
        {
            single = Math.Min(single, Seconds(tokens, weight));
            half = Math.Min(half, Seconds(halfTokens, halfWeight));
        }

        return half / single;
    }

    private static double Seconds(Tensor tokens, Tensor weight)
    {
        var watch = Stopwatch.StartNew();
        torch.nn.functional.linear(tokens, weight).Dispose();
        return watch.Elapsed.TotalSeconds;
    }
}
