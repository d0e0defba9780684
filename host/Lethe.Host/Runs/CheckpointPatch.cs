using Lethe.Diffusion.Checkpoints;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Runs;

/// <summary>
/// Copies a file of tensors, as safetensors, with some tensors replaced. Layout and order stay. Unless another number format is asked for,
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
    /// <param name="isBuffer">Names of tensors that are no weights and keep their format in any case; null for none.</param>
    public static void Write(
        ITensorFile source, string target, IReadOnlyDictionary<string, Tensor> replace, IReadOnlyDictionary<string, string> metadata,
        ScalarType? floatType = null, Func<string, bool>? isBuffer = null)
    {
        // Wide numbers first where there is no order to keep, so that all are aligned.
        var entries = source.Tensors.OrderBy(entry => entry is SafetensorsEntry placed ? placed.Begin : -NumberSize(entry))
            .ThenBy(entry => entry is SafetensorsEntry placed ? placed.End : 0).ToList();
        using var output = new FileStream(target, FileMode.Create, FileAccess.Write, FileShare.None, Piece);
        SafetensorsWriter.WriteHeader(
            output, entries.Select(entry => (entry.Name, TypeOf(entry), entry.Shape)),
            source.Metadata.Where(pair => !metadata.ContainsKey(pair.Key)).Concat(metadata).ToDictionary());
        foreach (var entry in entries)
        {
            if (replace.TryGetValue(entry.Name, out var tensor))
                output.Write(Bytes(tensor, entry, TypeOf(entry), source.Path));
            else if (TypeOf(entry) is var type && type != entry.StoredType)
                Convert(source, entry, type, output);
            else
                source.CopyTo(entry.Name, output);
        }

        ScalarType TypeOf(StoredTensor entry) => entry.IsFloat && isBuffer?.Invoke(entry.Name) != true ? floatType ?? entry.StoredType : entry.StoredType;
    }

    private static void Convert(ITensorFile source, StoredTensor entry, ScalarType type, FileStream output)
    {
        using var tensor = source.Read(entry.Name);
        output.Write(Bytes(tensor, entry, type, source.Path));
    }

    private static long NumberSize(StoredTensor entry) => entry.Count == 0 ? 0 : entry.Bytes / entry.Count;

    private static byte[] Bytes(Tensor tensor, StoredTensor entry, ScalarType type, string file)
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
