using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Lethe.EndToEnd;
using Lethe.Host.Plugins;
using Lethe.Host.Policies;
using Lethe.Host.Runs;
using Lethe.Sdk.Anchors;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Tests.Plugins;

/// <summary>Nothing of the host holds on to a plugin: after use its load context can be collected.</summary>
public sealed class PluginUnloadTests : IDisposable
{
    private const int MostRounds = 10;
    private readonly FixtureBench _bench = new();
    private readonly Studio _studio = new();

    public void Dispose()
    {
        _bench.Dispose();
        _studio.Dispose();
    }

    [Fact]
    public void Dispose_PluginWasConstructed_IsCollected()
    {
        _bench.AddPlugin("Good", "Good.cs");

        Assert.Null(WhoIsAlive(Use([_bench.Root], PluginTrust.Anything, (eraser, _) => { })));
    }

    [Fact]
    public void Dispose_BundledPluginErased_IsCollected()
    {
        using var model = ModelSession.Open(_studio.In("model"), "cpu", new PlannedSampling { Scheduler = "ddim", Steps = 1, GuidanceScale = 1, Batch = 1 }, threads: 1);

        var contexts = Use([Path.Combine(FixtureBench.SourceTree, "artifacts", "plugins")], PluginTrust.Locked, (eraser, metadata) =>
        {
            _ = SchemaWriter.WriteOptions(metadata).ToJsonString();
            if (metadata.Id == "uce")
                Erase(eraser, metadata, model);
        });

        Assert.NotEmpty(contexts);
        Assert.Null(WhoIsAlive(contexts));
    }

    // No stack slot of this frame may survive in the caller.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private List<(string Name, WeakReference Context)> Use(IReadOnlyList<string> roots, PluginTrust trust, Action<IEraser, EraserMetadata> use)
    {
        using var catalog = PluginCatalog.Load(roots, trust, Path.Combine(_bench.Base, "store"), collectible: true);
        var contexts = new List<(string, WeakReference)>();
        foreach (var installed in catalog.Erasers.Values)
        {
            Assert.True(installed.TryCreate(out var eraser, out _));
            use(eraser, installed.Metadata);
            contexts.Add((installed.Id, new WeakReference(AssemblyLoadContext.GetLoadContext(eraser.GetType().Assembly), trackResurrection: true)));
        }

        return contexts;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Erase(IEraser eraser, EraserMetadata metadata, Lethe.Sdk.Diffusion.IDiffusionModel model)
    {
        using var scope = torch.NewDisposeScope();
        using var edit = eraser.Erase(
            new ErasureRequest
            {
                Model = model,
                Concepts = [new Concept { Name = "bomb", Surrogate = "balloon" }],
                Preserve = new PreserveSet { Prompts = ["apple"] },
                Options = metadata.Options is null ? null : Activator.CreateInstance(metadata.Options),
            },
            new EraserContext { Seed = 1, Generator = new torch.Generator(1), Checkpoints = new NoCheckpoints() });
        Assert.NotEmpty(edit.Tensors);
    }

    private static string? WhoIsAlive(List<(string Name, WeakReference Context)> contexts)
    {
        for (var round = 0; round < MostRounds && contexts.Exists(item => item.Context.IsAlive); round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return contexts.Where(item => item.Context.IsAlive).Select(item => item.Name).FirstOrDefault();
    }

    private sealed class NoCheckpoints : ICheckpointStore
    {
        public IReadOnlyDictionary<string, Tensor>? TryLoad(string name) => null;

        public void Save(string name, IReadOnlyDictionary<string, Tensor> tensors)
        {
        }
    }
}
