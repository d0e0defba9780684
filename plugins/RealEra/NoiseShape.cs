namespace Lethe.Plugins.RealEra;

/// <summary>What one random point is: the paper says only that it has the size of the embedding.</summary>
public enum NoiseShape
{
    /// <summary>All rows from the concept to the end at once: independent noise, one radius and one cosine for the whole block.</summary>
    Block,

    /// <summary>Each row on its own: independent noise, a radius and a cosine for each row.</summary>
    PerToken,

    /// <summary>One vector, judged at the concept's last token and added to every row.</summary>
    Shared,
}
