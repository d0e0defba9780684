[assembly: Lethe.Sdk.LethePlugin("test.uses-engine")]

namespace Fixture;

[Lethe.Sdk.Erasers.Eraser("test.uses-engine", "Computes with the engine of the host")]
internal sealed class UsesEngine : Lethe.Sdk.Erasers.IEraser
{
    public override string ToString() => typeof(TorchSharp.torch).Assembly.Location;

    public Lethe.Sdk.Erasers.ModelEdit Erase(Lethe.Sdk.Erasers.ErasureRequest request, Lethe.Sdk.Erasers.EraserContext context) =>
        throw new System.NotSupportedException("never run");
}
