namespace Lethe.Plugins.RealEra;

/// <summary>
/// The limits of neighbours and of far points (section 3.2 and Algorithm 1). Radii are shares of |e|. The paper prints none of them.
/// <para>
/// Radius and cosine are two names for one thing: <c>e + eta = (1 - q) e + q v</c> moves towards a random v whose angle with e is 90 degrees,
/// so with <c>s = |v| / |e|</c> the step goes in direction <c>c0 = cos(e, eta) = -1 / sqrt(1 + s^2)</c> and
/// <c>cos(e, e + eta) = (1 + rho c0) / sqrt(1 + 2 rho c0 + rho^2)</c> for <c>rho = |eta| / |e|</c>. One of D1 and S2 is therefore derived from the other.
/// </para>
/// </summary>
/// <param name="Radius">D1: neighbours lie nearer, far points do not.</param>
/// <param name="AnchorRadius">D1': how far the softened anchor strays.</param>
/// <param name="FarRadius">D2: far points lie nearer.</param>
/// <param name="MaxCosine">S1: neighbours are at most this similar.</param>
/// <param name="MinCosine">S2: neighbours are at least this similar, far points less.</param>
internal sealed record Neighbourhood(double Radius, double AnchorRadius, double FarRadius, double MaxCosine, double MinCosine)
{
    private const double DefaultRadius = 0.6;

    /// <summary>Fills what is left open.</summary>
    /// <param name="radius">D1; null follows from S2, or is 0.6.</param>
    /// <param name="anchorRadius">D1'; null is a third of D1.</param>
    /// <param name="farRadius">D2; null is twice D1.</param>
    /// <param name="maxCosine">S1.</param>
    /// <param name="minCosine">S2; null follows from D1.</param>
    /// <param name="ratio"><c>s = |v| / |e|</c>, about 1 for CLIP.</param>
    /// <exception cref="ArgumentException">No neighbour or no far point can satisfy the limits.</exception>
    public static Neighbourhood Of(double? radius, double? anchorRadius, double? farRadius, double maxCosine, double? minCosine, double ratio)
    {
        var near = radius ?? (minCosine is { } cosine ? RadiusAt(cosine, ratio) : DefaultRadius);
        if (!double.IsFinite(near))
            throw Impossible($"no point is less than {minCosine:0.###} similar", $"`min-cosine` above {-1 / Math.Sqrt(1 + ratio * ratio):0.###}");
        var limits = new Neighbourhood(near, anchorRadius ?? near / 3, farRadius ?? 2 * near, maxCosine, minCosine ?? CosineAt(near, ratio));
        if (limits.MinCosine > limits.MaxCosine)
            throw Impossible($"neighbours are at least {limits.MinCosine:0.###} and at most {limits.MaxCosine:0.###} similar", "`min-cosine` below `max-cosine`");
        if (CosineAt(near, ratio) is var nearest && nearest > maxCosine)
            throw Impossible($"within radius {near:0.###} every point is at least {nearest:0.###} similar", $"`max-cosine` above it, or `radius` above {RadiusAt(maxCosine, ratio):0.###}");
        if (limits.FarRadius <= near)
            throw Impossible($"far points lie between {near:0.###} and {limits.FarRadius:0.###}", "`far-radius` above `radius`");
        if (CosineAt(limits.FarRadius, ratio) is var farthest && farthest >= limits.MinCosine)
            throw Impossible($"within far radius {limits.FarRadius:0.###} every point is at least {farthest:0.###} similar", $"`far-radius` above {RadiusAt(limits.MinCosine, ratio):0.###}");
        return limits;
    }

    /// <summary>How similar points at a radius are to e.</summary>
    public static double CosineAt(double rho, double ratio)
    {
        var c0 = -1 / Math.Sqrt(1 + ratio * ratio);
        return (1 + rho * c0) / Math.Sqrt(1 + 2 * rho * c0 + rho * rho);
    }

    /// <summary>The radius at which points are so similar to e: the law of sines in the triangle of 0, e and e + eta.</summary>
    public static double RadiusAt(double cosine, double ratio)
    {
        var (apart, direction) = (Math.Acos(cosine), Math.Acos(-1 / Math.Sqrt(1 + ratio * ratio)));
        return apart < direction ? Math.Sin(apart) / Math.Sin(direction - apart) : double.PositiveInfinity;
    }

    private static ArgumentException Impossible(string what, string expected) => new($"{what}, expected {expected}");
}
