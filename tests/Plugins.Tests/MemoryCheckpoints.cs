using Lethe.Sdk.Erasers;

namespace Plugins.Tests;

/// <summary>Checkpoints that live as long as the test.</summary>
internal sealed class MemoryCheckpoints : ICheckpointStore
{
    private readonly Dictionary<string, Dictionary<string, Tensor>> _saved = [];

    public IReadOnlyDictionary<string, Tensor>? TryLoad(string name) =>
        _saved.TryGetValue(name, out var saved) ? saved.ToDictionary(pair => pair.Key, pair => pair.Value.clone()) : null;

    public void Save(string name, IReadOnlyDictionary<string, Tensor> tensors)
    {
        Forget(name);
        _saved[name] = tensors.ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone().DetachFromDisposeScope());
    }

    public void Clear()
    {
        foreach (var name in _saved.Keys.ToList())
            Forget(name);
    }

    private void Forget(string name)
    {
        if (!_saved.Remove(name, out var old))
            return;
        foreach (var tensor in old.Values)
            tensor.Dispose();
    }
}
