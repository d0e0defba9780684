using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Runs;

/// <summary>The files that make up a model: what is hashed before a run and carried over into a sanitized model.</summary>
public static class ModelFiles
{
    // Formats that hold no weights, and the one weight format that is read. Pickles, old checkpoints and hidden files never belong
    // to the model: copied into a sanitized one, they would smuggle the erased concepts back in.
    private static readonly string[] Endings = [".safetensors", ".json", ".txt", ".md", ".yaml", ".yml", ".model"];

    // Components of the diffusers layout, and the judge and CLIP of the built-in model.
    private static readonly string[] Parts =
        ["unet", "vae", "text_encoder", "tokenizer", "scheduler", "safety_checker", "feature_extractor", "judge", "clip"];

    /// <summary>Paths relative to the model folder, with <c>/</c>, in ordinal order.</summary>
    public static IReadOnlyList<string> List(string folder)
    {
        if (!Directory.Exists(folder))
            throw new RunException(ExitCode.RunFailed, DiagnosticId.ModelUnreadable, $"model `{folder}` is not a folder, expected a diffusers folder");
        return [.. Directory.EnumerateFiles(folder, "*", new EnumerationOptions
            {
                RecurseSubdirectories = true, MaxRecursionDepth = 3, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System,
            })
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
            .Where(Belongs)
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>Bytes of all of them.</summary>
    public static long Size(string folder) => List(folder).Sum(file => new FileInfo(Path.Combine(folder, file)).Length);

    /// <summary>The same files with their hashes.</summary>
    public static IReadOnlyList<HashedFile> Hash(string folder)
    {
        try
        {
            return [.. List(folder).Select(path => new HashedFile(path, FileHash.Of(Path.Combine(folder, path))))];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RunException(ExitCode.RunFailed, DiagnosticId.ModelUnreadable, $"model `{folder}` cannot be read: {failure.Message}", inner: failure);
        }
    }

    private static bool Belongs(string path)
    {
        var name = Path.GetFileName(path);
        var ending = Path.GetExtension(name).ToLowerInvariant();
        var slash = path.IndexOf('/');
        if (slash >= 0 && !Parts.Contains(path[..slash]))
            return false;
        // Safetensors in the top folder are single-file copies of the whole model, not part of the diffusers layout.
        return (ending == ".safetensors" ? slash >= 0 : Endings.Contains(ending))
            || name.StartsWith("LICEN", StringComparison.OrdinalIgnoreCase) || name.StartsWith("NOTICE", StringComparison.OrdinalIgnoreCase);
    }
}
