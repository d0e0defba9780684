[assembly: Lethe.Sdk.LethePlugin("test.thread")]

namespace Fixture;

[Lethe.Sdk.Erasers.Eraser("test.thread", "Throws where no try of the host reaches")]
internal sealed class ThrowsOnThread : Lethe.Sdk.Erasers.IEraser
{
    public Lethe.Sdk.Erasers.ModelEdit Erase(Lethe.Sdk.Erasers.ErasureRequest request, Lethe.Sdk.Erasers.EraserContext context)
    {
        var thread = new System.Threading.Thread(() => throw new System.InvalidOperationException("no more tea"));
        thread.Start();
        thread.Join();
        return null;
    }
}
