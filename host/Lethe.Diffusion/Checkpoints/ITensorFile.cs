namespace Lethe.Diffusion.Checkpoints;

/// <summary>A file of named tensors. It was checked completely when it was opened; tensors are copied once at most, when read.</summary>
public interface ITensorFile : IDisposable
{
    /// <summary>Where it lies.</summary>
    string Path { get; }

    /// <summary>Text pairs besides the tensors.</summary>
    IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>All tensors, in the order of their names.</summary>
    IEnumerable<StoredTensor> Tensors { get; }

    /// <summary>Copies a tensor out of the file; the caller disposes it. Half-precision formats are widened to float32, all others keep their type.</summary>
    Tensor Read(string name);

    /// <summary>
    /// As <see cref="Read"/>, but float32 and half-precision numbers that lie on their own boundaries are neither copied nor widened: the tensor lives in the mapped file. The map is private, so that what is
    /// written to the tensor never reaches the file, and it lasts as long as the tensor, after the file object and even after the file's name is gone.
    /// </summary>
    Tensor Lend(string name);

    /// <summary>Copies a tensor's numbers in their own format, row by row.</summary>
    void CopyTo(string name, Stream target);
}
