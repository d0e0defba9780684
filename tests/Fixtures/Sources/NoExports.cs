[assembly: Lethe.Sdk.LethePlugin("test.empty")]

namespace Fixture;

internal sealed class Empty
{
    public System.Type Contract => typeof(Lethe.Sdk.Erasers.IEraser);
}
