using System.Globalization;
using Lethe.Diffusion.Networks;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>
/// The text encoder in original checkpoints: SD 1.x keeps transformers' names, SD 2.x those of OpenCLIP, with the query, key and value
/// projections in one matrix and one layer more than is used.
/// </summary>
internal static class LdmText
{
    public const string ClipPrefix = "cond_stage_model.transformer.";
    public const string OpenClipPrefix = "cond_stage_model.model.";
    private const string Layer = "transformer.resblocks.";
    private const string HuggingFaceLayer = "text_model.encoder.layers.";

    // Stable Diffusion 2 takes the text states one layer before the last of these.
    private const int OpenClipLayers = 24;

    private static readonly (string OpenClip, string HuggingFace)[] Outer =
    [
        ("positional_embedding", "text_model.embeddings.position_embedding.weight"), ("token_embedding.weight", "text_model.embeddings.token_embedding.weight"),
        ("ln_final.weight", "text_model.final_layer_norm.weight"), ("ln_final.bias", "text_model.final_layer_norm.bias"),
    ];

    private static readonly (string OpenClip, string HuggingFace)[] Inner =
    [
        ("ln_1.", "layer_norm1."), ("ln_2.", "layer_norm2."), ("mlp.c_fc.", "mlp.fc1."), ("mlp.c_proj.", "mlp.fc2."), ("attn.out_proj.", "self_attn.out_proj."),
    ];

    private static readonly string[] Projections = ["q_proj", "k_proj", "v_proj"];

    /// <summary>transformers' name of an SD 1.x text weight; some early files leave out <c>text_model</c>.</summary>
    public static string? ClipToHuggingFace(string name) => !name.StartsWith(ClipPrefix, StringComparison.Ordinal) ? null
        : name[ClipPrefix.Length..] is var rest && rest.StartsWith("text_model.", StringComparison.Ordinal) ? rest : "text_model." + rest;

    /// <summary>Whether a file has OpenCLIP's text encoder, as Stable Diffusion 2 does.</summary>
    public static bool IsOpenClip(ITensorFile file) => file.Tensors.Any(tensor => tensor.Name.StartsWith(OpenClipPrefix, StringComparison.Ordinal));

    /// <summary>How many layers an OpenCLIP checkpoint has that are used.</summary>
    public static int UsedLayers(IEnumerable<string> names)
    {
        var layers = 1 + names.Select(LayerOf).DefaultIfEmpty(-1).Max();
        // Files converted from diffusers' layout lack the last layer already.
        return layers >= OpenClipLayers ? OpenClipLayers - 1 : layers;
    }

    /// <summary>Reads an OpenCLIP text encoder under transformers' names; the caller owns what was added even on failure.</summary>
    public static void ReadOpenClip(ITensorFile file, StateDict weights, int layers)
    {
        using var noGrad = torch.no_grad();
        foreach (var entry in file.Tensors.Where(entry => entry.Name.StartsWith(OpenClipPrefix, StringComparison.Ordinal)))
        {
            var name = entry.Name[OpenClipPrefix.Length..];
            if (Outer.FirstOrDefault(pair => pair.OpenClip == name).HuggingFace is { } outer)
            {
                TensorFiles.ReadInto(weights, outer, file, entry);
                continue;
            }

            if (LayerOf(entry.Name) is not (>= 0 and var layer) || layer >= layers)
                continue;
            var at = string.Create(CultureInfo.InvariantCulture, $"{HuggingFaceLayer}{layer}.");
            var leaf = name[(name.IndexOf('.', Layer.Length) + 1)..];
            if (leaf is "attn.in_proj_weight" or "attn.in_proj_bias")
            {
                if (entry.Shape.Count == 0 || entry.Shape[0] % Projections.Length != 0)
                    throw new CheckpointException($"`{file.Path}`: tensor `{entry.Name}` has shape `{Shapes.Text([.. entry.Shape])}`, expected three projections one above the other");
                using var all = TensorFiles.ReadFinite(file, entry, narrow: false);
                for (var i = 0; i < Projections.Length; i++)
                {
                    using var part = all.narrow(0, i * entry.Shape[0] / Projections.Length, entry.Shape[0] / Projections.Length);
                    weights.Add($"{at}self_attn.{Projections[i]}.{leaf["attn.in_proj_".Length..]}", part.clone(), entry.StoredType);
                }
            }
            else if (Inner.FirstOrDefault(pair => leaf.StartsWith(pair.OpenClip, StringComparison.Ordinal)) is { OpenClip: { } from } inner)
            {
                TensorFiles.ReadInto(weights, at + inner.HuggingFace + leaf[from.Length..], file, entry);
            }
        }
    }

    /// <summary>A text encoder's weights under the names of original checkpoints; the caller disposes the tensors that are new.</summary>
    public static IEnumerable<(string Name, Tensor Tensor, ScalarType Type, bool IsNew)> Original(ClipTextModel model)
    {
        if (model.Config.Activation == "quick_gelu")
        {
            foreach (var weight in model.Weights.Weights)
                yield return (ClipPrefix + weight.Name, weight.Content, weight.StoredType, false);
            yield break;
        }

        foreach (var (openClip, huggingFace) in Outer)
            yield return (OpenClipPrefix + openClip, model.Weights.Find(huggingFace).Content, model.Weights.Find(huggingFace).StoredType, false);
        for (var layer = 0; layer < model.Config.Layers; layer++)
        {
            var (from, to) = ($"{HuggingFaceLayer}{layer}.", $"{OpenClipPrefix}{Layer}{layer}.");
            foreach (var (openClip, huggingFace) in Inner)
            {
                foreach (var kind in (string[])["weight", "bias"])
                    yield return (to + openClip + kind, model.Weights.Find(from + huggingFace + kind).Content, model.Weights.Find(from + huggingFace + kind).StoredType, false);
            }

            foreach (var kind in (string[])["weight", "bias"])
            {
                var parts = Projections.Select(projection => model.Weights.Find($"{from}self_attn.{projection}.{kind}")).ToList();
                yield return ($"{to}attn.in_proj_{kind}", torch.cat([.. parts.Select(part => part.Content)], 0), parts[0].StoredType, true);
            }
        }
    }

    private static int LayerOf(string name)
    {
        const string prefix = OpenClipPrefix + Layer;
        if (!name.StartsWith(prefix, StringComparison.Ordinal))
            return -1;
        var end = name.IndexOf('.', prefix.Length);
        return end > 0 && int.TryParse(name.AsSpan(prefix.Length, end - prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var layer) && layer < 1024 ? layer : -1;
    }
}
