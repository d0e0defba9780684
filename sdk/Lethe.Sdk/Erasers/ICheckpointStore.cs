namespace Lethe.Sdk.Erasers;

/// <summary>
/// Where an eraser keeps what it needs to go on after the process was killed. What is saved is complete or absent, never partial.
/// An eraser that continues from a checkpoint ends with the same bytes as one that was not disturbed.
/// </summary>
public interface ICheckpointStore
{
    /// <summary>The last tensors saved under a name, or null. The caller disposes them.</summary>
    /// <param name="name">Lower-case letters, digits and dashes.</param>
    IReadOnlyDictionary<string, Tensor>? TryLoad(string name);

    /// <summary>Saves tensors, replacing what the name held; they are not disposed.</summary>
    /// <param name="name">Lower-case letters, digits and dashes.</param>
    /// <param name="tensors">Everything needed to continue, step number and generator state included.</param>
    void Save(string name, IReadOnlyDictionary<string, Tensor> tensors);
}
