namespace Lethe.Diffusion.Verification;

/// <summary>How far one output of a model is from the recorded one.</summary>
/// <param name="Output">The recorded output, as <c>file: tensor</c>.</param>
/// <param name="Difference">The largest difference of a number, or the norm of the difference over the norm of the recorded tensor.</param>
/// <param name="Tolerance">The largest difference that counts as the same.</param>
/// <param name="IsRelative">Whether the norms were compared.</param>
public sealed record OutputDifference(string Output, double Difference, double Tolerance, bool IsRelative)
{
    /// <summary>Whether the output is the recorded one; NaN never is.</summary>
    public bool Holds => Difference <= Tolerance;

    internal static OutputDifference Absolute(string output, Tensor expected, Tensor actual, double tolerance) =>
        new(output, Compare(expected, actual, (a, b) => (a - b).abs().max()), tolerance, IsRelative: false);

    internal static OutputDifference Relative(string output, Tensor expected, Tensor actual, double tolerance) =>
        new(output, Compare(expected, actual, (a, b) => (a - b).norm() / a.norm()), tolerance, IsRelative: true);

    private static double Compare(Tensor expected, Tensor actual, Func<Tensor, Tensor, Tensor> measure)
    {
        if (!expected.shape.AsSpan().SequenceEqual(actual.shape))
            return double.PositiveInfinity;
        using var scope = torch.NewDisposeScope();
        return measure(expected.detach().to(ScalarType.Float64), actual.detach().to(ScalarType.Float64)).ToDouble();
    }
}
