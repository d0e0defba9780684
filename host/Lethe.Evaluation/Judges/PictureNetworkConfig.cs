namespace Lethe.Evaluation.Judges;

/// <summary>The shape of a <see cref="PictureNetwork"/>.</summary>
/// <param name="Width">Channels of the second level; the others follow from it.</param>
/// <param name="Heads">Outputs by name, each with its width.</param>
public sealed record PictureNetworkConfig(int Width, IReadOnlyDictionary<string, int> Heads)
{
    /// <summary>The last level is averaged over so many rows and columns of fields; 1 forgets where things are.</summary>
    public int Places { get; init; } = 2;

    /// <summary>Channels of the last level; four times the width unless given.</summary>
    public int Top { get; init; } = 4 * Width;

    /// <summary>Side of the pictures in pixels; others are resized.</summary>
    public const int PictureSize = 64;

    /// <summary>Channels per normalisation group.</summary>
    public const int GroupSize = 8;
}
