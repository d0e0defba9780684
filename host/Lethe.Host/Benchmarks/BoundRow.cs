using Lethe.Host.Runs;

namespace Lethe.Host.Benchmarks;

/// <summary>A row with its eraser found and the eraser's options bound.</summary>
/// <param name="Label">Name in the table.</param>
/// <param name="Eraser">The eraser.</param>
/// <param name="Options">The bound options record; null when the eraser has none.</param>
public sealed record BoundRow(string Label, EraserSource Eraser, object? Options);
