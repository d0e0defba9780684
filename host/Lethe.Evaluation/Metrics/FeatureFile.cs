using Lethe.Diffusion.Checkpoints;

namespace Lethe.Evaluation.Metrics;

/// <summary>
/// Features on disk (safetensors, one tensor <c>[N, D]</c> per set), so that distances can be computed again without drawing or
/// looking at pictures again. Features of a network of one's own, Inception's for instance, come in by the same file.
/// </summary>
public static class FeatureFile
{
    private const string NetworkKey = "network";
    private const long MostValues = int.MaxValue / 2;

    /// <summary>Writes sets of one network by name, for example <c>before</c> and <c>after</c>; row i belongs to score i of the run.</summary>
    /// <param name="path">The file; replaced only once the new one is complete.</param>
    /// <param name="sets">Features by the name of their set.</param>
    /// <param name="floatType">Format of the numbers, for example half precision where space is short; float32 unless given.</param>
    public static void Write(string path, IReadOnlyDictionary<string, FeatureSet> sets, ScalarType? floatType = null)
    {
        using var scope = torch.NewDisposeScope();
        var first = sets.Values.First();
        foreach (var set in sets.Values)
            first.MustMatch(set);
        var tensors = sets.Select(set => KeyValuePair.Create(set.Key, torch.tensor(set.Value.Values, [set.Value.Count, set.Value.Dimensions])));
        SafetensorsWriter.Write(path, tensors.ToList(), new Dictionary<string, string> { [NetworkKey] = first.Network }, floatType);
    }

    /// <summary>Reads every set; prompts are not in the file, see <see cref="FeatureSet.WithGroups"/>.</summary>
    /// <exception cref="CheckpointException">The file is malformed, or a tensor is no matrix of finite numbers.</exception>
    public static IReadOnlyDictionary<string, FeatureSet> Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        var network = file.Metadata.GetValueOrDefault(NetworkKey) ?? "unnamed";
        var sets = new SortedDictionary<string, FeatureSet>(StringComparer.Ordinal);
        foreach (var (name, entry) in file.Entries)
        {
            if (entry.Shape is not [> 0 and var rows, > 0 and var width] || rows > MostValues / width)
                throw new CheckpointException(
                    $"`{path}`: tensor `{name}` has shape `[{string.Join(", ", entry.Shape)}]`, expected `[pictures, features]` of at most {MostValues} numbers");
            using var tensor = file.Read(name);
            try
            {
                sets.Add(name, FeatureSet.From(network, tensor));
            }
            catch (ArgumentException fault)
            {
                throw new CheckpointException($"`{path}`: tensor `{name}`: {fault.Message}", fault);
            }
        }
        return sets;
    }
}
