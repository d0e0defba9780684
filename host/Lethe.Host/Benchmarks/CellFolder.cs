using System.Text.Json;
using Lethe.Diffusion.Checkpoints;
using Lethe.Evaluation.Metrics;
using Lethe.Host.Runs;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Benchmarks;

/// <summary>Where a cell's files lie, and what is in them.</summary>
internal static class CellFolder
{
    /// <summary>What was seen in each picture.</summary>
    public const string Scores = "scores.json";

    /// <summary>The judge's features of each picture, for distances between sets.</summary>
    public const string Features = "features.safetensors";

    private const string PlanFile = "plan.json";

    /// <summary>Full path of a cell's folder.</summary>
    public static string Of(string root, string cell) => Path.Combine(root, "cells", cell);

    /// <summary>What the plan with which the folder was begun differs in; null where it was this one, or where there is no such folder.</summary>
    public static string? OtherPlan(string root, string cell, string planText)
    {
        var file = Path.Combine(Of(root, cell), PlanFile);
        return File.Exists(file) && File.ReadAllText(file) is var kept && kept != planText ? PlanDifference.Between(kept, planText) : null;
    }

    /// <summary>Whether the cell is finished, by the hashes noted when it was.</summary>
    public static bool IsFinished(string root, string cell, string planText)
    {
        var path = Of(root, cell);
        if (!File.Exists(Path.Combine(path, Scores)) || OtherPlan(root, cell, planText) is not null)
            return false;
        using var folder = RunFolder.Open(path, planText, startOver: false);
        return folder.IsFinished(Scores) && (folder.Events.FinishedHash(Features) is null || folder.IsFinished(Features));
    }

    /// <summary>The scores of a finished cell.</summary>
    public static IReadOnlyList<PictureScore> ReadScores(string root, string cell)
    {
        var file = Path.Combine(Of(root, cell), Scores);
        try
        {
            return JsonSerializer.Deserialize<IReadOnlyList<PictureScore>>(File.ReadAllText(file), RunJson.Document) ?? throw new JsonException("it is empty");
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            throw Unreadable(file, failure);
        }
    }

    /// <summary>The features of a finished cell; null when the judge has none.</summary>
    public static IReadOnlyDictionary<string, FeatureSet>? ReadFeatures(string root, string cell)
    {
        var file = Path.Combine(Of(root, cell), Features);
        try
        {
            return File.Exists(file) ? FeatureFile.Read(file) : null;
        }
        catch (Exception failure) when (failure is CheckpointException or IOException or UnauthorizedAccessException)
        {
            throw Unreadable(file, failure);
        }
    }

    private static RunException Unreadable(string file, Exception failure) => new(ExitCode.RunFailed, DiagnosticId.RunFailed,
        $"`{file}` cannot be read: {failure.Message.Split('\n')[0].TrimEnd('.')}", "run the benchmark again without `--tables-only`; it repairs the cell", failure);
}
