namespace Lethe.Plugins.AdvPreserve;

/// <summary>Which words of the vocabulary are candidates for a concept.</summary>
public enum CandidateSelection
{
    /// <summary>As in the paper: those nearest to the concept by cosine.</summary>
    Nearest,

    /// <summary>As in the authors' program: the nearest by Euclidean distance, thinned out to an even spread from near to far.</summary>
    Stratified,
}
