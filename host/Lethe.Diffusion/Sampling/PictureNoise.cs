namespace Lethe.Diffusion.Sampling;

/// <summary>
/// Standard normal noise, each picture's from a generator of its own, so that a picture does not depend on its batch. Drawn on the
/// CPU, so that it does not depend on the device either.
/// </summary>
internal sealed class PictureNoise : IDisposable
{
    private readonly List<torch.Generator> generators;
    private readonly long[] shape;
    private readonly Device device;

    /// <param name="seeds">One seed for each picture.</param>
    /// <param name="latentShape"><c>[C, h, w]</c>.</param>
    /// <param name="device">Where the noise is wanted.</param>
    public PictureNoise(IEnumerable<long> seeds, IReadOnlyList<long> latentShape, Device device)
    {
        generators = [.. seeds.Select(seed => new torch.Generator(unchecked((ulong)seed)))];
        shape = [1, .. latentShape];
        this.device = device;
    }

    /// <summary><c>[B, C, h, w]</c>, float32; the caller disposes it.</summary>
    public Tensor Next()
    {
        using var scope = torch.NewDisposeScope();
        var each = generators.Select(generator => torch.randn(shape, dtype: float32, generator: generator)).ToArray();
        return torch.cat(each, 0).to(device).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var generator in generators) generator.Dispose();
    }
}
