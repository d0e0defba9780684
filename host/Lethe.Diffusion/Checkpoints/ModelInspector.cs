using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Schedules;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>Describes models from headers and configuration files.</summary>
public static class ModelInspector
{
    /// <summary>Describes a folder or a single file.</summary>
    /// <exception cref="CheckpointException">Not a Stable Diffusion 1.x or 2.x, or malformed; the message names file and place.</exception>
    public static ModelDescription Describe(string path, OpenOptions? options = null) =>
        File.Exists(path) ? OfFile(path, options ?? new OpenOptions()) : OfFolder(path, options?.Variant);

    private static ModelDescription OfFolder(string folder, string? variant)
    {
        var parts = DiffusersFolder.Parts(folder, variant);
        var metadata = new Dictionary<string, string>();
        return Describe(folder, ModelLayout.Folder, parts.UNet, parts.Autoencoder, parts.Text, parts.Scheduler,
        [
            .. parts.Weights.Select(component => new ModelComponent(component.Key, [.. component.Value.SelectMany(Tensors)])),
        ], parts.Files, metadata);

        List<(string?, StoredTensor)> Tensors(string path)
        {
            using var file = TensorFiles.Open(path);
            foreach (var (key, value) in file.Metadata)
                metadata[key] = value;
            return [.. file.Tensors.Select(tensor => ((string?)tensor.Name, tensor))];
        }
    }

    private static ModelDescription OfFile(string path, OpenOptions options)
    {
        using var file = TensorFiles.Open(path);
        var parts = SingleFile.Parts(file, options);
        var names = new LdmNames(parts.UNet, parts.Autoencoder);
        var groups = new SortedDictionary<string, List<(string?, StoredTensor)>>(StringComparer.Ordinal)
        {
            ["unet"] = [],
            ["vae"] = [],
            ["text_encoder"] = [],
            ["other"] = [],
        };
        foreach (var tensor in file.Tensors)
        {
            var (component, name) = Place(tensor.Name, names);
            groups[component].Add((name, tensor));
        }

        return Describe(path, ModelLayout.SingleFile, parts.UNet, parts.Autoencoder, parts.Text, parts.Scheduler,
            [.. groups.Where(group => group.Value.Count > 0).Select(group => new ModelComponent(group.Key, group.Value))], [path], file.Metadata);
    }

    private static (string Component, string? Name) Place(string name, LdmNames names)
    {
        if (name.StartsWith(LdmNames.UNetPrefix, StringComparison.Ordinal) && names.UNetToDiffusers(name[LdmNames.UNetPrefix.Length..]) is { } unet)
            return ("unet", unet);
        if (name.StartsWith(LdmNames.AutoencoderPrefix, StringComparison.Ordinal) && names.AutoencoderToDiffusers(name[LdmNames.AutoencoderPrefix.Length..]) is { } vae)
            return ("vae", vae);
        if (LdmText.ClipToHuggingFace(name) is { } text)
            return ("text_encoder", text);
        return name.StartsWith(LdmText.OpenClipPrefix, StringComparison.Ordinal) ? ("text_encoder", null) : ("other", null);
    }

    private static ModelDescription Describe(
        string location, ModelLayout layout, UNet2DConfig unet, AutoencoderKLConfig vae, ClipTextConfig text, SchedulerConfig scheduler,
        IReadOnlyList<ModelComponent> components, IReadOnlyList<string> files, IReadOnlyDictionary<string, string> metadata) => new()
        {
            Location = location,
            Family = ModelParts.FamilyOf(unet, text),
            Layout = layout,
            UNet = unet,
            Autoencoder = vae,
            Text = text,
            Scheduler = scheduler,
            Components = components,
            Files = files,
            Metadata = metadata,
        };
}
