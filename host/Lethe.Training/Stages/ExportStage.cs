using System.Globalization;
using System.Text.Json;
using Lethe.Diffusion;
using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Text;
using Lethe.Evaluation.Judges;
using Lethe.Evaluation.Metrics;
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
    internal const string ReferenceFile = "judge/reference.safetensors";
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
        Configuration(folder, "unet/config.json", DiffusersConfig.UNet(DenoiserStage.Config));
        Configuration(folder, "vae/config.json", DiffusersConfig.Autoencoder(AutoencoderStage.Config, latents.ScalingFactor));
        Configuration(folder, "text_encoder/config.json", DiffusersConfig.Text(TextStage.Config(tokenizer), tokenizer));
        Configuration(folder, "scheduler/scheduler_config.json", DiffusersConfig.Scheduler(DenoiserStage.Noise));
        using (var encoder = new ClipTextModel(TextStage.Config(tokenizer), text))
            Judge(context, folder, judge, pictures, encoder, tokenizer);
        Clip(context, folder, tokenizer);
        foreach (var file in Directory.EnumerateFiles(context.TokenizerFolder).Order(StringComparer.Ordinal))
            Put(folder, TokenizerFolder + "/" + Path.GetFileName(file), File.ReadAllText(file));
        // What the model can draw; `lethe evaluate` and benchmarks ask for it.
        Put(folder, "world.yaml", File.ReadAllText(context.Options.WorldPath));
        Configuration(folder, "recipe.json", Recipe(context, pictures));
        // Last: whoever sees the index may rely on the rest.
        Configuration(folder, "model_index.json", DiffusersConfig.Index());
        var bytes = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
        context.Log(string.Create(CultureInfo.InvariantCulture, $"model written to `{folder}`, {bytes / 1e6:0.0} MB"));
    }

    /// <summary>The judge with its temperature and threshold, what it can do, the features of the real pictures, and who is near whom.</summary>
    private static void Judge(
        StageContext context, string folder, StateDict weights, TrainingPictures pictures, ClipTextModel text, ClipTokenizer tokenizer)
    {
        var world = context.World;
        using var split = TrainingPictures.OpenForJudge(context.Options.WorkFolder, world, JudgeStage.Name);
        var network = new PictureNetwork(JudgeStage.Config(world.Objects.Count, world.Styles.Count), weights);
        var report = JudgeReport.Of(network, split);
        Weights(folder, "judge/model.safetensors", weights, _ => true);
        Put(folder, "judge/config.json", new JudgeConfig
        {
            Width = JudgeStage.Width,
            Top = JudgeStage.Top,
            Mirrored = JudgeStage.Mirrored,
            Objects = [.. world.Objects.Select(o => o.Name)],
            Styles = [.. world.Styles.Select(s => s.Name)],
            Threshold = report.Threshold,
            Temperature = report.Temperature,
            StyleTemperature = report.StyleTemperature,
        }.ToJson());
        Put(folder, "judge/measured.json", report.ToJson());
        Put(folder, "neighbours.json", MeasuredNeighbours.Of(world, text, tokenizer, network, split, report.Temperature).ToJson());
        using var judge = EmojiJudge.Open(Path.Combine(folder, "judge"));
        var features = Enumerable.Range(0, world.Styles.Count).Select(style => (world.Styles[style].Name, Of(style))).Where(set => set.Item2.Count > 0);
        FeatureFile.Write(
            Path.Combine(folder, ReferenceFile),
            features.ToDictionary(set => set.Name, set =>
            {
                using var seen = judge.Features(pictures.Pick(set.Item2));
                return FeatureSet.From(judge.NetworkId, seen);
            }),
            torch.float16);

        List<int> Of(int style) => [.. Enumerable.Range(0, pictures.Styles.Count).Where(i => pictures.Styles[i] == style)];
    }

    private static void Clip(StageContext context, string folder, ClipTokenizer tokenizer)
    {
        if (!File.Exists(TrainingRun.AveragePath(context.RunFolder, ClipStage.Name)))
        {
            context.Log($"stage `{ClipStage.Name}` has not run: the model gets no `{EmojiClip.JudgeFolder}`, its pictures are scored by the generator's own text encoder");
            return;
        }

        using var weights = context.Trained(ClipStage.Name);
        Weights(folder, EmojiClip.JudgeFolder + "/model.safetensors", weights, _ => true);
        var config = DiffusersConfig.Text(ClipStage.Config(tokenizer), tokenizer);
        config["projection_dim"] = ClipStage.Tower.FeatureWidth;
        config["tower_width"] = ClipStage.Tower.Width;
        config["tower_places"] = ClipStage.Tower.Places;
        Configuration(folder, EmojiClip.JudgeFolder + "/config.json", config);
    }

    private static bool IsText(string name) => name.StartsWith(TextStage.TextPrefix, StringComparison.Ordinal);

    private static void Weights(string folder, string file, StateDict weights, Func<string, bool> select) =>
        SafetensorsWriter.Write(Path.Combine(folder, file), weights.Parameters(select), floatType: torch.float16);

    private static void Configuration(string folder, string name, IReadOnlyDictionary<string, object?> content) =>
        Put(folder, name, JsonSerializer.Serialize(content, Format) + "\n");

    private static void Put(string folder, string name, string content) => AtomicFile.WriteText(Path.Combine(folder, name), content);

    /// <summary>What was trained for how long and on what, as the checkpoints say.</summary>
    private static SortedDictionary<string, object?> Recipe(StageContext context, TrainingPictures pictures)
    {
        var stages = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var name in (ReadOnlySpan<string>)[AutoencoderStage.Name, TextStage.Name, JudgeStage.Name, ClipStage.Name, DenoiserStage.Name, DecoderStage.Name])
        {
            if (!File.Exists(TrainingRun.CheckpointFile(context.RunFolder, name)))
                continue;
            using var file = SafetensorsFile.Open(TrainingRun.CheckpointFile(context.RunFolder, name));
            stages[name] = new SortedDictionary<string, string>(file.Metadata.ToDictionary(), StringComparer.Ordinal);
        }

        return new SortedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["objects"] = context.World.Objects.Count,
            ["styles"] = context.World.Styles.Select(s => new { name = s.Name, package = s.Package, version = s.Version, licence = s.Licence, ink = s.Ink }),
            ["judge_styles"] = context.World.JudgeStyles.Select(s => new { name = s.Name, package = s.Package, version = s.Version, licence = s.Licence }),
            // No network of the generator and none of the judges was trained on these.
            ["held_out"] = pictures.HeldOut.Select(i => new
            {
                @object = context.World.Objects[(int)pictures.Objects[i]].Name,
                style = context.World.Styles[(int)pictures.Styles[i]].Name,
            }),
            ["stages"] = stages,
            ["made_with"] = "lethe train emoji",
        };
    }
}
