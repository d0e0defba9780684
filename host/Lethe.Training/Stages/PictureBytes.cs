using Lethe.Diffusion.Images;

namespace Lethe.Training.Stages;

/// <summary>Tensors to pictures that can be written.</summary>
internal static class PictureBytes
{
    /// <summary><c>[B, 3, H, W]</c> in [-1, 1] to B pictures.</summary>
    public static IReadOnlyList<RgbImage> Of(Tensor pictures)
    {
        using var scope = torch.NewDisposeScope();
        var (count, height, width) = ((int)pictures.size(0), (int)pictures.size(2), (int)pictures.size(3));
        var bytes = pictures.clamp(-1.0, 1.0).add(1.0).mul(127.5).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous();
        var all = bytes.data<byte>().ToArray();
        var each = height * width * 3;
        return [.. Enumerable.Range(0, count).Select(i => new RgbImage(width, height, all[(i * each)..((i + 1) * each)]))];
    }
}
