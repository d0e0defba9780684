using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Schedules;
using Lethe.Diffusion.Text;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>Reads and writes models as one file with the names of the original CompVis checkpoints.</summary>
public static class SingleFile
{
    // OpenCLIP pads with the token of id 0.
    private const string OpenClipPad = "!";

    /// <summary>Opens a file; tensors that are no part of the three networks, such as schedules and averaged weights, are left alone.</summary>
    /// <exception cref="CheckpointException">Not a Stable Diffusion 1.x or 2.x, or malformed; the message names file and tensor.</exception>
    public static DiffusionCheckpoint Open(string path, OpenOptions options)
    {
        using var file = TensorFiles.Open(path);
        var parts = Parts(file, options);
        var names = new LdmNames(parts.UNet, parts.Autoencoder);
        var openClip = LdmText.IsOpenClip(file);
        var weights = new List<StateDict>();
        try
        {
            var unet = Weights(into => file.ReadInto(into, name => Inside(name, LdmNames.UNetPrefix) is { } rest ? names.UNetToDiffusers(rest) : null));
            var vae = Weights(into => file.ReadInto(into, name => Inside(name, LdmNames.AutoencoderPrefix) is { } rest ? names.AutoencoderToDiffusers(rest) : null));
            foreach (var name in vae.Names.Where(name => LdmNames.IsFlattened(name) && vae[name].shape is [_, _, 1, 1]).ToArray())
                vae.Rename(name, name, vae[name].shape[..2]);
            var text = Weights(into =>
            {
                if (openClip)
                    LdmText.ReadOpenClip(file, into, parts.Text.Layers);
                else
                    file.ReadInto(into, LdmText.ClipToHuggingFace);
            });
            return new DiffusionCheckpoint
            {
                Location = path,
                Layout = ModelLayout.SingleFile,
                UNet = new UNet2DConditionModel(parts.UNet, unet),
                Autoencoder = new AutoencoderKL(parts.Autoencoder, vae),
                TextEncoder = new ClipTextModel(parts.Text, text),
                Scheduler = parts.Scheduler,
                TokenizerFolder = parts.TokenizerFolder,
                PadToken = openClip ? OpenClipPad : BpeTrainer.EndToken,
                Metadata = file.Metadata,
                Files = parts.Files,
            };
        }
        catch
        {
            weights.ForEach(part => part.Dispose());
            throw;
        }

        StateDict Weights(Action<StateDict> read)
        {
            var into = new StateDict { Source = $"`{path}`" };
            weights.Add(into);
            read(into);
            return into;
        }
    }

    /// <summary>Whether an original name is that of a network's weight, and not of a schedule or the like.</summary>
    public static bool IsWeight(string name) =>
        name.StartsWith(LdmNames.UNetPrefix, StringComparison.Ordinal) || name.StartsWith(LdmNames.AutoencoderPrefix, StringComparison.Ordinal)
        || name.StartsWith("cond_stage_model.", StringComparison.Ordinal);

    /// <summary>
    /// The original names of U-Net weights, by diffusers' names: what an edit that names the latter changes in the file.
    /// </summary>
    public static IReadOnlyDictionary<string, string> UNetNames(string path, OpenOptions? options = null)
    {
        using var file = TensorFiles.Open(path);
        var parts = Parts(file, options ?? new OpenOptions());
        var names = new LdmNames(parts.UNet, parts.Autoencoder);
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tensor in file.Tensors)
        {
            if (Inside(tensor.Name, LdmNames.UNetPrefix) is { } rest && names.UNetToDiffusers(rest) is { } name)
                found[name] = tensor.Name;
        }

        return found;
    }

    /// <summary>Everything but the weights: from configuration files where there are such, else from the shapes of the tensors.</summary>
    internal static ModelParts Parts(ITensorFile file, OpenOptions options)
    {
        ForeignModel.Refuse(file);
        var path = file.Path;
        var shape = new LdmShape(file);
        var folder = options.ConfigFolder ?? Beside(path);
        var scheduler = Config("scheduler", "scheduler_config.json") is { } schedulerFile ? SchedulerConfig.Load(schedulerFile) : shape.Scheduler();
        return new ModelParts
        {
            UNet = Config("unet", "config.json") is { } unet ? UNet2DConfig.Load(unet) : shape.UNet(),
            Autoencoder = Config("vae", "config.json") is { } vae ? AutoencoderKLConfig.Load(vae) : shape.Autoencoder(),
            Text = Config("text_encoder", "config.json") is { } text ? ClipTextConfig.Load(text) : shape.Text(),
            Scheduler = options.Prediction is { } prediction ? scheduler with { Prediction = prediction } : scheduler,
            TokenizerFolder = Path.GetDirectoryName(Config("tokenizer", "vocab.json")),
            Weights = new Dictionary<string, IReadOnlyList<string>>(),
            Files = [path],
        }.Checked(path);

        string? Config(string component, string name) =>
            folder is not null && Path.Combine(folder, component, name) is var config && File.Exists(config) ? config : null;
    }

    /// <summary>Writes a model under the original names, as safetensors.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file; replaced only once the new one is complete.</param>
    /// <param name="floatType">Format of the weights; null keeps the format each came in.</param>
    /// <param name="metadata">Text pairs for the header, besides those that the model came with.</param>
    /// <exception cref="CheckpointException">A number does not fit the format.</exception>
    public static void Save(DiffusionCheckpoint model, string path, ScalarType? floatType = null, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var names = new LdmNames(model.UNet.Config, model.Autoencoder.Config);
        var tensors = new List<(string Name, Tensor Tensor, ScalarType Type)>();
        foreach (var weight in model.UNet.Weights.Weights)
        {
            if (names.UNetToLdm(weight.Name) is { } name)
                tensors.Add((LdmNames.UNetPrefix + name, weight.Content, TypeOf(weight.Content, weight.StoredType)));
        }

        foreach (var weight in model.Autoencoder.Weights.Weights)
        {
            if (names.AutoencoderToLdm(weight.Name) is not { } name)
                continue;
            var tensor = LdmNames.IsFlattened(weight.Name) ? weight.Content.reshape([.. weight.Content.shape, 1, 1]) : weight.Content;
            tensors.Add((LdmNames.AutoencoderPrefix + name, tensor, TypeOf(tensor, weight.StoredType)));
        }

        tensors.AddRange(LdmText.Original(model.TextEncoder).Select(item => (item.Name, item.Tensor, TypeOf(item.Tensor, item.Type))));
        var pairs = model.Metadata.Concat(metadata ?? new Dictionary<string, string>()).GroupBy(pair => pair.Key).ToDictionary(group => group.Key, group => group.Last().Value);
        // Nothing in the tensors tells what a U-Net of SD 2 predicts.
        if (model.Scheduler.Prediction == PredictionType.Velocity || model.TextEncoder.Config.Activation == "gelu")
            pairs["modelspec.prediction_type"] = model.Scheduler.Prediction == PredictionType.Velocity ? "v" : "epsilon";
        SafetensorsWriter.WriteAs(path, tensors, pairs);

        ScalarType TypeOf(Tensor tensor, ScalarType stored) => tensor.IsFloat() ? floatType ?? stored : tensor.dtype;
    }

    private static string? Inside(string name, string prefix) => name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : null;

    private static string? Beside(string path) => Path.ChangeExtension(path, ".config") is var folder && Directory.Exists(folder) ? folder : null;
}
