using Lethe.Sdk.Erasers;

namespace Plugins.Tests;

/// <summary>An eraser's surroundings without a host.</summary>
internal sealed class TestContext : IDisposable, IProgress<ErasureProgress>, ICheckpointStore
{
    private readonly torch.Generator _generator = new(5);

    public List<ErasureProgress> Reports { get; } = [];

    public EraserContext Create(CancellationToken cancel = default) =>
        new() { Seed = 5, Generator = _generator, Checkpoints = this, Progress = this, Cancel = cancel };

    public void Report(ErasureProgress value) => Reports.Add(value);

    public IReadOnlyDictionary<string, Tensor>? TryLoad(string name) => null;

    public void Save(string name, IReadOnlyDictionary<string, Tensor> tensors)
    {
    }

    public void Dispose() => _generator.Dispose();
}
