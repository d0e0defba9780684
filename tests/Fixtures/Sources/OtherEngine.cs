#if ENGINE
namespace Lethe.Torch;

public static class torch
{
    public static string Version => "the engine of SDK 1";
}
#else
[assembly: Lethe.Sdk.LethePlugin("test.engine")]

namespace Fixture;

[Lethe.Sdk.Erasers.Eraser("test.engine", "Computes with the engine of SDK 1")]
internal sealed class OtherEngine : Lethe.Sdk.Erasers.IEraser
{
    public override string ToString() => Lethe.Torch.torch.Version;

    public Lethe.Sdk.Erasers.ModelEdit Erase(Lethe.Sdk.Erasers.ErasureRequest request, Lethe.Sdk.Erasers.EraserContext context) =>
        throw new System.NotSupportedException("never run");
}
#endif
