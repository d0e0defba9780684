using System.Text.Json;
using Lethe.Diffusion.Networks;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>
/// Finds and reads the weights of one component of a diffusers folder: one file, or several named by an index; safetensors, or pickles
/// read as data where there are no safetensors.
/// </summary>
internal static class WeightFiles
{
    public const string SafeEnding = ".safetensors";
    public const string PickleEnding = ".bin";
    private const long LargestIndex = 64L << 20;

    /// <summary>The files that hold the weights.</summary>
    /// <param name="folder">The component's folder.</param>
    /// <param name="stem"><c>diffusion_pytorch_model</c> or <c>model</c>.</param>
    /// <param name="variant">Such as <c>fp16</c>, or null.</param>
    public static IReadOnlyList<string> Find(string folder, string stem, string? variant)
    {
        if (Locate(folder, stem, variant) is { } found)
            return found.Files;
        var wanted = Path.Combine(folder, $"{stem}{Dotted(variant)}{SafeEnding}");
        var other = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file))
                .Where(name => name.StartsWith(stem, StringComparison.Ordinal) || name.StartsWith(PickleStem(stem), StringComparison.Ordinal))
                .Order(StringComparer.Ordinal).ToArray()
            : [];
        var hint = other.Length == 0 ? ""
            : $"\n\nhint: the folder has `{string.Join("`, `", other)}`; " + (Variants(folder, stem).Count > 0
                ? "name a variant" : "only safetensors and `.bin` files are opened in folders; save the model again with `safe_serialization=True`");
        throw new CheckpointException($"`{wanted}` does not exist{hint}");
    }

    /// <summary>
    /// The files and the index that names them, if one does; null where there are no weights. Plain files come before the only variant, as in
    /// diffusers, and safetensors before pickles.
    /// </summary>
    /// <exception cref="CheckpointException">The variant is no plain word, or the index is malformed.</exception>
    public static (IReadOnlyList<string> Files, string? Index)? Locate(string folder, string stem, string? variant)
    {
        if (variant is not null && !IsPlainName(variant))
            throw new CheckpointException($"the variant is `{variant}`, expected a plain word such as `fp16`");
        var suffix = Dotted(variant);
        foreach (var (name, ending) in Formats(stem))
        {
            var single = Path.Combine(folder, $"{name}{suffix}{ending}");
            if (File.Exists(single))
                return ([single], null);
            foreach (var indexName in (ReadOnlySpan<string>)[$"{name}{ending}.index{suffix}.json", $"{name}{suffix}{ending}.index.json"])
            {
                var index = Path.Combine(folder, indexName);
                if (File.Exists(index))
                    return (Shards(folder, index, ending), index);
            }
        }

        return variant is null && Variants(folder, stem) is [var only] ? Locate(folder, stem, only) : null;
    }

    /// <summary>Reads all tensors of all files; the caller owns the result. Text pairs of the headers are added to <paramref name="metadata"/>.</summary>
    public static StateDict Read(string folder, IReadOnlyList<string> files, Dictionary<string, string> metadata)
    {
        var weights = new StateDict { Source = files.Count == 1 ? $"`{files[0]}`" : $"`{folder}`" };
        try
        {
            foreach (var path in files)
            {
                using var file = TensorFiles.Open(path);
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

    /// <summary>The files that an index names, in order.</summary>
    private static string[] Shards(string folder, string index, string ending)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var item in WeightMap(index).EnumerateObject())
        {
            var name = item.Value.ValueKind == JsonValueKind.String ? item.Value.GetString()! : "";
            if (!IsPlainName(name) || !name.EndsWith(ending, StringComparison.Ordinal))
                throw new CheckpointException(
                    $"`{index}`: `{item.Name}` is in `{item.Value.GetRawText()}`, expected the plain name of a `{ending}` file in the same folder");
            names.Add(name);
        }

        return [.. names.Select(name => Path.Combine(folder, name))];
    }

    /// <summary>File names by tensor names, not checked further.</summary>
    public static JsonElement WeightMap(string index)
    {
        var length = new FileInfo(index).Length;
        if (length > LargestIndex)
            throw new CheckpointException($"`{index}` has `{length}` bytes, expected at most `{LargestIndex}`");
        var root = StrictJson.Parse(File.ReadAllBytes(index), index, maxDepth: 8);
        return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("weight_map", out var map) && map.ValueKind == JsonValueKind.Object ? map
            : throw new CheckpointException($"`{index}` has no `weight_map`, expected an object of tensor name to file name");
    }

    // transformers calls the same weights `model.safetensors` and `pytorch_model.bin`, diffusers uses one stem for both.
    private static string PickleStem(string stem) => stem == "model" ? "pytorch_model" : stem;

    private static string Dotted(string? variant) => variant is null ? "" : "." + variant;

    private static IEnumerable<(string Stem, string Ending)> Formats(string stem) => [(stem, SafeEnding), (PickleStem(stem), PickleEnding)];

    private static List<string> Variants(string folder, string stem)
    {
        if (!Directory.Exists(folder))
            return [];
        string[] names = [.. Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file))];
        return [.. Formats(stem).SelectMany(format => names.Select(name => VariantOf(name, format.Stem, format.Ending))).OfType<string>().Distinct()];
    }

    private static string? VariantOf(string name, string stem, string ending)
    {
        var variant = Between(name, stem + ".", ending) ?? Between(name, $"{stem}{ending}.index.", ".json") ?? Between(name, stem + ".", ending + ".index.json");
        // Shards are found through their index.
        return variant is not null && IsPlainName(variant) && !variant.Contains("-of-", StringComparison.Ordinal) ? variant : null;
    }

    private static string? Between(string name, string start, string end) =>
        name.Length > start.Length + end.Length && name.StartsWith(start, StringComparison.Ordinal) && name.EndsWith(end, StringComparison.Ordinal)
            ? name[start.Length..^end.Length] : null;

    private static bool IsPlainName(string name) =>
        name.Length is > 0 and <= 255 && name[0] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
