using Lethe.Diffusion.Checkpoints;
using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Runs;

/// <summary>
/// Writes the sanitized model in the layout it came in: the source's folder, or its single file, with every edit that can be folded
/// folded into the denoiser's tensors. Files that no edit touches are copied byte for byte, and so is every other tensor.
/// </summary>
internal sealed class ModelExport(RunFolder folder, PreparedRun run, IRunObserver observer)
{
    /// <summary>Folder of the sanitized model inside the run folder.</summary>
    public const string Folder = "model";

    private const string Denoiser = "unet/";

    private const string Ending = ".safetensors";

    /// <summary>The sanitized model, relative to the run folder: its folder, or its single file.</summary>
    public static string LocationOf(string model) => File.Exists(model) ? $"{Folder}/{TargetName(Path.GetFileName(model), model)}" : Folder;

    /// <summary>Files of the sanitized model, relative to the run folder.</summary>
    public IReadOnlyList<string> Files() => [.. ModelFiles.List(run.ModelPath).Where(path => !IsStray(path)).Select(path => $"{Folder}/{TargetName(path, run.ModelPath)}")];

    /// <summary>The number format of a name such as <c>float16</c>; null for null.</summary>
    public static ScalarType? TypeOf(string? name) => name switch
    {
        "float16" => ScalarType.Float16,
        "bfloat16" => ScalarType.BFloat16,
        "float32" => ScalarType.Float32,
        _ => null,
    };

    /// <summary>Whether every file of the sanitized model is finished.</summary>
    public bool IsFinished() => Files().All(folder.IsFinished);

    /// <summary>Writes what is missing.</summary>
    /// <param name="edits">All edits in order; adapters and guidance are not folded.</param>
    /// <param name="original">The unedited denoiser.</param>
    /// <param name="cancel">Heard between files.</param>
    public void Write(IReadOnlyList<ModelEdit> edits, IDenoiser original, CancellationToken cancel)
    {
        observer.Stage("sanitized model");
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        var folded = Fold(edits, original);
        var metadata = Metadata();
        var files = ModelFiles.List(run.ModelPath);
        var done = 0;
        foreach (var path in files)
        {
            cancel.ThrowIfCancellationRequested();
            var (from, to) = (Path.Combine(ModelFiles.Root(run.ModelPath), path), $"{Folder}/{TargetName(path, run.ModelPath)}");
            if (IsStray(path))
                observer.Note($"`{path}` is not part of the opened model and was left out");
            else if (!folder.IsFinished(to))
                folder.Write(to, temporary => WriteFile(path, from, temporary, folded, metadata));
            observer.Progress(++done, files.Count, "files");
        }
    }

    private void WriteFile(string path, string from, string target, Dictionary<string, Tensor> folded, IReadOnlyDictionary<string, string> metadata)
    {
        var floatType = TypeOf(run.Plan.ExportType);
        var part = path[..(path.IndexOf('/') + 1)];
        if (from == Path.GetFullPath(run.ModelPath))
        {
            using var source = TensorFiles.Open(from);
            var names = SingleFile.UNetNames(from);
            CheckpointPatch.Write(source, target, folded.ToDictionary(pair => names.GetValueOrDefault(pair.Key, pair.Key), pair => pair.Value), metadata, floatType,
                name => !SingleFile.IsWeight(name));
        }
        else if (IsWeights(path) && (part == Denoiser || (floatType is not null && part is "vae/" or "text_encoder/")))
        {
            using var source = TensorFiles.Open(from);
            CheckpointPatch.Write(source, target, part == Denoiser ? folded : [], metadata, floatType);
        }
        else if (PickledWeights.IsOne(path))
        {
            PickledWeights.Convert(from, target);
        }
        else
        {
            using var input = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.Read);
            using var output = new FileStream(target, FileMode.Create, FileAccess.Write, FileShare.None);
            input.CopyTo(output);
        }
    }

    private static bool IsWeights(string path) =>
        path.EndsWith(Ending, StringComparison.Ordinal) || (PickledWeights.IsOne(path) && !PickledWeights.IsIndex(path));

    // A checkpoint of PyTorch becomes safetensors: what Lethe hands out can be opened without trust.
    private static string TargetName(string path, string model) =>
        File.Exists(model) && path == Path.GetFileName(model) ? Path.ChangeExtension(path, Ending)
        : PickledWeights.IsOne(path) ? PickledWeights.SafetensorsName(path) : path;

    private static Dictionary<string, Tensor> Fold(IReadOnlyList<ModelEdit> edits, IDenoiser original)
    {
        var folded = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var edit in edits)
        {
            if (edit is WeightEdit weights)
            {
                foreach (var (name, tensor) in weights.Tensors)
                    folded[name] = tensor;
            }
            else if (edit is LowRankEdit lowRank)
            {
                var before = original.Parameters(ParameterSelection.ByName(lowRank.Factors.ContainsKey));
                foreach (var (name, factors) in lowRank.Factors)
                {
                    // Edits were read back from their files; the model may be on another device.
                    var current = folded.GetValueOrDefault(name) ?? before[name].cpu();
                    var (up, down) = (factors.Up.reshape(factors.Up.shape[0], -1), factors.Down.reshape(factors.Down.shape[0], -1));
                    folded[name] = current + (torch.matmul(up, down) * lowRank.Scale).reshape(current.shape);
                }
            }
        }
        return folded;
    }

    // Variants such as `diffusion_pytorch_model.fp16.safetensors` were not opened: rewriting them would be a guess, copying them a leak.
    private bool IsStray(string path) => path.EndsWith(Ending, StringComparison.Ordinal)
        && path.StartsWith(Denoiser, StringComparison.Ordinal) && !OpenedFiles.Value.Contains(path);

    private Lazy<HashSet<string>> OpenedFiles { get; } = new(() => DenoiserFiles(run.ModelPath));

    private static HashSet<string> DenoiserFiles(string model) => File.Exists(model) ? []
        : [.. DiffusersFolder.WeightFilesOf(model, Denoiser.TrimEnd('/')).Select(file => Denoiser + file)];

    private SortedDictionary<string, string> Metadata() => new(StringComparer.Ordinal)
    {
        ["format"] = "pt",
        ["lethe.version"] = run.Plan.Host,
        ["lethe.policy"] = run.Plan.Policy,
        ["lethe.policy_sha256"] = run.Plan.PolicySha256,
        ["lethe.source_model_sha256"] = run.Plan.ModelSha256 ?? "",
        ["lethe.plugins"] = string.Join(", ", run.Plan.Steps.Select(step => $"{step.Plugin} {step.PluginVersion}").Distinct()),
        ["lethe.erased"] = string.Join(", ", run.Plan.Steps.SelectMany(step => step.Erase).Select(item => item.Concept)),
    };
}
