#if RANGE
[assembly: Lethe.Sdk.LethePlugin("test.contract", SdkRange = "[1.0,100.0)")]
#else
[assembly: Lethe.Sdk.LethePlugin("test.contract")]
#endif

namespace Fixture;

internal static class UsesContract
{
    public static string Call() => Lethe.Sdk.SdkVersion.MemberOfTomorrow(1);
}
