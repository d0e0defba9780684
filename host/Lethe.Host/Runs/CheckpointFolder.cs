using Lethe.Diffusion.Checkpoints;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Runs;

/// <summary>An eraser's checkpoints as files of the run folder; each is whole or absent.</summary>
internal sealed class CheckpointFolder(string folder) : ICheckpointStore
{
    public IReadOnlyDictionary<string, Tensor>? TryLoad(string name)
    {
        var path = PathOf(name);
        if (!File.Exists(path))
            return null;
        using var file = SafetensorsFile.Open(path);
        var tensors = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var tensor in file.Entries.Keys)
            tensors.Add(tensor, file.Read(tensor));
        return tensors;
    }

    public void Save(string name, IReadOnlyDictionary<string, Tensor> tensors) =>
        OutputFile.Write(PathOf(name), temporary => SafetensorsWriter.Write(temporary, tensors));

    private string PathOf(string name) =>
        name.Length is > 0 and <= 64 && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-')
            ? Path.Combine(folder, name + ".safetensors")
            : throw new ArgumentException($"checkpoint name is `{name}`, expected lower-case letters, digits and dashes", nameof(name));
}
