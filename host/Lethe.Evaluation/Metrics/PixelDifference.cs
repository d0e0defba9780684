namespace Lethe.Evaluation.Metrics;

/// <summary>How far two pictures of one size are apart.</summary>
public static class PixelDifference
{
    /// <summary>Mean absolute difference over all pixels and channels of two 8-bit pictures, in [0, 1].</summary>
    public static double Of(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        if (before.Length != after.Length || before.IsEmpty)
            throw new ArgumentException($"pictures have {before.Length} and {after.Length} bytes, expected the same number and at least 1");
        long sum = 0;
        for (var i = 0; i < before.Length; i++)
            sum += Math.Abs(before[i] - after[i]);
        return sum / (255.0 * before.Length);
    }
}
