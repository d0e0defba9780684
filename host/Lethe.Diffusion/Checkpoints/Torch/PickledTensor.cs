namespace Lethe.Diffusion.Checkpoints;

/// <summary>A storage that a pickle names: numbers in a member of the archive.</summary>
/// <param name="Key">Name of the member below <c>data/</c>.</param>
/// <param name="Type">Their format.</param>
/// <param name="Count">How many there are said to be.</param>
internal sealed record PickledStorage(string Key, ScalarType Type, long Count);

/// <summary>A tensor that a pickle describes: a view of a storage.</summary>
/// <param name="Storage">Where its numbers are.</param>
/// <param name="Offset">First number of the view.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Strides">Numbers between neighbours, for each dimension.</param>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, IReadOnlyList<long> Shape, IReadOnlyList<long> Strides)
{
    /// <summary>Whether the numbers lie row by row without gaps.</summary>
    public bool IsContiguous
    {
        get
        {
            var expected = 1L;
            for (var i = Shape.Count - 1; i >= 0; i--)
            {
                if (Shape[i] != 1 && Strides[i] != expected)
                    return false;
                expected *= Shape[i];
            }

            return true;
        }
    }
}
