namespace Lethe.Plugins.Baselines;

/// <summary>The authors published two programs under one name; their results are not comparable.</summary>
internal static class UceRelease
{
    /// <summary>All rows from the last subject token to the end; the empty prompt is always kept.</summary>
    public const int First = 2023;

    /// <summary>One row a prompt, the last subject token; nothing is kept unless asked for.</summary>
    public const int Rewrite = 2025;
}
