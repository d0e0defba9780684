using System.Globalization;
using Lethe.Diffusion.Checkpoints;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Runs;

/// <summary>Low-rank edits under the names that common tools load as a LoRA (those of kohya's trainer).</summary>
public static class KohyaFile
{
    /// <summary>Its name, beside that of the edit's own file.</summary>
    public static string NameOf(string editFile) => Path.ChangeExtension(editFile, "kohya.safetensors");

    /// <summary>Writes an edit.</summary>
    /// <param name="path">The file; the caller takes care of temporary names.</param>
    /// <param name="edit">The edit; of its factors those of weights are written, others have no name there.</param>
    /// <param name="parameters">The edited parameters of the denoiser by name, for their shapes.</param>
    /// <param name="metadata">Text pairs for the header.</param>
    public static void Write(string path, LowRankEdit edit, IReadOnlyDictionary<string, Tensor> parameters, IReadOnlyDictionary<string, string> metadata)
    {
        const string leaf = ".weight";
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        var tensors = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        var ranks = new SortedSet<long>();
        foreach (var (name, factors) in edit.Factors.Where(pair => pair.Key.EndsWith(leaf, StringComparison.Ordinal)))
        {
            var module = "lora_unet_" + name[..^leaf.Length].Replace('.', '_');
            var shape = parameters[name].shape;
            var rank = factors.Down.shape[0];
            ranks.Add(rank);
            // A convolution's factors are convolutions too: the lower one has its kernel, the upper one is 1 x 1.
            tensors[module + ".lora_down.weight"] = factors.Down.detach().reshape([rank, .. shape[1..]]);
            tensors[module + ".lora_up.weight"] = factors.Up.detach().reshape([shape[0], rank, .. Enumerable.Repeat(1L, shape.Length - 2)]);
            // Readers multiply by alpha / rank.
            tensors[module + ".alpha"] = torch.tensor((float)(edit.Scale * rank));
        }

        var pairs = new Dictionary<string, string>(metadata)
        {
            ["ss_network_module"] = "networks.lora",
            ["ss_network_dim"] = ranks.Count == 1 ? ranks.Min.ToString(CultureInfo.InvariantCulture) : "Dynamic",
            ["ss_network_alpha"] = ranks.Count == 1 ? (edit.Scale * ranks.Min).ToString(CultureInfo.InvariantCulture) : "Dynamic",
        };
        SafetensorsWriter.Write(path, tensors, pairs);
    }
}
