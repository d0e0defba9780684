using Lethe.Sdk.Erasers;

namespace Lethe.Sdk.Tests.Training;

/// <summary>Checkpoints as a folder would keep them: copies on the way in and on the way out.</summary>
internal sealed class MemoryCheckpoints : ICheckpointStore
{
    private readonly Dictionary<string, Dictionary<string, Tensor>> _saved = [];

    public IReadOnlyDictionary<string, Tensor>? TryLoad(string name) =>
        _saved.TryGetValue(name, out var saved) ? saved.ToDictionary(pair => pair.Key, pair => pair.Value.clone()) : null;

    public void Save(string name, IReadOnlyDictionary<string, Tensor> tensors) =>
        _saved[name] = tensors.ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone().DetachFromDisposeScope());
}
