namespace Lethe.Diffusion.Networks;

/// <summary>The transformer's feed-forward layer with a GELU gate (GEGLU), four times as wide inside.</summary>
internal sealed class FeedForward(WeightScope at, long channels)
{
    private readonly Linear widen = new(at["net.0.proj"], channels, 8 * channels);
    private readonly Linear narrow = new(at["net.2"], 4 * channels, channels);

    public Tensor Forward(Tensor x)
    {
        using var scope = torch.NewDisposeScope();
        var halves = widen.Forward(x).chunk(2, -1);
        return narrow.Forward(halves[0] * torch.nn.functional.gelu(halves[1])).MoveToOuterDisposeScope();
    }
}
