using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;

namespace Lethe.Sdk.Tests.Erasers;

public sealed class ModelEditTests
{
    [Fact]
    public void TryCombine_SameParameterTwice_SaysWhich()
    {
        using var first = Weights("a.weight");
        using var second = Weights("a.weight");

        Assert.False(first.TryCombine(second, out var combined, out var reason));
        Assert.Null(combined);
        Assert.Equal("both replace parameter `a.weight`", reason);
    }

    [Fact]
    public void TryCombine_TwoGuidances_SaysWhy()
    {
        using var first = ModelEdit.Guidance(new NoGuidance());
        using var second = ModelEdit.Guidance(new NoGuidance());

        Assert.False(first.TryCombine(second, out _, out var reason));
        Assert.Equal("both decide how noise predictions are mixed", reason);
    }

    [Fact]
    public void TryCombine_DifferentKinds_PutsThemInTheOrderOfAttachment()
    {
        var guidance = ModelEdit.Guidance(new NoGuidance());
        var weights = Weights("a.weight");
        var adapter = ModelEdit.Adapter(new Identity(), new Dictionary<string, Tensor>());
        var lowRank = ModelEdit.LowRank(new Dictionary<string, LowRankFactors> { ["a.weight"] = new() { Down = torch.ones([1, 2]), Up = torch.ones([2, 1]) } });

        Assert.True(guidance.TryCombine(adapter, out var late, out _));
        Assert.True(lowRank.TryCombine(weights, out var early, out _));
        Assert.True(late.TryCombine(early, out var all, out _));

        using (all)
            Assert.Equal(["weights", "low-rank", "adapter", "guidance"], ((CombinedEdit)all).Parts.Select(part => part.Kind));
    }

    [Fact]
    public void Dispose_CombinedEdit_DisposesEveryTensor()
    {
        var (first, second) = (torch.ones([2]), torch.ones([2]));
        var left = ModelEdit.Weights(new Dictionary<string, Tensor> { ["a"] = first });
        Assert.True(left.TryCombine(ModelEdit.Weights(new Dictionary<string, Tensor> { ["b"] = second }), out var both, out _));

        both.Dispose();

        Assert.True(first.IsInvalid && second.IsInvalid);
    }

    [Fact]
    public void LowRank_Edit_SavesFactorsAndScale()
    {
        using var edit = ModelEdit.LowRank(
            new Dictionary<string, LowRankFactors> { ["a.weight"] = new() { Down = torch.ones([1, 2]), Up = torch.ones([2, 1]) } }, 0.5);

        Assert.Equal(["a.weight.down", "a.weight.up"], edit.Tensors.Keys);
        Assert.Equal("0.5", edit.Settings["scale"]);
    }

    [Fact]
    public void OptionsAs_OtherType_NamesBoth()
    {
        using var model = new global::Plugins.Tests.TinyModel();
        var request = new ErasureRequest { Model = model, Concepts = [], Options = "text" };

        var failure = Assert.Throws<InvalidOperationException>(() => request.OptionsAs<Version>());

        Assert.StartsWith("options are `String`, expected `Version`", failure.Message, StringComparison.Ordinal);
    }

    private static ModelEdit Weights(string name) => ModelEdit.Weights(new Dictionary<string, Tensor> { [name] = torch.ones([2, 2]) });

    private sealed class Identity : IProjectionAdapter
    {
        public Tensor Apply(CrossAttentionLayer layer, Projection projection, Tensor textStates, Tensor projected) => projected;
    }

    private sealed class NoGuidance : IGuidance
    {
        public IReadOnlyList<string> ExtraPrompts => [];

        public IGuidanceRun Start() => throw new NotSupportedException("never started");
    }
}
