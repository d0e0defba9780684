namespace Lethe.Sdk.Training;

/// <summary>Puts saved values back into tensors that are in use.</summary>
internal static class LiveTensors
{
    /// <exception cref="InvalidDataException">A saved tensor is missing or has another shape.</exception>
    internal static void CopyFrom(this IEnumerable<KeyValuePair<string, Tensor>> live, IReadOnlyDictionary<string, Tensor> saved)
    {
        using var still = torch.no_grad();
        foreach (var (name, tensor) in live)
        {
            if (!saved.TryGetValue(name, out var value))
                throw new InvalidDataException($"the checkpoint lacks `{name}`: it belongs to a run with other options");
            if (!value.shape.AsSpan().SequenceEqual(tensor.shape))
            {
                throw new InvalidDataException(
                    $"the checkpoint holds `{name}` as `[{string.Join(", ", value.shape)}]`, expected `[{string.Join(", ", tensor.shape)}]`");
            }

            tensor.copy_(value);
        }
    }
}
