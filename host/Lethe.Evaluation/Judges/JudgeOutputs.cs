namespace Lethe.Evaluation.Judges;

/// <summary>What a judge's heads say to pictures.</summary>
/// <param name="Objects">Before the softmax, <c>[B, objects]</c>.</param>
/// <param name="Styles">Before the softmax, <c>[B, styles]</c>.</param>
public sealed record JudgeOutputs(Tensor Objects, Tensor Styles)
{
    // Standard deviation of the pixels, of a range of 2: about three of 256 levels.
    private const double LeastContrast = 0.02;

    /// <summary>
    /// Looks at pictures; the caller disposes both tensors. A picture of a single colour gets even answers whatever the network
    /// says: nothing is drawn on it, and layers that normalise turn its border into something.
    /// </summary>
    /// <param name="network">Has an object head and a style head.</param>
    /// <param name="pictures"><c>[B, 3, 64, 64]</c> in [-1, 1]; not disposed.</param>
    /// <param name="mirrored">Whether each picture's mirror image counts as much as the picture.</param>
    public static JudgeOutputs Of(PictureNetwork network, Tensor pictures, bool mirrored)
    {
        using var scope = torch.NewDisposeScope();
        var features = network.Features(pictures);
        var objects = network.Head(EmojiJudge.ObjectHead, features);
        var styles = network.Head(EmojiJudge.StyleHead, features);
        if (mirrored)
        {
            var other = network.Features(pictures.flip(3));
            objects = objects.add(network.Head(EmojiJudge.ObjectHead, other)).div(2);
            styles = styles.add(network.Head(EmojiJudge.StyleHead, other)).div(2);
        }

        var contrast = pictures.sub(pictures.mean([2, 3], keepdim: true)).square().mean([1, 2, 3]).sqrt();
        var drawn = contrast.gt(LeastContrast).to(torch.float32).unsqueeze(1);
        return new JudgeOutputs(objects.mul(drawn).MoveToOuterDisposeScope(), styles.mul(drawn).MoveToOuterDisposeScope());
    }
}
