using System.Text.Json;
using Lethe.Diffusion.Networks;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>Finds and reads the weights of one component of a diffusers folder: one file, or several named by an index.</summary>
internal static class WeightFiles
{
    private const long LargestIndex = 64L << 20;

    /// <summary>The files that hold the weights.</summary>
    /// <param name="folder">The component's folder.</param>
    /// <param name="stem"><c>diffusion_pytorch_model</c> or <c>model</c>.</param>
    /// <param name="variant">Such as <c>fp16</c>, or null.</param>
    public static IReadOnlyList<string> Find(string folder, string stem, string? variant)
    {
        if (variant is not null && !IsPlainName(variant))
            throw new CheckpointException($"the variant is `{variant}`, expected a plain word such as `fp16`");
        var suffix = variant is null ? "" : "." + variant;
        var single = Path.Combine(folder, $"{stem}{suffix}.safetensors");
        if (File.Exists(single))
            return [single];
        foreach (var name in (ReadOnlySpan<string>)[$"{stem}.safetensors.index{suffix}.json", $"{stem}{suffix}.safetensors.index.json"])
        {
            var index = Path.Combine(folder, name);
            if (File.Exists(index))
                return Shards(folder, index);
        }

        if (variant is null && OnlyVariant(folder, stem) is { } only)
            return Find(folder, stem, only);
        var other = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, stem + "*").Select(Path.GetFileName).Order(StringComparer.Ordinal).ToArray() : [];
        var hint = other.Length == 0 ? "" : other.Any(name => name!.EndsWith(".safetensors", StringComparison.Ordinal))
            ? $"\n\nhint: the folder has `{string.Join("`, `", other)}`; name a variant"
            : $"\n\nhint: the folder has `{string.Join("`, `", other)}`; only safetensors files are opened in folders; save the model again with `safe_serialization=True`";
        throw new CheckpointException($"`{single}` does not exist{hint}");
    }

    /// <summary>Reads all tensors of all files; the caller owns the result. Text pairs of the headers are added to <paramref name="metadata"/>.</summary>
    public static StateDict Read(string folder, IReadOnlyList<string> files, Dictionary<string, string> metadata)
    {
        var weights = new StateDict { Source = files.Count == 1 ? $"`{files[0]}`" : $"`{folder}`" };
        try
        {
            foreach (var path in files)
            {
                using var file = SafetensorsFile.Open(path);
                file.ReadInto(weights);
                foreach (var (key, value) in file.Metadata)
                    metadata[key] = value;
            }

            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>The variant, where the plain files are missing and there is only one.</summary>
    private static string? OnlyVariant(string folder, string stem)
    {
        if (!Directory.Exists(folder))
            return null;
        const string ending = ".safetensors";
        const string index = ending + ".index.";
        var variants = Directory.EnumerateFiles(folder, stem + ".*").Select(file => Path.GetFileName(file)[stem.Length..])
            .Select(rest => rest.EndsWith(ending, StringComparison.Ordinal) && rest.Length > ending.Length ? rest[1..^ending.Length]
                : rest.StartsWith(index, StringComparison.Ordinal) && rest.EndsWith(".json", StringComparison.Ordinal) && rest.Length > index.Length + 5 ? rest[index.Length..^5] : null)
            .Where(variant => variant is not null && IsPlainName(variant)).Distinct().ToList();
        return variants is [var only] ? only : null;
    }

    private static string[] Shards(string folder, string index)
    {
        var length = new FileInfo(index).Length;
        if (length > LargestIndex)
            throw new CheckpointException($"`{index}` has `{length}` bytes, expected at most `{LargestIndex}`");
        var root = StrictJson.Parse(File.ReadAllBytes(index), index, maxDepth: 8);
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
            throw new CheckpointException($"`{index}` has no `weight_map`, expected an object of tensor name to file name");
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var item in map.EnumerateObject())
        {
            var name = item.Value.ValueKind == JsonValueKind.String ? item.Value.GetString()! : "";
            if (!IsPlainName(name) || !name.EndsWith(".safetensors", StringComparison.Ordinal))
                throw new CheckpointException(
                    $"`{index}`: `{item.Name}` is in `{item.Value.GetRawText()}`, expected the plain name of a safetensors file in the same folder");
            names.Add(name);
        }

        return [.. names.Select(name => Path.Combine(folder, name))];
    }

    private static bool IsPlainName(string name) =>
        name.Length is > 0 and <= 255 && name[0] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
