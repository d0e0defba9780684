namespace Lethe.Training.Data;

/// <summary>One drawing style: the emoji of one vendor, fetched from one pinned npm package.</summary>
public sealed record WorldStyle
{
    /// <summary>Caption word of the style.</summary>
    public required string Name { get; init; }

    /// <summary>npm package that holds the drawings.</summary>
    public required string Package { get; init; }

    /// <summary>Exact package version.</summary>
    public required string Version { get; init; }

    /// <summary>Integrity of the packed archive as lock files write it: <c>sha512-</c> and base64.</summary>
    public required string Integrity { get; init; }

    /// <summary>SPDX licence id of the drawings.</summary>
    public required string Licence { get; init; }

    /// <summary>
    /// Draws the pictures in shades of this one colour, <c>#rrggbb</c>: white stays white, black becomes the ink. Null: in the vendor's own colours.
    /// </summary>
    public string? Ink { get; init; }

    /// <summary>So many times as often as others the denoiser sees this style: one that differs from another in its lines alone takes longer to learn. 1 to 10.</summary>
    public int Times { get; init; } = 1;
}
