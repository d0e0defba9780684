using System.Globalization;

namespace Lethe.Diffusion.Networks;

internal static class Shapes
{
    /// <summary>A shape as users read it: <c>[320, 4, 3, 3]</c>.</summary>
    public static string Text(ReadOnlySpan<long> shape)
    {
        var parts = new string[shape.Length];
        for (var i = 0; i < shape.Length; i++)
            parts[i] = shape[i].ToString(CultureInfo.InvariantCulture);
        return $"[{string.Join(", ", parts)}]";
    }
}
