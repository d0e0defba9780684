using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Schedules;
using Lethe.Host.Policies;
using Lethe.Host.Runs;

namespace Lethe.Host.Commands.Models;

/// <summary><c>lethe models show</c>: what a model is, from its headers and configuration; weights are hashed but not loaded.</summary>
internal static class ShowCommand
{
    public static Command Create()
    {
        var command = new Command("show", "Show a model: family, sizes, number formats, parameters, layers, hashes");
        var choice = new ModelChoice(command);
        var layers = new Option<bool>("--layers") { Description = "Every cross-attention layer with its shapes, and every tensor's block" };
        command.Options.Add(layers);
        command.SetRun((context, _) => RunGuard.Guard(context, () => ModelSession.Guard(() =>
        {
            var model = ModelInspector.Describe(choice.Path(context.Parsed), choice.Options(context.Parsed));
            var root = model.Layout == ModelLayout.Folder ? model.Location : Path.GetDirectoryName(Path.GetFullPath(model.Location))!;
            var files = model.Files.Select(file => (
                Name: Path.GetRelativePath(root, file).Replace('\\', '/'), Bytes: new FileInfo(file).Length, Sha256: FileHash.Of(file))).ToList();
            if (!context.Globals.Json)
                Print(context.Streams.Out, model, files, context.Parsed.GetValue(layers));
            return context.Finish(Json(model, files));
        })));
        return command;
    }

    private static void Print(TextWriter output, ModelDescription model, List<(string Name, long Bytes, string Sha256)> files, bool layers)
    {
        output.WriteLine($"family      {model.Family}");
        output.WriteLine($"layout      {KeyName.Of(model.Layout.ToString())}");
        output.WriteLine($"predicts    {Prediction(model)}");
        output.WriteLine(Text($"pictures    {model.PictureSize} x {model.PictureSize} pixels, latents {model.UNet.InChannels} x {model.UNet.SampleSize} x {model.UNet.SampleSize}"));
        output.WriteLine(Text($"text        {model.Text.Layers} layers, {model.Text.Width} wide, {model.Text.Positions} tokens, {model.Text.Activation}"));
        output.WriteLine(Text($"schedule    {model.Scheduler.TrainTimesteps} steps, beta {model.Scheduler.BetaStart} to {model.Scheduler.BetaEnd}, {(model.Scheduler.ScaledBetas ? "scaled linear" : "linear")}"));
        foreach (var component in model.Components)
        {
            output.WriteLine(Text(
                $"{component.Name,-12}{component.Parameters,14:N0} parameters in {component.Tensors.Count} tensors, {component.Bytes / 1e6:0.0} MB, {string.Join(", ", component.Types.Select(type => $"{type.Key} {type.Value}"))}"));
            foreach (var (name, tensors, parameters) in layers ? component.Blocks : [])
                output.WriteLine(Text($"  {name,-40}{parameters,14:N0} in {tensors}"));
        }

        foreach (var layer in layers ? CrossAttention(model) : [])
            output.WriteLine(Text($"attention   {layer.Name}: text {layer.TextWidth} to {layer.Channels}, {layer.Heads} heads"));
        foreach (var (key, value) in model.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            output.WriteLine($"metadata    {key}: {(value.Length > 100 ? value[..100] + "..." : value)}");
        foreach (var (name, bytes, sha256) in files)
            output.WriteLine(Text($"file        {sha256}  {bytes,13:N0}  {name}"));
    }

    private static JsonObject Json(ModelDescription model, List<(string Name, long Bytes, string Sha256)> files) => new()
    {
        ["location"] = model.Location,
        ["family"] = model.Family,
        ["layout"] = KeyName.Of(model.Layout.ToString()),
        ["prediction"] = Prediction(model),
        ["picture_size"] = model.PictureSize,
        ["latent_shape"] = new JsonArray(model.UNet.InChannels, model.UNet.SampleSize, model.UNet.SampleSize),
        ["block_out_channels"] = new JsonArray([.. model.UNet.BlockOutChannels.Select(width => (JsonNode)width)]),
        ["attention_heads"] = new JsonArray([.. model.UNet.AttentionHeads.Select(heads => (JsonNode)heads)]),
        ["linear_projections"] = model.UNet.UseLinearProjection,
        ["text_width"] = model.Text.Width,
        ["text_layers"] = model.Text.Layers,
        ["parameters"] = model.Components.Sum(component => component.Parameters),
        ["components"] = new JsonArray([.. model.Components.Select(component => new JsonObject
        {
            ["name"] = component.Name,
            ["parameters"] = component.Parameters,
            ["tensors"] = component.Tensors.Count,
            ["bytes"] = component.Bytes,
            ["types"] = new JsonObject(component.Types.Select(type => KeyValuePair.Create(type.Key, (JsonNode?)type.Value))),
            ["blocks"] = new JsonArray([.. component.Blocks.Select(block => new JsonObject { ["name"] = block.Name, ["tensors"] = block.Tensors, ["parameters"] = block.Parameters })]),
        })]),
        ["cross_attention"] = new JsonArray([.. CrossAttention(model).Select(layer => new JsonObject
        {
            ["name"] = layer.Name, ["stored_as"] = layer.StoredAs, ["text_width"] = layer.TextWidth, ["channels"] = layer.Channels, ["heads"] = layer.Heads,
        })]),
        ["metadata"] = new JsonObject(model.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
        ["files"] = new JsonArray([.. files.Select(file => new JsonObject { ["path"] = file.Name, ["bytes"] = file.Bytes, ["sha256"] = file.Sha256 })]),
    };

    /// <summary>The layers where text enters the picture, in the order of their names.</summary>
    private static IEnumerable<(string Name, string StoredAs, long TextWidth, long Channels, int Heads)> CrossAttention(ModelDescription model)
    {
        const string leaf = ".attn2.to_k.weight";
        return model.Components.Where(component => component.Name == "unet").SelectMany(component => component.Tensors)
            .Where(item => item.DiffusersName?.EndsWith(leaf, StringComparison.Ordinal) == true && item.Tensor.Shape.Count == 2)
            .Select(item => (
                item.DiffusersName![..^".to_k.weight".Length], item.Tensor.Name[..^".to_k.weight".Length], item.Tensor.Shape[1], item.Tensor.Shape[0],
                model.UNet.HeadsAt(LevelOf(model, item.DiffusersName!))))
            .OrderBy(layer => layer.Item1, StringComparer.Ordinal);
    }

    private static int LevelOf(ModelDescription model, string name)
    {
        var parts = name.Split('.');
        var top = model.UNet.BlockOutChannels.Count - 1;
        var level = parts[0] == "mid_block" ? top : parts.Length > 1 && int.TryParse(parts[1], out var index) ? (parts[0] == "up_blocks" ? top - index : index) : 0;
        return Math.Clamp(level, 0, top);
    }

    private static string Prediction(ModelDescription model) => model.Scheduler.Prediction == PredictionType.Velocity ? "v" : "epsilon";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
