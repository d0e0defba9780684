namespace Lethe.Diffusion.Images;

/// <summary>Between pictures and the tensors that networks see.</summary>
public static class ImageTensor
{
    /// <summary>Pictures of one size to <c>[B, 3, H, W]</c>, float32 in [-1, 1], on the CPU; the caller disposes it.</summary>
    public static Tensor FromImages(IReadOnlyList<RgbImage> pictures)
    {
        ArgumentOutOfRangeException.ThrowIfZero(pictures.Count, nameof(pictures));
        var (width, height) = (pictures[0].Width, pictures[0].Height);
        var values = new float[pictures.Count * 3 * height * width];
        for (var b = 0; b < pictures.Count; b++)
        {
            var picture = pictures[b];
            if (picture.Width != width || picture.Height != height)
                throw new ArgumentException(
                    $"picture {b} has {picture.Width} x {picture.Height} pixels, expected {width} x {height} like the first", nameof(pictures));
            for (var i = 0; i < width * height; i++)
                for (var channel = 0; channel < 3; channel++)
                    values[(b * 3 + channel) * width * height + i] = picture.Pixels[3 * i + channel] / 127.5f - 1f;
        }
        return torch.tensor(values, [pictures.Count, 3, height, width]);
    }

    /// <summary><c>[B, 3, H, W]</c> to pictures: round(255 * clamp(x / 2 + 0.5, 0, 1)), halves to even.</summary>
    public static RgbImage[] ToImages(Tensor tensor)
    {
        var shape = tensor.shape;
        if (shape.Length != 4 || shape[1] != 3)
            throw new ArgumentException($"pictures have shape `[{string.Join(", ", shape)}]`, expected `[B, 3, H, W]`", nameof(tensor));
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        var scaled = (tensor.detach().to(float32) / 2 + 0.5).clamp(0, 1) * 255;
        var values = scaled.permute(0, 2, 3, 1).contiguous().cpu().data<float>().ToArray();

        var (height, width) = ((int)shape[2], (int)shape[3]);
        var size = 3 * height * width;
        var pictures = new RgbImage[shape[0]];
        for (var b = 0; b < pictures.Length; b++)
            // A NaN, as from a model that was edited to death, becomes black instead of an accident of the conversion.
            pictures[b] = new RgbImage(width, height, Array.ConvertAll(
                values[(b * size)..((b + 1) * size)], value => float.IsNaN(value) ? (byte)0 : (byte)MathF.Round(value)));
        return pictures;
    }
}
