[assembly: Lethe.Sdk.LethePlugin("test.good")]

namespace Fixture;

[Lethe.Sdk.Erasers.Eraser("test.good", "Works")]
internal sealed class Good : Lethe.Sdk.Erasers.IEraser
{
    public Lethe.Sdk.Erasers.ModelEdit Erase(Lethe.Sdk.Erasers.ErasureRequest request, Lethe.Sdk.Erasers.EraserContext context) =>
        throw new System.NotSupportedException("never run");
}
