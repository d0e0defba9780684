using Lethe.Diffusion.Checkpoints;

namespace Lethe.Diffusion.Networks;

/// <summary>
/// One named tensor of a network. Networks hold the weight, not the tensor, so a tensor that is swapped in
/// (a replacement, or <c>W + BA</c> still inside an autograd graph) counts from the next forward pass on.
/// </summary>
public sealed class Weight
{
    private Tensor value;

    internal Weight(string name, Tensor value, ScalarType storedType)
    {
        Name = name;
        this.value = value;
        StoredType = storedType;
    }

    /// <summary>The full name in diffusers' layout, such as <c>mid_block.resnets.0.conv1.weight</c>.</summary>
    public string Name { get; }

    /// <summary>The number format in the file the weight came from; saving keeps it unless told otherwise.</summary>
    public ScalarType StoredType { get; }

    /// <summary>A tensor in the number format that this weight computes in.</summary>
    internal Tensor Match(Tensor tensor) => tensor.dtype == value.dtype ? tensor : tensor.to(value.dtype);

    /// <summary>The tensor in use. Setting it neither disposes the old tensor nor takes ownership of the new one.</summary>
    public Tensor Value
    {
        get => value;
        set
        {
            if (!value.shape.AsSpan().SequenceEqual(this.value.shape))
                throw new CheckpointException(
                    $"`{Name}` has shape `{Shapes.Text(value.shape)}` in the replacement, expected `{Shapes.Text(this.value.shape)}`");
            this.value = value;
        }
    }
}
