[assembly: Lethe.Sdk.LethePlugin("test.native")]

namespace Fixture;

[Lethe.Sdk.Erasers.Eraser("test.native", "Calls a native library")]
internal sealed class NativeDependency : Lethe.Sdk.Erasers.IEraser
{
    public Lethe.Sdk.Erasers.ModelEdit Erase(Lethe.Sdk.Erasers.ErasureRequest request, Lethe.Sdk.Erasers.EraserContext context)
    {
        Answer();
        return null;
    }

    [System.Runtime.InteropServices.DllImport("lethe_fixture_native", EntryPoint = "answer")]
    private static extern int Answer();
}
