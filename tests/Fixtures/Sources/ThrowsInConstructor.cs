[assembly: Lethe.Sdk.LethePlugin("test.throws")]

namespace Fixture;

[Lethe.Sdk.Erasers.Eraser("test.throws", "Throws when constructed")]
internal sealed class Throws : Lethe.Sdk.Erasers.IEraser
{
    public Throws() => throw new System.InvalidOperationException("no licence key");

    public Lethe.Sdk.Erasers.ModelEdit Erase(Lethe.Sdk.Erasers.ErasureRequest request, Lethe.Sdk.Erasers.EraserContext context) =>
        throw new System.NotSupportedException("never run");
}
