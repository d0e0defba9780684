namespace Lethe.Sdk;

/// <summary>The version of the plugin contract that this assembly provides.</summary>
public static class SdkVersion
{
    /// <summary>Major and minor version; a plugin is judged by the pair it was compiled against.</summary>
    public static Version Current { get; } = ContractVersion();

    private static Version ContractVersion()
    {
        var version = typeof(SdkVersion).Assembly.GetName().Version!;
        return new Version(version.Major, version.Minor);
    }
}
