using Lethe.Diffusion.Checkpoints;
using Lethe.Evaluation.Judges;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Runs;

/// <summary>The files that make up a model: what is hashed before a run and carried over into a sanitized model.</summary>
public static class ModelFiles
{
    // Formats that hold no weights, and the one weight format that is copied. Pickles (but those that are the model's only weights), old checkpoints
    // and hidden files never belong to the model: copied into a sanitized one, they would smuggle the erased concepts back in.
    private static readonly string[] Endings = [".safetensors", ".json", ".txt", ".md", ".yaml", ".yml", ".model"];

    // Components of the diffusers layout, and the judge and CLIP of the built-in model.
    private static readonly string[] Parts =
        ["unet", "vae", "text_encoder", "tokenizer", "scheduler", "safety_checker", "feature_extractor", "judge", "clip", EmojiClip.JudgeFolder];

    // Configuration beside a single file, `NAME.config` for `NAME.safetensors`.
    private const string Beside = ".config";

    /// <summary>What the paths of <see cref="List"/> are relative to: the model's folder, or that of its single file.</summary>
    public static string Root(string model) => File.Exists(model) ? Path.GetDirectoryName(Path.GetFullPath(model))! : model;

    /// <summary>Paths relative to <see cref="Root"/>, with <c>/</c>, in ordinal order; of a single file, the file and the configuration beside it.</summary>
    public static IReadOnlyList<string> List(string model)
    {
        if (File.Exists(model))
        {
            var config = Path.ChangeExtension(model, Beside);
            return [.. (Directory.Exists(config) ? Folder(config).Where(path => !path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) && !PickledWeights.IsOne(path)) : [])
                .Select(path => $"{Path.GetFileName(config)}/{path}").Prepend(Path.GetFileName(model)).Order(StringComparer.Ordinal)];
        }

        return Directory.Exists(model) ? Folder(model)
            : throw new RunException(ExitCode.RunFailed, DiagnosticId.ModelUnreadable, $"model `{model}` does not exist, expected a diffusers folder or a single file");
    }

    /// <summary>Bytes of all of them.</summary>
    public static long Size(string model) => List(model).Sum(file => new FileInfo(Path.Combine(Root(model), file)).Length);

    /// <summary>The same files with their hashes.</summary>
    public static IReadOnlyList<HashedFile> Hash(string model)
    {
        try
        {
            return [.. List(model).Select(path => new HashedFile(path, FileHash.Of(Path.Combine(Root(model), path))))];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RunException(ExitCode.RunFailed, DiagnosticId.ModelUnreadable, $"model `{model}` cannot be read: {failure.Message}", inner: failure);
        }
    }

    private static IReadOnlyList<string> Folder(string folder)
    {
        var pickles = PickledWeights.Of(folder);
        return [.. Directory.EnumerateFiles(folder, "*", new EnumerationOptions
            {
                RecurseSubdirectories = true, MaxRecursionDepth = 3, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System,
            })
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
            .Where(path => PickledWeights.IsOne(path) ? pickles.Contains(path) : Belongs(path))
            .Order(StringComparer.Ordinal)];
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
