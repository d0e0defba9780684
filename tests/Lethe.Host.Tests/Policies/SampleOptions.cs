using System.ComponentModel.DataAnnotations;
using Lethe.Sdk.Diagnostics;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Tests.Policies;

/// <summary>Options with one property of every kind that the binder knows.</summary>
public sealed record SampleOptions : IValidatesOptions
{
    /// <summary>Which of two.</summary>
    [AllowedValues(2023, 2025)] public int Release { get; init; } = 2023;

    /// <summary>Optimiser steps.</summary>
    [Range(1, 100)] public int Steps { get; init; } = 50;

    /// <summary>Step size.</summary>
    [Range(1e-7, 1e-2)] public double LearningRate { get; init; } = 1e-5;

    /// <summary>Weight, or the eraser's own choice.</summary>
    public double? Weight { get; init; }

    /// <summary>Whether to do more.</summary>
    public bool Thorough { get; init; }

    /// <summary>Layers by name.</summary>
    public IReadOnlyList<string> Layers { get; init; } = ["attn2"];

    /// <summary>Nested keys.</summary>
    public SampleInner Inner { get; init; } = new() { Name = "" };

    public IReadOnlyList<Diagnostic> Validate() => Thorough && Steps < 10
        ? [Diagnostic.Error(DiagnosticId.BadEraserOptions, "thorough work needs at least 10 steps")]
        : [];
}
