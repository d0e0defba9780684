namespace Lethe.Sdk.Erasers;

/// <summary>
/// An erasing algorithm. Export it with <see cref="EraserAttribute"/>. It starts no threads, draws every random number from
/// <see cref="EraserContext.Generator"/> or <see cref="EraserContext.Seed"/>, and leaves the model as it found it: the change is
/// what it returns.
/// </summary>
public interface IEraser
{
    /// <summary>Erases concepts.</summary>
    /// <param name="request">What to erase, what to keep, from which model, with which options.</param>
    /// <param name="context">Seed, progress, cancellation, checkpoints.</param>
    /// <returns>The change to the model; the caller disposes it.</returns>
    /// <exception cref="OperationCanceledException"><see cref="EraserContext.Cancel"/> was heard, at the latest after one step.</exception>
    ModelEdit Erase(ErasureRequest request, EraserContext context);
}
