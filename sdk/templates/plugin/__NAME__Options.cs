using System.ComponentModel.DataAnnotations;

namespace __ASSEMBLY__;

/// <summary>Options of <c>__ID__</c>; the policy's <c>options</c> block is bound to it.</summary>
public sealed record __NAME__Options
{
    /// <summary>Optimiser steps.</summary>
    [Range(1, 10_000)]
    public int Steps { get; init; } = 50;

    /// <summary>Adam learning rate.</summary>
    [Range(1e-7, 1e-1)]
    public double LearningRate { get; init; } = 1e-3;
}
