[assembly: Lethe.Sdk.LethePlugin("test.crash")]

namespace Fixture;

[Lethe.Sdk.Erasers.Eraser("test.crash", "Ends the process when constructed")]
internal sealed class CrashesProcess : Lethe.Sdk.Erasers.IEraser
{
    public CrashesProcess() => System.Environment.FailFast("out of tea");

    public Lethe.Sdk.Erasers.ModelEdit Erase(Lethe.Sdk.Erasers.ErasureRequest request, Lethe.Sdk.Erasers.EraserContext context) =>
        throw new System.NotSupportedException("never run");
}
