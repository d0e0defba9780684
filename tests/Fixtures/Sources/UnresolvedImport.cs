[assembly: Lethe.Sdk.LethePlugin("test.unresolved")]

namespace Fixture;

[Lethe.Sdk.Erasers.Eraser("test.unresolved", "Imports what nobody offers")]
internal sealed class Unresolved : Lethe.Sdk.Erasers.IEraser
{
    [System.Composition.ImportingConstructor]
    public Unresolved(System.IFormattable nobodyOffersThis) => _ = nobodyOffersThis;

    public Lethe.Sdk.Erasers.ModelEdit Erase(Lethe.Sdk.Erasers.ErasureRequest request, Lethe.Sdk.Erasers.EraserContext context) =>
        throw new System.NotSupportedException("never run");
}
