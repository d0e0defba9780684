namespace Lethe.Evaluation.Judges;

/// <summary>Brings pictures to what the small networks were trained on.</summary>
internal static class PictureInput
{
    /// <summary><c>[B, 3, H, W]</c> to <c>[B, 3, 64, 64]</c> in [-1, 1]; the caller disposes the result.</summary>
    public static Tensor Fit(Tensor images)
    {
        const int size = PictureNetworkConfig.PictureSize;
        if (images.dim() != 4 || images.size(1) != 3)
            throw new ArgumentException($"pictures have shape `[{string.Join(", ", images.shape)}]`, expected `[B, 3, H, W]`", nameof(images));
        using var scope = torch.NewDisposeScope();
        var clamped = images.to(torch.float32).clamp(-1.0, 1.0);
        var fitted = images.size(2) == size && images.size(3) == size
            ? clamped
            : torch.nn.functional.interpolate(clamped, size: [size, size], mode: torch.InterpolationMode.Bilinear, align_corners: false);
        return fitted.MoveToOuterDisposeScope();
    }
}
