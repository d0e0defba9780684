using Lethe.Diffusion.Checkpoints;
using Lethe.Sdk.Diagnostics;
using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Runs;

/// <summary>Edits as safetensors files: tensors under their names; kind, settings and the eraser in the header.</summary>
public static class EditFile
{
    private const string SettingPrefix = "setting.";

    /// <summary>Whether an edit, with all its parts, is finished.</summary>
    public static bool IsFinished(RunFolder folder, string file) =>
        folder.IsFinished(file) && Enumerable.Range(1, Parts(folder.InRoot(file)) - 1).All(part => folder.IsFinished(PartName(file, part)));

    /// <summary>Writes an edit; of a combined edit each part is a file of its own, the first one last, so that it vouches for all.</summary>
    /// <remarks>Low-rank edits are also written under the names that other programs load.</remarks>
    public static void Save(RunFolder folder, string file, ModelEdit edit, PlannedStep step, IDiffusionModel model)
    {
        IReadOnlyList<ModelEdit> parts = edit is CombinedEdit combined ? combined.Parts : [edit];
        for (var part = parts.Count - 1; part >= 0; part--)
        {
            var metadata = new Dictionary<string, string>
            {
                ["lethe.edit"] = parts[part].Kind,
                ["lethe.eraser"] = step.Eraser,
                ["lethe.plugin"] = $"{step.Plugin} {step.PluginVersion}",
                ["lethe.parts"] = FormattableString.Invariant($"{parts.Count}"),
            };
            foreach (var (key, value) in parts[part].Settings)
                metadata[SettingPrefix + key] = value;
            var tensors = parts[part].Tensors;
            if (parts[part] is LowRankEdit lowRank)
                folder.Write(KohyaFile.NameOf(PartName(file, part)), temporary =>
                    KohyaFile.Write(temporary, lowRank, model.Denoiser.Parameters(ParameterSelection.ByName(lowRank.Factors.ContainsKey)), metadata));
            folder.Write(PartName(file, part), temporary => SafetensorsWriter.Write(temporary, tensors, metadata));
        }
    }

    /// <summary>Reads an edit of a run folder, part by part.</summary>
    public static IReadOnlyList<ModelEdit> Load(RunFolder folder, string file, IDiffusionModel model, Func<IEraser> eraser, PlannedStep step) =>
        [.. Enumerable.Range(0, Parts(folder.InRoot(file))).Select(part => Load(folder.InRoot(PartName(file, part)), model, _ => eraser(), step.Eraser))];

    /// <summary>Reads one file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The model it will be attached to.</param>
    /// <param name="eraserOf">Constructs the eraser of an id; asked for adapters and guidance only.</param>
    /// <param name="eraserId">Id of the eraser; null takes what the file says.</param>
    public static ModelEdit Load(string path, IDiffusionModel model, Func<string, IEraser> eraserOf, string? eraserId = null)
    {
        using var file = SafetensorsFile.Open(path);
        if (!file.Metadata.TryGetValue("lethe.edit", out var kind))
            throw new RunException(ExitCode.RunFailed, DiagnosticId.ModelUnreadable, $"`{path}` is no edit: its header lacks `lethe.edit`",
                "edits are in the folder `edits` of a run");
        var settings = file.Metadata.Where(pair => pair.Key.StartsWith(SettingPrefix, StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key[SettingPrefix.Length..], pair => pair.Value);
        var tensors = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var name in file.Entries.Keys)
            tensors.Add(name, file.Read(name).DetachFromDisposeScope());
        switch (kind)
        {
            case "weights":
                return ModelEdit.Weights(tensors, settings);
            case "low-rank":
                return LowRank(tensors, settings, path);
            default:
                var id = eraserId ?? file.Metadata.GetValueOrDefault("lethe.eraser") ?? "";
                return eraserOf(id) is IAdapterLoader loader
                    ? loader.Load(model, tensors, settings)
                    : throw new RunException(ExitCode.RunFailed, DiagnosticId.EraserFailed,
                        $"`{path}` holds an edit of kind `{kind}`, but eraser `{id}` cannot load it back", "the plugin must implement `IAdapterLoader`");
        }
    }

    private static ModelEdit LowRank(SortedDictionary<string, Tensor> tensors, Dictionary<string, string> settings, string path)
    {
        var factors = new SortedDictionary<string, LowRankFactors>(StringComparer.Ordinal);
        foreach (var (name, down) in tensors.Where(pair => pair.Key.EndsWith(".down", StringComparison.Ordinal)))
        {
            var parameter = name[..^".down".Length];
            if (!tensors.TryGetValue(parameter + ".up", out var up))
                throw new RunException(ExitCode.RunFailed, DiagnosticId.TensorMissing, $"`{path}`: tensor `{parameter}.up` is missing");
            factors.Add(parameter, new LowRankFactors { Down = down, Up = up });
        }
        var scale = double.TryParse(settings.GetValueOrDefault("scale"), System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 1;
        return ModelEdit.LowRank(factors, scale);
    }

    private static int Parts(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return int.TryParse(file.Metadata.GetValueOrDefault("lethe.parts"), System.Globalization.CultureInfo.InvariantCulture, out var parts)
            && parts is > 0 and < 1000 ? parts : 1;
    }

    private static string PartName(string file, int part) =>
        part == 0 ? file : Path.ChangeExtension(file, FormattableString.Invariant($"part{part}.safetensors"));
}
