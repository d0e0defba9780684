using System.Globalization;
using System.Text.Json;
using Lethe.Diffusion;
using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Text;
using Lethe.Evaluation.Judges;
using Lethe.Training.Runs;

namespace Lethe.Training.Stages;

/// <summary>Writes the finished model: diffusers' folder layout in half precision, with the judge, the CLIP and the recipe beside it.</summary>
public static class ExportStage
{
    public const string Name = "export";
    internal const string DenoiserFile = "unet/diffusion_pytorch_model.safetensors";
    internal const string AutoencoderFile = "vae/diffusion_pytorch_model.safetensors";
    internal const string TextFile = "text_encoder/model.safetensors";
    internal const string ClipFile = "clip/model.safetensors";
    internal const string TokenizerFolder = "tokenizer";
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    public static void Run(StageContext context)
    {
        var folder = context.Options.Export
            ?? throw new ArgumentException("stage `export` needs a folder\n\nhint: name it with `--export`");
        using var pictures = TrainingPictures.Open(context.Options.WorkFolder);
        using var autoencoder = DecoderStage.Whole(context);
        using var text = context.Trained(TextStage.Name);
        using var denoiser = context.Trained(DenoiserStage.Name);
        using var judge = context.Trained(JudgeStage.Name);
        using var latents = Latents.Encode(new AutoencoderKL(AutoencoderStage.Config, autoencoder), pictures);
        var tokenizer = ClipTokenizer.Open(context.TokenizerFolder);

        Weights(folder, DenoiserFile, denoiser, _ => true);
        Weights(folder, AutoencoderFile, autoencoder, _ => true);
        Weights(folder, TextFile, text, IsText);
        Weights(folder, ClipFile, text, name => !IsText(name));
        Weights(folder, "judge/model.safetensors", judge, _ => true);
        Configuration(folder, "unet/config.json", DiffusersConfig.UNet(DenoiserStage.Config));
        Configuration(folder, "vae/config.json", DiffusersConfig.Autoencoder(AutoencoderStage.Config, latents.ScalingFactor));
        Configuration(folder, "text_encoder/config.json", DiffusersConfig.Text(TextStage.Config(tokenizer), tokenizer));
        Configuration(folder, "scheduler/scheduler_config.json", DiffusersConfig.Scheduler(DenoiserStage.Noise));
        Put(folder, "judge/config.json", new JudgeConfig
        {
            Width = JudgeStage.Width,
            Objects = [.. context.World.Objects.Select(o => o.Name)],
            Styles = [.. context.World.Styles.Select(s => s.Name)],
            Threshold = JudgeStage.Threshold,
        }.ToJson());
        foreach (var file in Directory.EnumerateFiles(context.TokenizerFolder).Order(StringComparer.Ordinal))
            Put(folder, TokenizerFolder + "/" + Path.GetFileName(file), File.ReadAllText(file));
        // What the model can draw; `lethe evaluate` and benchmarks ask for it.
        Put(folder, "world.yaml", File.ReadAllText(context.Options.WorldPath));
        Configuration(folder, "recipe.json", Recipe(context));
        // Last: whoever sees the index may rely on the rest.
        Configuration(folder, "model_index.json", DiffusersConfig.Index());
        var bytes = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
        context.Log(string.Create(CultureInfo.InvariantCulture, $"model written to `{folder}`, {bytes / 1e6:0.0} MB"));
    }

    private static bool IsText(string name) => name.StartsWith(TextStage.TextPrefix, StringComparison.Ordinal);

    private static void Weights(string folder, string file, StateDict weights, Func<string, bool> select) =>
        SafetensorsWriter.Write(Path.Combine(folder, file), weights.Parameters(select), floatType: torch.float16);

    private static void Configuration(string folder, string name, IReadOnlyDictionary<string, object?> content) =>
        Put(folder, name, JsonSerializer.Serialize(content, Format) + "\n");

    private static void Put(string folder, string name, string content) => AtomicFile.WriteText(Path.Combine(folder, name), content);

    /// <summary>What was trained for how long and on what, as the checkpoints say.</summary>
    private static SortedDictionary<string, object?> Recipe(StageContext context)
    {
        var stages = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var name in (ReadOnlySpan<string>)[AutoencoderStage.Name, TextStage.Name, JudgeStage.Name, DenoiserStage.Name, DecoderStage.Name])
        {
            if (!File.Exists(TrainingRun.CheckpointFile(context.RunFolder, name)))
                continue;
            using var file = SafetensorsFile.Open(TrainingRun.CheckpointFile(context.RunFolder, name));
            stages[name] = new SortedDictionary<string, string>(file.Metadata.ToDictionary(), StringComparer.Ordinal);
        }

        return new SortedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["objects"] = context.World.Objects.Count,
            ["styles"] = context.World.Styles.Select(s => new { name = s.Name, package = s.Package, version = s.Version, licence = s.Licence }),
            ["stages"] = stages,
            ["made_with"] = "lethe train emoji",
        };
    }
}
