using System.Security.Cryptography;
using System.Text;

namespace Lethe.Training.Data;

/// <summary>Chooses the pictures that no training sees.</summary>
internal static class HeldOutCells
{
    /// <summary>Marks the world's share of the cells.</summary>
    public static List<PictureCell> Mark(World world, IReadOnlyList<PictureCell> cells)
    {
        var chosen = Choose(world, [.. cells.Select(c => (c.Object, c.Style))], (int)(cells.Count * world.HeldOutShare), "").ToHashSet();
        return [.. cells.Select(c => c with { HeldOut = chosen.Contains((c.Object, c.Style)) })];
    }

    /// <summary>Takes so many cells by the order of their hashes, so that adding an object moves few others.</summary>
    /// <remarks>At most one per object, and none of an object whose accuracy a gate depends on.</remarks>
    /// <param name="world">Names of objects and styles.</param>
    /// <param name="cells">Object and style numbers to choose from.</param>
    /// <param name="count">How many to take.</param>
    /// <param name="purpose">Gives each network that holds cells out an order of its own; empty for the generator.</param>
    public static IEnumerable<(int Object, int Style)> Choose(World world, IReadOnlyList<(int Object, int Style)> cells, int count, string purpose)
    {
        var spared = world.Cifar10.Concat(world.AgeRating).ToHashSet(StringComparer.Ordinal);
        return cells
            .Where(cell => !spared.Contains(world.Objects[cell.Object].Name))
            .OrderBy(cell => Hash(world, cell, purpose), StringComparer.Ordinal)
            .DistinctBy(cell => cell.Object)
            .Take(count);
    }

    private static string Hash(World world, (int Object, int Style) cell, string purpose) => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes($"{purpose}{world.Seed}/{world.Objects[cell.Object].Name}/{world.Styles[cell.Style].Name}")));
}
