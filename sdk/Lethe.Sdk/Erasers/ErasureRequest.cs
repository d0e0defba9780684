using Lethe.Sdk.Anchors;
using Lethe.Sdk.Diffusion;

namespace Lethe.Sdk.Erasers;

/// <summary>What an eraser is asked to do.</summary>
public sealed class ErasureRequest
{
    /// <summary>The model, with the edits of earlier steps attached. Leave it as it is.</summary>
    public required IDiffusionModel Model { get; init; }

    /// <summary>What to erase; at least one.</summary>
    public required IReadOnlyList<Concept> Concepts { get; init; }

    /// <summary>What must stay.</summary>
    public PreserveSet Preserve { get; init; } = PreserveSet.Empty;

    /// <summary>The bound and validated options, of the type that the eraser named; null when it named none.</summary>
    public object? Options { get; init; }

    /// <summary>The only concept.</summary>
    /// <exception cref="InvalidOperationException">There are several; set <see cref="EraserAttribute.OneConceptAtATime"/>.</exception>
    public Concept Concept => Concepts.Count == 1
        ? Concepts[0]
        : throw new InvalidOperationException($"the eraser takes one concept at a time, the request has {Concepts.Count}");

    /// <summary>The options as their own type.</summary>
    /// <typeparam name="T">The type that <see cref="EraserAttribute.Options"/> names.</typeparam>
    /// <exception cref="InvalidOperationException">The request holds options of another type, or none.</exception>
    public T OptionsAs<T>()
        where T : class =>
        Options as T ?? throw new InvalidOperationException(
            $"options are `{Options?.GetType().Name ?? "absent"}`, expected `{typeof(T).Name}`; name the type in `[Eraser(..., Options = ...)]`");
}
