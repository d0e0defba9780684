using System.Text.Json;
using Lethe.Diffusion.Checkpoints;
using Lethe.Evaluation.Metrics;
using Lethe.Sdk.Diagnostics;
using Lethe.Training.Data;

namespace Lethe.Host.Runs;

/// <summary>What a model of the built-in world says about itself: what it can draw, what it never saw, and how the real pictures look.</summary>
public static class ModelWorld
{
    /// <summary>The world file of a model's folder.</summary>
    /// <exception cref="RunException">There is none, or it is unusable.</exception>
    public static World Of(string path)
    {
        var file = Path.Combine(path, "world.yaml");
        if (!File.Exists(file))
            throw new RunException(ExitCode.UsageInvalid, DiagnosticId.UnknownModel, $"model `{path}` has no `world.yaml` that says what it can draw",
                "`lethe evaluate` measures the built-in model and models made from it; use `lethe apply` for others");
        try
        {
            return World.Load(file);
        }
        catch (InvalidDataException failure)
        {
            throw Unreadable(failure.Message, failure);
        }
    }

    /// <summary>Object and style of the cells held out of the training, from <c>recipe.json</c>; none where an older recipe does not name them.</summary>
    /// <exception cref="RunException">The file is malformed.</exception>
    public static IReadOnlyList<(string Object, string Style)> HeldOut(string path)
    {
        var file = Path.Combine(path, "recipe.json");
        if (!File.Exists(file))
            return [];
        try
        {
            using var recipe = JsonDocument.Parse(File.ReadAllText(file));
            return recipe.RootElement.TryGetProperty("held_out", out var cells)
                ? [.. cells.EnumerateArray().Select(cell => (cell.GetProperty("object").GetString()!, cell.GetProperty("style").GetString()!))]
                : [];
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw Unreadable($"`{file}`: {failure.Message}, expected `held_out` to be a list of `object` and `style`", failure);
        }
    }

    /// <summary>The judge's features of the real pictures by style; null where the model has none.</summary>
    /// <param name="path">The model's folder.</param>
    /// <param name="drawn">Features of the same judge, which the file must fit.</param>
    /// <exception cref="RunException">The file is malformed or of another judge.</exception>
    public static IReadOnlyDictionary<string, FeatureSet>? Reference(string path, FeatureSet? drawn)
    {
        var file = Path.Combine(path, "judge", "reference.safetensors");
        if (drawn is null || !File.Exists(file))
            return null;
        try
        {
            var sets = FeatureFile.Read(file);
            return sets.Values.All(set => set.Network == drawn.Network && set.Dimensions == drawn.Dimensions)
                ? sets
                : throw Unreadable($"`{file}` holds features of `{sets.Values.First().Network}`, expected `{drawn.Network}`", null);
        }
        catch (Exception failure) when (failure is CheckpointException or IOException or UnauthorizedAccessException)
        {
            throw Unreadable(failure.Message, failure);
        }
    }

    private static RunException Unreadable(string message, Exception? inner) =>
        new(ExitCode.RunFailed, DiagnosticId.ModelUnreadable, message, inner: inner);
}
