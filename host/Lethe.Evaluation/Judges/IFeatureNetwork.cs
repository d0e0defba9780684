namespace Lethe.Evaluation.Judges;

/// <summary>A network whose features measure how far pictures are apart.</summary>
public interface IFeatureNetwork
{
    /// <summary>Name with a mark of the weights; features of different networks are never compared.</summary>
    string NetworkId { get; }

    /// <summary>Features before the last layer, <c>[B, F]</c>, for distances between sets of pictures; the caller disposes them.</summary>
    /// <param name="images"><c>[B, 3, H, W]</c> in [-1, 1], B at least 1; not disposed.</param>
    Tensor Features(Tensor images);

    /// <summary>The feature distance of each pair of pictures, see <see cref="Metrics.FeatureDistance"/>.</summary>
    /// <param name="first"><c>[B, 3, H, W]</c> in [-1, 1]; not disposed.</param>
    /// <param name="second">As many; not disposed.</param>
    IReadOnlyList<double> Distances(Tensor first, Tensor second);
}
