#if MAJOR
[assembly: System.Reflection.AssemblyVersion("99.0.0.0")]
#else
[assembly: System.Reflection.AssemblyVersion("2.0.0.0")]
#endif

namespace Lethe.Sdk
{
    [System.AttributeUsage(System.AttributeTargets.Assembly)]
    public sealed class LethePluginAttribute : System.Attribute
    {
        public LethePluginAttribute(string id) => Id = id;

        public string Id { get; }

        public string SdkRange { get; set; }
    }

    public static class SdkVersion
    {
        public static string MemberOfTomorrow(int days) => days.ToString();
    }
}
