using Lethe.Sdk.Anchors;
using Plugins.Tests;

namespace Lethe.Sdk.Tests.Anchors;

public sealed class AnchorSourceTests : IDisposable
{
    private static readonly Concept Mug = new() { Name = "beer mug", Synonyms = ["stein"] };
    private readonly TinyModel _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Find_Given_SkipsTheConceptItself() =>
        Assert.Equal(["teacup", "jar"], new GivenAnchorSource(["Stein", "teacup", "jar", "door"]).Find(Mug, _model, 2));

    [Fact]
    public void Find_Nearest_PutsTheSharedWordFirst() =>
        Assert.Equal("coffee mug", new NearestAnchorSource(["door", "coffee mug", "beer mug", "cat"]).Find(Mug, _model, 3)[0]);
}
