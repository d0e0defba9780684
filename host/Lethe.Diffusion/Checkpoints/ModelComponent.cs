namespace Lethe.Diffusion.Checkpoints;

/// <summary>One network of a model, as it is on disk.</summary>
/// <param name="Name">As diffusers calls it: <c>unet</c>, <c>vae</c>, <c>text_encoder</c>; <c>other</c> for what no network uses.</param>
/// <param name="Tensors">Its tensors under their names in the file, with diffusers' names where there are such.</param>
public sealed record ModelComponent(string Name, IReadOnlyList<(string? DiffusersName, StoredTensor Tensor)> Tensors)
{
    /// <summary>The number of weights.</summary>
    public long Parameters => Tensors.Where(item => item.Tensor.IsFloat).Sum(item => item.Tensor.Count);

    /// <summary>Bytes of all its tensors.</summary>
    public long Bytes => Tensors.Sum(item => item.Tensor.Bytes);

    /// <summary>How many tensors there are of each number format, in order.</summary>
    public IReadOnlyDictionary<string, int> Types =>
        new SortedDictionary<string, int>(Tensors.CountBy(item => item.Tensor.TypeName).ToDictionary(), StringComparer.Ordinal);

    /// <summary>The parts of the network in the order of their names, with their weights: <c>down_blocks.0</c>, <c>mid_block</c>, and so on.</summary>
    public IReadOnlyList<(string Name, int Tensors, long Parameters)> Blocks =>
    [
        .. Tensors.GroupBy(item => BlockOf(item.DiffusersName ?? item.Tensor.Name), StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => (group.Key, group.Count(), group.Where(item => item.Tensor.IsFloat).Sum(item => item.Tensor.Count))),
    ];

    // Up to the first number, or without the tensor's own name.
    private static string BlockOf(string name)
    {
        var parts = name.Split('.');
        var number = Array.FindIndex(parts, part => part.Length > 0 && part.All(char.IsAsciiDigit));
        return string.Join('.', parts[..(number >= 0 && number < parts.Length - 1 ? number + 1 : Math.Max(1, parts.Length - 1))]);
    }
}
