#if FIRST
[assembly: Lethe.Sdk.LethePlugin("test.first")]
#else
[assembly: Lethe.Sdk.LethePlugin("test.second")]
#endif

namespace Fixture;

#if FIRST
[Lethe.Sdk.Erasers.Eraser("test.first", "Brings the first version of a library")]
#else
[Lethe.Sdk.Erasers.Eraser("test.second", "Brings the second version of a library")]
#endif
internal sealed class UsesDependency : Lethe.Sdk.Erasers.IEraser
{
    public Lethe.Sdk.Erasers.ModelEdit Erase(Lethe.Sdk.Erasers.ErasureRequest request, Lethe.Sdk.Erasers.EraserContext context) =>
        throw new System.NotSupportedException("never run");

    public override string ToString() => Dependency.Answer.Text;
}
