[assembly: Lethe.Sdk.LethePlugin("test.wrong-id")]

namespace Fixture;

[Lethe.Sdk.Erasers.Eraser("uce", "Claims the id of another plugin")]
internal sealed class WrongId : Lethe.Sdk.Erasers.IEraser
{
    public Lethe.Sdk.Erasers.ModelEdit Erase(Lethe.Sdk.Erasers.ErasureRequest request, Lethe.Sdk.Erasers.EraserContext context) =>
        throw new System.NotSupportedException("never run");
}
