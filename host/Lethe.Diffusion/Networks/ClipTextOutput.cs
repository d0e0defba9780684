namespace Lethe.Diffusion.Networks;

/// <summary>Everything a text encoder computes for a batch of prompts; the caller disposes it.</summary>
/// <param name="LastHiddenState">After the final norm, <c>[B, N, D]</c>: what Stable Diffusion is conditioned on.</param>
/// <param name="Pooled">The row of the first end token, <c>[B, D]</c>.</param>
/// <param name="HiddenStates">Input of each layer and the output of the last one, before the final norm; Layers + 1 tensors.</param>
public sealed record ClipTextOutput(Tensor LastHiddenState, Tensor Pooled, IReadOnlyList<Tensor> HiddenStates) : IDisposable
{
    public void Dispose()
    {
        LastHiddenState.Dispose();
        Pooled.Dispose();
        foreach (var state in HiddenStates)
            state.Dispose();
    }
}
