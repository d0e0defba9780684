using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Runs;

/// <summary>Finds the model that a name or a path means.</summary>
public static class ModelLocation
{
    /// <summary>The model used where none is named.</summary>
    public const string Default = "builtin:emoji";

    private const string BuiltIn = "builtin:";

    /// <summary>Names of the built-in models that are installed, in ordinal order.</summary>
    public static IReadOnlyList<string> BuiltInNames() => ModelsFolder() is not { } folder ? [] :
        [.. Directory.EnumerateDirectories(folder)
            .Where(model => File.Exists(Path.Combine(model, "model_index.json")))
            .Select(model => BuiltIn + Path.GetFileName(model))
            .Order(StringComparer.Ordinal)];

    /// <summary>Folder of a built-in model, whether or not its weights are there.</summary>
    /// <exception cref="RunException">No such folder.</exception>
    public static string BuiltInFolder(string name) => ModelsFolder() is { } folder && Directory.Exists(Path.Combine(folder, name))
        ? Path.Combine(folder, name)
        : throw Unknown($"unknown model `{BuiltIn}{name}`");

    /// <summary>Full path of the model; existence is checked, nothing is opened.</summary>
    /// <exception cref="RunException">No such model; the message lists the known names.</exception>
    public static string Find(string name)
    {
        if (name.StartsWith(BuiltIn, StringComparison.Ordinal))
        {
            return BuiltInNames().Contains(name, StringComparer.Ordinal)
                ? Path.Combine(ModelsFolder()!, name[BuiltIn.Length..])
                : throw Unknown($"unknown model `{name}`");
        }
        return Path.Exists(name) ? Path.GetFullPath(name) : throw Unknown($"model `{name}` does not exist");
    }

    private static RunException Unknown(string message)
    {
        var known = BuiltInNames();
        return new RunException(ExitCode.UsageInvalid, DiagnosticId.UnknownModel, message, known.Count == 0
            ? "name a diffusers folder or a checkpoint file; no built-in model is installed"
            : $"built-in models: {string.Join(", ", known.Select(item => $"`{item}`"))}; or name a diffusers folder or a checkpoint file");
    }

    private static string? ModelsFolder() => Installation.Find(Path.Combine("host", "models"), "models");
}
