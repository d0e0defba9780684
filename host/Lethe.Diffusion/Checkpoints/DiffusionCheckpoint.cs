using Lethe.Diffusion.Networks;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>A complete text-to-image model in memory. Owns the three networks and their weights.</summary>
public sealed class DiffusionCheckpoint : IDisposable
{
    /// <summary>The folder it was read from.</summary>
    public required string Folder { get; init; }

    public required UNet2DConditionModel UNet { get; init; }

    public required AutoencoderKL Autoencoder { get; init; }

    public required ClipTextModel TextEncoder { get; init; }

    /// <summary>The folder with <c>vocab.json</c> and <c>merges.txt</c>.</summary>
    public required string TokenizerFolder { get; init; }

    /// <summary>The noise schedule's configuration.</summary>
    public required string SchedulerConfigPath { get; init; }

    /// <summary>SHA-256 in lower-case hexadecimal of every file that was read, by its path inside the folder with <c>/</c>, in order.</summary>
    public required IReadOnlyDictionary<string, string> FileHashes { get; init; }

    public void Dispose()
    {
        UNet.Dispose();
        UNet.Weights.Dispose();
        Autoencoder.Weights.Dispose();
        TextEncoder.Dispose();
        TextEncoder.Weights.Dispose();
    }
}
