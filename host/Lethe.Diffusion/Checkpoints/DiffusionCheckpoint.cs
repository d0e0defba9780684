using System.Security.Cryptography;
using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Schedules;
using Lethe.Diffusion.Text;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>A complete text-to-image model in memory. Owns the three networks and their weights.</summary>
public sealed class DiffusionCheckpoint : IDisposable
{
    private SortedDictionary<string, string>? hashes;

    /// <summary>The folder or the file it was read from.</summary>
    public required string Location { get; init; }

    /// <summary>How it lay there.</summary>
    public required ModelLayout Layout { get; init; }

    public required UNet2DConditionModel UNet { get; init; }

    public required AutoencoderKL Autoencoder { get; init; }

    public required ClipTextModel TextEncoder { get; init; }

    /// <summary>The noise schedule that the model was trained with.</summary>
    public required SchedulerConfig Scheduler { get; init; }

    /// <summary>The folder with <c>vocab.json</c> and <c>merges.txt</c>; null for CLIP's own vocabulary.</summary>
    public required string? TokenizerFolder { get; init; }

    /// <summary>What CLIP's own vocabulary pads with, where <see cref="TokenizerFolder"/> is null.</summary>
    public string PadToken { get; init; } = BpeTrainer.EndToken;

    /// <summary>Text pairs of the weight files' headers.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>Every file that was read.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>
    /// SHA-256 in lower-case hexadecimal of every file that was read, by its path inside the folder with <c>/</c>, in order. Read anew from
    /// the disk when first asked for: whoever only draws does not wait for it.
    /// </summary>
    public IReadOnlyDictionary<string, string> FileHashes => hashes ??= Hash();

    /// <summary>Such as <c>Stable Diffusion 1.x</c>.</summary>
    public string Family => ModelParts.FamilyOf(UNet.Config, TextEncoder.Config);

    /// <summary>The tokenizer that the text encoder was trained with.</summary>
    public ClipTokenizer OpenTokenizer() => TokenizerFolder is null ? ClipTokenizer.Clip(PadToken) : ClipTokenizer.Open(TokenizerFolder);

    /// <summary>Opens a folder in the layout of diffusers, or a single file.</summary>
    /// <exception cref="CheckpointException">Not a Stable Diffusion 1.x or 2.x, or malformed; the message names file and place.</exception>
    public static DiffusionCheckpoint Open(string path, OpenOptions? options = null)
    {
        options ??= new OpenOptions();
        var checkpoint = File.Exists(path) ? SingleFile.Open(path, options) : DiffusersFolder.Open(path, options.Variant);
        try
        {
            foreach (var weights in (ReadOnlySpan<StateDict>)[checkpoint.UNet.Weights, checkpoint.Autoencoder.Weights, checkpoint.TextEncoder.Weights])
                weights.Move(options.Device, options.ComputeType);
            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        UNet.Dispose();
        UNet.Weights.Dispose();
        Autoencoder.Weights.Dispose();
        TextEncoder.Dispose();
        TextEncoder.Weights.Dispose();
    }

    private SortedDictionary<string, string> Hash()
    {
        var root = Layout == ModelLayout.Folder ? Location : Path.GetDirectoryName(Path.GetFullPath(Location))!;
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Files)
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
            found[Path.GetRelativePath(root, file).Replace('\\', '/')] = Convert.ToHexStringLower(SHA256.HashData(stream));
        }

        return found;
    }
}
