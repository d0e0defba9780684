using System.Security.Cryptography;
using Lethe.Diffusion.Networks;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>Reads and writes models in the folder layout of diffusers.</summary>
public static class DiffusersFolder
{
    private const string NetworkStem = "diffusion_pytorch_model";
    private const string TextStem = "model";

    /// <summary>Opens a folder with <c>model_index.json</c>, <c>unet</c>, <c>vae</c>, <c>text_encoder</c>, <c>tokenizer</c>, <c>scheduler</c>.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="variant">Which weight files to take, such as <c>fp16</c>; null for the plain ones.</param>
    /// <exception cref="CheckpointException">A file is missing or malformed, or a weight is missing, misshapen or not finite.</exception>
    public static DiffusionCheckpoint Open(string folder, string? variant = null)
    {
        if (!Directory.Exists(folder))
            throw new CheckpointException($"`{folder}` is not a folder, expected a model in the layout of diffusers");
        string At(params ReadOnlySpan<string> parts) => Path.Combine([folder, .. parts]);
        var index = At("model_index.json");
        ConfigReader.Open(index).Word("_class_name", "StableDiffusionPipeline", "StableDiffusionPipeline");
        var tokenizer = At("tokenizer");
        var scheduler = At("scheduler", "scheduler_config.json");
        var files = new List<string> { index, scheduler, Path.Combine(tokenizer, "vocab.json"), Path.Combine(tokenizer, "merges.txt") };
        foreach (var file in files)
        {
            if (!File.Exists(file))
                throw new CheckpointException($"`{file}` does not exist");
        }

        var unetConfig = UNet2DConfig.Load(Track(At("unet", "config.json")));
        var vaeConfig = AutoencoderKLConfig.Load(Track(At("vae", "config.json")));
        var textConfig = ClipTextConfig.Load(Track(At("text_encoder", "config.json")));
        var weights = new List<StateDict>();
        try
        {
            var unet = new UNet2DConditionModel(unetConfig, Weights("unet", NetworkStem));
            var vaeWeights = Weights("vae", NetworkStem);
            AutoencoderKL.RenameLegacyAttention(vaeWeights);
            var vae = new AutoencoderKL(vaeConfig, vaeWeights);
            var text = new ClipTextModel(textConfig, Weights("text_encoder", TextStem));
            if (textConfig.Width != unetConfig.CrossAttentionWidth)
                throw new CheckpointException(
                    $"`{folder}`: the text encoder is `{textConfig.Width}` wide, but the U-Net expects `cross_attention_dim` `{unetConfig.CrossAttentionWidth}`");
            return new DiffusionCheckpoint
            {
                Folder = folder,
                UNet = unet,
                Autoencoder = vae,
                TextEncoder = text,
                TokenizerFolder = tokenizer,
                SchedulerConfigPath = scheduler,
                FileHashes = Hash(folder, files),
            };
        }
        catch
        {
            weights.ForEach(part => part.Dispose());
            throw;
        }

        string Track(string file)
        {
            files.Add(file);
            return file;
        }

        StateDict Weights(string component, string stem)
        {
            var parts = WeightFiles.Find(At(component), stem, variant);
            files.AddRange(parts);
            var read = WeightFiles.Read(At(component), parts);
            weights.Add(read);
            return read;
        }
    }

    /// <summary>
    /// Writes a model to a new folder: the three networks' weights as they are now, every other file as it was. A weight that
    /// nobody changed is bit-identical with the one that was read, unless <paramref name="floatType"/> asks for another format.
    /// </summary>
    /// <param name="model">The model; its source folder must still exist.</param>
    /// <param name="folder">The new folder; must not exist yet. It appears only once it is complete.</param>
    /// <param name="floatType">Format of the weights; null keeps the format each came in.</param>
    /// <param name="metadata">Text pairs for the weight files' headers.</param>
    public static void Save(
        DiffusionCheckpoint model, string folder, ScalarType? floatType = null, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Path.Exists(target))
            throw new CheckpointException($"`{folder}` already exists, expected a new folder");
        var temporary = target + ".partial";
        if (Directory.Exists(temporary))
            Directory.Delete(temporary, recursive: true);
        try
        {
            CopyAllButWeights(model.Folder, temporary);
            SafetensorsWriter.Write(
                Path.Combine(temporary, "unet", NetworkStem + ".safetensors"), model.UNet.Weights, metadata, floatType);
            SafetensorsWriter.Write(
                Path.Combine(temporary, "vae", NetworkStem + ".safetensors"), model.Autoencoder.Weights, metadata, floatType);
            SafetensorsWriter.Write(
                Path.Combine(temporary, "text_encoder", TextStem + ".safetensors"), model.TextEncoder.Weights, metadata, floatType);
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
                // Old weights in any format must not survive beside the sanitised ones.
                if (!replaced || file.Name == "config.json")
                    file.CopyTo(Path.Combine(to, file.Name));
            }
        }
    }

    private static SortedDictionary<string, string> Hash(string folder, IEnumerable<string> files)
    {
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            using var stream = File.OpenRead(file);
            hashes[Path.GetRelativePath(folder, file).Replace('\\', '/')] = Convert.ToHexStringLower(SHA256.HashData(stream));
        }

        return hashes;
    }
}
