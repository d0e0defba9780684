using Lethe.Host.Plugins;

namespace Lethe.Host.Tests.Plugins;

public sealed class SdkCompatibilityTests
{
    [Theory]
    [InlineData("1.2", "1.2", null, true)]
    [InlineData("1.1", "1.2", null, true)]
    [InlineData("1.3", "1.2", null, false)]
    [InlineData("2.0", "1.2", null, false)]
    [InlineData("1.2", "2.0", null, false)]
    [InlineData("1.2", "2.0", "[1.2,3.0)", true)]
    [InlineData("1.2", "3.0", "[1.2,3.0)", false)]
    [InlineData("1.2", "3.0", "[1.2,3.0]", true)]
    [InlineData("1.3", "1.2", "[1.0,3.0)", false)]
    [InlineData("1.2", "2.0", "any", false)]
    [InlineData("1.2", "2.0", "[1.99999999999,3.0)", false)]
    public void Judge_Versions_FollowTheRule(string built, string host, string? range, bool fits)
    {
        var plugin = new PluginIdentity { Id = "test", Version = "1", Sdk = Version.Parse(built), SdkRange = range };

        Assert.Equal(fits, SdkCompatibility.Judge(plugin, Version.Parse(host)) is null);
    }
}
