namespace Lethe.Training;

/// <summary>What <c>lethe train emoji</c> was asked to do.</summary>
public sealed record TrainOptions
{
    /// <summary>One of <see cref="TrainEmoji.Stages"/>, or <c>all</c>.</summary>
    public required string Stage { get; init; }

    /// <summary>Holds the pictures, the checkpoints, the logs and the previews.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>The world file that names objects, styles and captions.</summary>
    public required string WorldPath { get; init; }

    /// <summary>
    /// Folder of a finished model whose autoencoder, tokenizer, text encoder and denoiser the stages start from instead of from noise;
    /// null: from nothing. The judge always starts from nothing, so that no cell that is held out now was trained on before.
    /// </summary>
    public string? From { get; init; }

    /// <summary>Optimiser steps in all; the learning rate falls to its end over exactly these. Null: the recipe's own number.</summary>
    public long? Steps { get; init; }

    /// <summary>Stop (with a checkpoint) after this many minutes; the schedule is not shortened, a later run continues it.</summary>
    public double? Minutes { get; init; }

    /// <summary>Pictures per step. Null: the recipe's own number.</summary>
    public int? Batch { get; init; }

    /// <summary>Threads that share a step, one lane of the batch each.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Every random choice follows from this number and the step.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Whether an existing checkpoint is continued; otherwise training starts over.</summary>
    public bool Resume { get; init; } = true;

    /// <summary>Folder of the finished model; the <c>export</c> stage writes it.</summary>
    public string? Export { get; init; }
}
