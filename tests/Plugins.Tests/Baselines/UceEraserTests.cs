using Lethe.Plugins.Baselines;
using Lethe.Sdk.Anchors;
using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;

namespace Plugins.Tests.Baselines;

public sealed class UceEraserTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TinyModel _model = new();
    private readonly TestContext _context = new();

    public void Dispose()
    {
        _context.Dispose();
        _model.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData(UceRelease.First, UceTechnique.Replace)]
    [InlineData(UceRelease.First, UceTechnique.Tensor)]
    [InlineData(UceRelease.Rewrite, UceTechnique.Replace)]
    public void Erase_Concept_MovesTheTargetMoreThanWhatIsKept(int release, UceTechnique technique)
    {
        var erased = Projected("beer mug");
        var kept = Projected("wooden door");

        using var edit = new UceEraser().Erase(Request(new UceOptions { Release = release, Technique = technique }), _context.Create());
        using var attached = _model.Denoiser.Attach(edit);

        var (moved, stayed) = (Distance(erased, Projected("beer mug")), Distance(kept, Projected("wooden door")));
        Assert.True(moved > 5 * stayed, $"moved {moved:g3}, stayed {stayed:g3}");
    }

    [Fact]
    public void Erase_Twice_GivesTheSameBytes()
    {
        using var first = new UceEraser().Erase(Request(new UceOptions()), _context.Create());
        using var second = new UceEraser().Erase(Request(new UceOptions()), _context.Create());

        Assert.Equal(first.Tensors.Keys, second.Tensors.Keys);
        Assert.All(first.Tensors, pair => Assert.True(pair.Value.allclose(second.Tensors[pair.Key], 0, 0)));
    }

    [Fact]
    public void Erase_Done_LeavesNoTensorBehind()
    {
        var before = LiveTensors.Count();

        using (new UceEraser().Erase(Request(new UceOptions()), _context.Create()))
        {
        }

        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Erase_Cancelled_StopsWithinAStep()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        Assert.Throws<OperationCanceledException>(() => new UceEraser().Erase(Request(new UceOptions()), _context.Create(cancelled.Token)));
        Assert.Empty(_context.Reports);
    }

    [Fact]
    public void Erase_Attached_DetachesWithoutTrace()
    {
        var before = Projected("beer mug");

        using (var edit = new UceEraser().Erase(Request(new UceOptions()), _context.Create()))
        using (_model.Denoiser.Attach(edit))
        {
        }

        Assert.True(before.allclose(Projected("beer mug"), 0, 0));
    }

    private static double Distance(Tensor a, Tensor b) => (a - b).norm().item<float>();

    private ErasureRequest Request(UceOptions options) => new()
    {
        Model = _model,
        Concepts = [new Concept { Name = "beer mug", Surrogate = "teacup" }],
        Preserve = new PreserveSet { Prompts = ["wooden door", "jar"] },
        Options = options,
    };

    /// <summary>All keys and values of a prompt's last subject token.</summary>
    private Tensor Projected(string prompt)
    {
        var state = _model.Encode([prompt]).select(0, 0).select(0, _model.LastSubjectToken(prompt));
        return torch.cat([.. _model.Denoiser.Parameters(ParameterSelection.CrossAttentionKeysAndValues).Values.Select(weight => weight.mv(state))]);
    }
}
