namespace Lethe.Diffusion.Networks;

/// <summary>Doubles (or brings to a given size) by repeating pixels, then convolves.</summary>
internal sealed class Upsampler(WeightScope at, long channels)
{
    private readonly Convolution conv = new(at["conv"], channels, channels);

    public Tensor Forward(Tensor x, long height, long width)
    {
        using var scope = torch.NewDisposeScope();
        return conv.Forward(torch.nn.functional.interpolate(x, size: [height, width])).MoveToOuterDisposeScope();
    }
}
