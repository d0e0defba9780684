using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Schedules;
using Lethe.Diffusion.Text;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>Reads and writes models in the folder layout of diffusers.</summary>
public static class DiffusersFolder
{
    private const string NetworkStem = "diffusion_pytorch_model";
    private const string TextStem = "model";

    /// <summary>Opens a folder with <c>model_index.json</c>, <c>unet</c>, <c>vae</c>, <c>text_encoder</c>, <c>tokenizer</c>, <c>scheduler</c>.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="variant">Which weight files to take, such as <c>fp16</c>; null for the plain ones, or the only variant there is.</param>
    /// <exception cref="CheckpointException">A file is missing or malformed, or a weight is missing, misshapen or not finite.</exception>
    public static DiffusionCheckpoint Open(string folder, string? variant = null)
    {
        var parts = Parts(folder, variant);
        var weights = new List<StateDict>();
        var metadata = new Dictionary<string, string>();
        try
        {
            var unet = new UNet2DConditionModel(parts.UNet, Weights("unet"));
            var vaeWeights = Weights("vae");
            AutoencoderKL.RenameLegacyAttention(vaeWeights);
            var vae = new AutoencoderKL(parts.Autoencoder, vaeWeights);
            return new DiffusionCheckpoint
            {
                Location = folder,
                Layout = ModelLayout.Folder,
                UNet = unet,
                Autoencoder = vae,
                TextEncoder = new ClipTextModel(parts.Text, Weights("text_encoder")),
                Scheduler = parts.Scheduler,
                TokenizerFolder = parts.TokenizerFolder,
                Metadata = metadata,
                Files = parts.Files,
            };
        }
        catch
        {
            weights.ForEach(part => part.Dispose());
            throw;
        }

        StateDict Weights(string component)
        {
            var read = WeightFiles.Read(Path.Combine(folder, component), parts.Weights[component], metadata);
            weights.Add(read);
            return read;
        }
    }

    /// <summary>The weight files of one component that <see cref="Open"/> would read, by their names in its folder.</summary>
    public static IReadOnlyList<string> WeightFilesOf(string folder, string component, string? variant = null) =>
        [.. WeightFiles.Find(Path.Combine(folder, component), StemOf(component), variant).Select(file => Path.GetFileName(file))];

    /// <summary>Everything but the weights.</summary>
    internal static ModelParts Parts(string folder, string? variant)
    {
        if (!Directory.Exists(folder))
            throw new CheckpointException($"`{folder}` is neither a file nor a folder, expected a model in the layout of diffusers or a single file");
        string At(params ReadOnlySpan<string> names) => Path.Combine([folder, .. names]);
        var files = new List<string>();
        var index = Track(At("model_index.json"));
        ForeignModel.RefusePipeline(ConfigReader.Open(index).Word("_class_name", "StableDiffusionPipeline"), index);
        var scheduler = Track(At("scheduler", "scheduler_config.json"));
        Track(At("tokenizer", "vocab.json"));
        Track(At("tokenizer", "merges.txt"));
        var unet = UNet2DConfig.Load(Track(At("unet", "config.json")));
        var vae = AutoencoderKLConfig.Load(Track(At("vae", "config.json")));
        var text = ClipTextConfig.Load(Track(At("text_encoder", "config.json")));
        var weights = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var component in (ReadOnlySpan<string>)["unet", "vae", "text_encoder"])
            weights[component] = [.. WeightFiles.Find(At(component), StemOf(component), variant).Select(Track)];
        return new ModelParts
        {
            UNet = unet,
            Autoencoder = vae,
            Text = text,
            Scheduler = SchedulerConfig.Load(scheduler),
            TokenizerFolder = At("tokenizer"),
            Weights = weights,
            Files = files,
        }.Checked(folder);

        string Track(string file)
        {
            if (!File.Exists(file))
                throw new CheckpointException($"`{file}` does not exist");
            FolderGuard.Check(folder, file);
            files.Add(file);
            return file;
        }
    }

    /// <summary>The stem of a component's weight files: transformers and diffusers have one each.</summary>
    internal static string StemOf(string component) => component is "text_encoder" or "safety_checker" ? TextStem : NetworkStem;

    /// <summary>
    /// Writes a model to a new folder: the three networks' weights as they are now, as safetensors, every other file as it was, or made anew for a model from a single file.
    /// A weight that nobody changed is bit-identical with the one that was read, unless <paramref name="floatType"/> asks for another format.
    /// </summary>
    /// <param name="model">The model; the folder it came from must still exist.</param>
    /// <param name="folder">The new folder; must not exist yet. It appears only once it is complete.</param>
    /// <param name="floatType">Format of the weights; null keeps the format each came in.</param>
    /// <param name="metadata">Text pairs for the weight files' headers, besides those that the model came with.</param>
    public static void Save(
        DiffusionCheckpoint model, string folder, ScalarType? floatType = null, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Path.Exists(target))
            throw new CheckpointException($"`{folder}` already exists, expected a new folder");
        var temporary = target + ".partial";
        var pairs = model.Metadata.Concat(metadata ?? new Dictionary<string, string>()).GroupBy(pair => pair.Key).ToDictionary(group => group.Key, group => group.Last().Value);
        if (Directory.Exists(temporary))
            Directory.Delete(temporary, recursive: true);
        try
        {
            if (model.Layout == ModelLayout.Folder)
            {
                CopyAllButWeights(model.Location, temporary);
            }
            else
            {
                ConfigWriter.Write(model, temporary);
                WriteTokenizer(model, Path.Combine(temporary, "tokenizer"));
            }

            SafetensorsWriter.Write(
                Path.Combine(temporary, "unet", NetworkStem + ".safetensors"), model.UNet.Weights, pairs, floatType);
            SafetensorsWriter.Write(
                Path.Combine(temporary, "vae", NetworkStem + ".safetensors"), model.Autoencoder.Weights, pairs, floatType);
            SafetensorsWriter.Write(
                Path.Combine(temporary, "text_encoder", TextStem + ".safetensors"), model.TextEncoder.Weights, pairs, floatType);
            Directory.Move(temporary, target);
        }
        finally
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
        }
    }

    private static void CopyAllButWeights(string source, string target)
    {
        var root = Path.GetFullPath(source);
        Directory.CreateDirectory(target);
        File.Copy(Path.Combine(root, "model_index.json"), Path.Combine(target, "model_index.json"));
        foreach (var component in (ReadOnlySpan<string>)
            ["unet", "vae", "text_encoder", "tokenizer", "scheduler", "safety_checker", "feature_extractor"])
        {
            var from = new DirectoryInfo(Path.Combine(root, component));
            if (!from.Exists)
                continue;
            var replaced = component is "unet" or "vae" or "text_encoder";
            var to = Directory.CreateDirectory(Path.Combine(target, component)).FullName;
            foreach (var file in from.EnumerateFiles())
            {
                // Old weights in any format must not survive beside the sanitised ones, and no pickle may.
                if (replaced ? file.Name == "config.json" : !PickledWeights.IsOne(file.Name))
                    file.CopyTo(Path.Combine(to, file.Name));
            }
        }

        foreach (var file in PickledWeights.Of(root).Where(file => file.StartsWith("safety_checker/", StringComparison.Ordinal)))
            PickledWeights.Convert(Path.Combine(root, file), Path.Combine(target, PickledWeights.SafetensorsName(file)));
    }

    private static void WriteTokenizer(DiffusionCheckpoint model, string target)
    {
        if (model.TokenizerFolder is null)
        {
            ClipVocabulary.Write(target, model.PadToken);
            return;
        }

        Directory.CreateDirectory(target);
        foreach (var file in new DirectoryInfo(model.TokenizerFolder).EnumerateFiles())
            file.CopyTo(Path.Combine(target, file.Name));
    }
}
