namespace Lethe.Sdk.Diffusion;

/// <summary>Pseudo linear multistep (Liu et al. 2022, Eq. 12), as diffusers does it without Runge-Kutta steps.</summary>
internal sealed class MultistepHistory
{
    private readonly List<Tensor> _predictions = [];
    private Tensor? _start;

    internal delegate Tensor Transfer(Tensor latents, Tensor noise, int from, int to);

    internal Tensor Step(int index, Tensor latents, Tensor noise, int timestep, int stride, Transfer move)
    {
        if (index == 1)
        {
            // The repeated timestep: from the first latents again, now with the mean of both predictions.
            return move(_start!, (noise + _predictions[^1]) / 2, timestep + stride, timestep);
        }

        if (_predictions.Count == 4)
            _predictions.RemoveAt(0);
        _predictions.Add(noise);
        _start ??= latents;
        return move(latents, _predictions switch
        {
            [var only] => only,
            [var b, var a] => (3 * a - b) / 2,
            [var c, var b, var a] => (23 * a - 16 * b + 5 * c) / 12,
            [var d, var c, var b, var a] => (55 * a - 59 * b + 37 * c - 9 * d) / 24,
            _ => throw new InvalidOperationException($"{_predictions.Count} remembered predictions at step {index}"),
        }, timestep, timestep - stride);
    }
}
