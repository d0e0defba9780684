using System.Text.Json;
using Lethe.Diffusion.Networks;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>The pickled weights (<c>.bin</c>) of a folder of diffusers: read as data, and written back as safetensors under the names that diffusers looks for.</summary>
public static class PickledWeights
{
    private static readonly string[] Components = ["unet", "vae", "text_encoder", "safety_checker"];

    /// <summary>Whether a file name is that of pickled weights or of their index.</summary>
    public static bool IsOne(string name) => name.EndsWith(WeightFiles.PickleEnding, StringComparison.OrdinalIgnoreCase) || IsIndex(name);

    /// <summary>Whether a file name is that of an index of pickled weights.</summary>
    public static bool IsIndex(string name) =>
        name.EndsWith(".json", StringComparison.Ordinal) && Path.GetFileName(name).Contains(WeightFiles.PickleEnding + ".index.", StringComparison.Ordinal);

    /// <summary>
    /// The pickles that stand for a component's weights because there are no safetensors, and their index, relative to the folder, with <c>/</c>. An index that is
    /// malformed counts as none: opening the model says what is wrong with it.
    /// </summary>
    public static IReadOnlyList<string> Of(string folder)
    {
        var found = new List<string>();
        foreach (var component in Components)
        {
            if (Located(Path.Combine(folder, component), DiffusersFolder.StemOf(component)) is not { } weights)
                continue;
            found.AddRange(weights.Files.Append(weights.Index).OfType<string>().Where(IsOne).Select(file => $"{component}/{Path.GetFileName(file)}"));
        }

        return found;
    }

    /// <summary>The name under which diffusers and transformers look for the same file as safetensors, such as <c>unet/diffusion_pytorch_model.fp16.safetensors</c>.</summary>
    public static string SafetensorsName(string path)
    {
        var (place, name) = (path[..(path.LastIndexOf('/') + 1)], path[(path.LastIndexOf('/') + 1)..]);
        const string pickleStem = "pytorch_model";
        if (name.StartsWith(pickleStem, StringComparison.Ordinal))
            name = "model" + name[pickleStem.Length..];
        return place + (IsIndex(name) ? name.Replace(WeightFiles.PickleEnding + ".index.", WeightFiles.SafeEnding + ".index.", StringComparison.Ordinal)
            : Path.ChangeExtension(name, WeightFiles.SafeEnding));
    }

    /// <summary>Writes one file, or the index, as safetensors; every number keeps its bytes.</summary>
    /// <exception cref="CheckpointException">The pickle is refused; the message names file and byte.</exception>
    public static void Convert(string from, string to)
    {
        if (IsIndex(from))
        {
            var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var item in WeightFiles.WeightMap(from).EnumerateObject())
                map[item.Name] = SafetensorsName(item.Value.ToString());
            AtomicFile.WriteText(to, JsonSerializer.Serialize(new { metadata = new { }, weight_map = map }) + "\n");
            return;
        }

        using var file = TensorFiles.Open(from);
        using var weights = new StateDict { Source = $"`{from}`" };
        file.ReadInto(weights);
        SafetensorsWriter.Write(to, weights, file.Metadata);
    }

    private static (IReadOnlyList<string> Files, string? Index)? Located(string folder, string stem)
    {
        try
        {
            return WeightFiles.Locate(folder, stem, variant: null);
        }
        catch (CheckpointException)
        {
            return null;
        }
    }
}
