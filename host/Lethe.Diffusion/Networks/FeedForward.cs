namespace Lethe.Diffusion.Networks;

/// <summary>The transformer's feed-forward layer with a GELU gate (GEGLU), four times as wide inside.</summary>
internal sealed class FeedForward(WeightScope at, long channels)
{
    private readonly Weight widenWeight = at.Require("net.0.proj.weight", 8 * channels, channels);
    private readonly Weight widenBias = at.Require("net.0.proj.bias", 8 * channels);
    private readonly Linear narrow = new(at["net.2"], 4 * channels, channels);

    public Tensor Forward(Tensor x)
    {
        using var scope = torch.NewDisposeScope();
        // Two maps instead of one that is split: the halves are contiguous, and gelu of a strided tensor is eight times slower.
        using var value = Half(x, 0);
        using var half = Half(x, 4 * channels);
        using var gate = torch.nn.functional.gelu(half);
        half.Dispose();
        if (!gate.requires_grad)
            return narrow.Forward(gate.mul_(value)).MoveToOuterDisposeScope();
        return narrow.Forward(value * gate).MoveToOuterDisposeScope();
    }

    private Tensor Half(Tensor x, long start) =>
        Frozen.Linear(x, widenWeight.Content.narrow(0, start, 4 * channels), widenBias.Content.narrow(0, start, 4 * channels));
}
