namespace Lethe.Sdk.Tests;

public sealed class ChangelogTests
{
    [Fact]
    public void Changelog_NamesTheVersion() =>
        Assert.Contains($"| {SdkVersion.Current} |", File.ReadAllText(Path.Combine(SourceTree.Root, "sdk", "CHANGELOG.md")), StringComparison.Ordinal);
}
