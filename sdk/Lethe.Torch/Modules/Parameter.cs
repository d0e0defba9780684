namespace Lethe.Torch.Modules;

/// <summary>A tensor that an optimiser trains.</summary>
public sealed class Parameter : torch.Tensor
{
    /// <summary>Shares the memory of <paramref name="data"/>; the new tensor is a leaf of the graph.</summary>
    public Parameter(torch.Tensor data, bool requires_grad = true)
        : base(Leaf(data))
    {
        this.requires_grad = requires_grad;
        // A parameter outlives the step in which it was made.
        MoveTo(null);
    }

    private static nint Leaf(torch.Tensor data)
    {
        using var leaf = data.detach();
        leaf.MoveTo(null);
        return leaf.Release();
    }
}
