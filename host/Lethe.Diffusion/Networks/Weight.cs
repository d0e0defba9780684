using Lethe.Diffusion.Checkpoints;

namespace Lethe.Diffusion.Networks;

/// <summary>
/// One named tensor of a network. Networks hold the weight, not the tensor, so a tensor that is swapped in
/// (a replacement, or <c>W + BA</c> still inside an autograd graph) counts from the next forward pass on.
/// A large one of a half-precision file stays in that precision, and layers widen it for the moment they use it, until somebody asks for its value.
/// </summary>
public sealed class Weight
{
    private readonly Lock widening = new();
    private Tensor content;
    private bool isNarrow;

    /// <param name="name">The full name.</param>
    /// <param name="content">The tensor.</param>
    /// <param name="storedType">The number format in the file it came from.</param>
    /// <param name="isNarrow">Whether the tensor is in half precision to save memory, while the network computes in float32.</param>
    internal Weight(string name, Tensor content, ScalarType storedType, bool isNarrow = false)
    {
        Name = name;
        this.content = content;
        this.isNarrow = isNarrow;
        StoredType = storedType;
    }

    /// <summary>The full name in diffusers' layout, such as <c>mid_block.resnets.0.conv1.weight</c>.</summary>
    public string Name { get; }

    /// <summary>The number format in the file the weight came from; saving keeps it unless told otherwise.</summary>
    public ScalarType StoredType { get; }

    /// <summary>The shape, without a look at the numbers.</summary>
    public ReadOnlySpan<long> Shape => content.shape;

    /// <summary>The tensor as it lies in memory: what layers that do not train this weight compute with, widening it where it is narrow.</summary>
    internal Tensor Content => content;

    /// <summary>Whether <see cref="Content"/> is narrower than the format the network computes in.</summary>
    internal bool IsNarrow => isNarrow;

    /// <summary>The number format that this weight computes in.</summary>
    internal ScalarType ComputeType => isNarrow ? ScalarType.Float32 : content.dtype;

    /// <summary>A tensor in the number format that this weight computes in.</summary>
    internal Tensor Match(Tensor tensor) => tensor.dtype == ComputeType ? tensor : tensor.to(ComputeType);

    /// <summary>
    /// The tensor in use, in the format the network computes in; a narrow one is widened for good. Setting it neither disposes the old tensor nor takes ownership of the new one.
    /// </summary>
    public Tensor Value
    {
        get
        {
            lock (widening)
            {
                // The narrow one is left to the collector: another thread may be computing with it.
                if (isNarrow)
                    (content, isNarrow) = (content.to(ScalarType.Float32).DetachFromDisposeScope(), false);
                return content;
            }
        }

        set
        {
            if (!value.shape.AsSpan().SequenceEqual(Shape))
                throw new CheckpointException(
                    $"`{Name}` has shape `{Shapes.Text(value.shape)}` in the replacement, expected `{Shapes.Text(content.shape)}`");
            (content, isNarrow) = (value, false);
        }
    }
}
