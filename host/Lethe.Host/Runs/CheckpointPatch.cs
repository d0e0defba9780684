using Lethe.Diffusion.Checkpoints;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Runs;

/// <summary>
/// Copies a safetensors file with some tensors replaced. Layout and order stay. Unless another number format is asked for,
/// formats stay too, and so does every byte of every other tensor, because it is copied and never decoded.
/// </summary>
internal static class CheckpointPatch
{
    private const int Piece = 1 << 20;

    /// <summary>Writes <paramref name="target"/>; the caller takes care of temporary names.</summary>
    /// <param name="source">The file to copy.</param>
    /// <param name="target">The file to write.</param>
    /// <param name="replace">New values by name; names that the file lacks are ignored.</param>
    /// <param name="metadata">Text pairs added to the header.</param>
    /// <param name="floatType">Format of floating-point tensors; null keeps each tensor's own.</param>
    public static void Write(
        SafetensorsFile source, string target, IReadOnlyDictionary<string, Tensor> replace, IReadOnlyDictionary<string, string> metadata,
        ScalarType? floatType = null)
    {
        var entries = source.Entries.Values.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End).ToList();
        using var output = new FileStream(target, FileMode.Create, FileAccess.Write, FileShare.None, Piece);
        SafetensorsWriter.WriteHeader(
            output, entries.Select(entry => (entry.Name, TargetType(entry, floatType), entry.Shape)),
            source.Metadata.Where(pair => !metadata.ContainsKey(pair.Key)).Concat(metadata).ToDictionary());
        foreach (var entry in entries)
        {
            if (replace.TryGetValue(entry.Name, out var tensor))
                output.Write(Bytes(tensor, entry, TargetType(entry, floatType), source.Path));
            else if (TargetType(entry, floatType) is var type && type != entry.StoredType)
                Convert(source, entry, type, output);
            else
                source.CopyTo(entry.Name, output);
        }
    }

    private static void Convert(SafetensorsFile source, SafetensorsEntry entry, ScalarType type, FileStream output)
    {
        using var tensor = source.Read(entry.Name);
        output.Write(Bytes(tensor, entry, type, source.Path));
    }

    private static ScalarType TargetType(SafetensorsEntry entry, ScalarType? floatType) =>
        entry.StoredType is ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float64 ? floatType ?? entry.StoredType : entry.StoredType;

    private static byte[] Bytes(Tensor tensor, SafetensorsEntry entry, ScalarType type, string file)
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        if (!tensor.shape.AsSpan().SequenceEqual([.. entry.Shape]))
            throw new RunException(ExitCode.RunFailed, DiagnosticId.TensorMismatch,
                $"`{file}`: tensor `{entry.Name}` has shape `[{string.Join(", ", entry.Shape)}]`, the edit has `[{string.Join(", ", tensor.shape)}]`");
        var stored = tensor.detach().cpu().to(type).contiguous();
        if (!torch.isfinite(stored.to(ScalarType.Float32)).all().item<bool>())
            throw new RunException(ExitCode.RunFailed, DiagnosticId.TensorNotFinite,
                $"edited tensor `{entry.Name}` holds NaN, infinity or a value too large for `{type}`",
                "lower the eraser's strength, or write the model in `float32`");
        return stored.bytes.ToArray();
    }
}
