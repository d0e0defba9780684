#if ENGINE
namespace TorchSharp;

public static class torch
{
    public static string Version => "another engine";
}
#else
[assembly: Lethe.Sdk.LethePlugin("test.engine")]

namespace Fixture;

[Lethe.Sdk.Erasers.Eraser("test.engine", "Computes with another engine")]
internal sealed class OtherEngine : Lethe.Sdk.Erasers.IEraser
{
    public override string ToString() => TorchSharp.torch.Version;

    public Lethe.Sdk.Erasers.ModelEdit Erase(Lethe.Sdk.Erasers.ErasureRequest request, Lethe.Sdk.Erasers.EraserContext context) =>
        throw new System.NotSupportedException("never run");
}
#endif
