using Lethe.Host.Runs;
using Lethe.Sdk.Diagnostics;
using Lethe.Training.Data;

namespace Lethe.Host.Benchmarks;

/// <summary>The lists of concepts that a model's <c>world.yaml</c> names.</summary>
internal static class NamedLists
{
    /// <summary>Lists by name; none when the model has no world.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Of(string modelPath)
    {
        var file = Path.Combine(modelPath, "world.yaml");
        if (!File.Exists(file))
            return new Dictionary<string, IReadOnlyList<string>>();
        try
        {
            return World.Load(file).NamedLists();
        }
        catch (InvalidDataException failure)
        {
            throw new RunException(ExitCode.RunFailed, DiagnosticId.ModelUnreadable, failure.Message, inner: failure);
        }
    }
}
