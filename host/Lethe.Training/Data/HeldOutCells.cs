using System.Security.Cryptography;
using System.Text;

namespace Lethe.Training.Data;

/// <summary>Chooses the pictures that no training sees.</summary>
internal static class HeldOutCells
{
    /// <summary>Marks the world's share of the cells, by the order of their hashes, so that adding an object moves few others.</summary>
    /// <remarks>At most one per object, and none of an object whose accuracy a gate depends on.</remarks>
    public static List<PictureCell> Mark(World world, IReadOnlyList<PictureCell> cells)
    {
        var spared = world.Cifar10.Concat(world.AgeRating).ToHashSet(StringComparer.Ordinal);
        var count = (int)(cells.Count * world.HeldOutShare);
        var chosen = cells
            .Where(c => !spared.Contains(world.Objects[c.Object].Name))
            .Select(c => (cell: c, hash: Hash(world, c)))
            .OrderBy(p => p.hash, StringComparer.Ordinal)
            .DistinctBy(p => p.cell.Object)
            .Take(count)
            .Select(p => p.cell)
            .ToHashSet();
        return [.. cells.Select(c => c with { HeldOut = chosen.Contains(c) })];
    }

    private static string Hash(World world, PictureCell cell) => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes($"{world.Seed}/{world.Objects[cell.Object].Name}/{world.Styles[cell.Style].Name}")));
}
