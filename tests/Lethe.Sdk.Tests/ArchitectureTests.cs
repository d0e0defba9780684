using System.Xml.Linq;

namespace Lethe.Sdk.Tests;

/// <summary>The tree is the architecture: who may reference whom, and how long a file may be.</summary>
public sealed class ArchitectureTests
{
    private const int MostLines = 400;

    public static TheoryData<string, string> ProjectsAndRooms() => new()
    {
        { "sdk", "sdk" },
        { "host", "sdk host" },
        { "plugins", "sdk" },
    };

    [Theory]
    [MemberData(nameof(ProjectsAndRooms))]
    public void References_OfARoom_LeadOnlyWhereTheyMay(string room, string allowed)
    {
        var offenders = Directory.EnumerateFiles(Path.Combine(SourceTree.Root, room), "*.*proj", SearchOption.AllDirectories)
            .Where(project => !project.Contains("templates", StringComparison.Ordinal))
            .Concat(Directory.EnumerateFiles(Path.Combine(SourceTree.Root, room), "Directory.Build.props"))
            .SelectMany(References)
            .Where(reference => !allowed.Split(' ').Contains(Path.GetRelativePath(SourceTree.Root, reference).Split('/', '\\')[0]))
            .ToList();

        Assert.Empty(offenders);
    }

    [Fact]
    public void References_OfAPlugin_NeverLeadToAnotherPlugin() =>
        Assert.All(
            Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "plugins"), "*.csproj", SearchOption.AllDirectories),
            project => Assert.DoesNotContain(References(project), reference => reference.Contains("/plugins/", StringComparison.Ordinal)));

    [Fact]
    public void SourceFiles_AnywhereInTheTree_StayShort()
    {
        var tooLong = new[] { "sdk", "host", "plugins", "tests", "bench" }
            .Select(room => Path.Combine(SourceTree.Root, room)).Where(Directory.Exists)
            .SelectMany(room => Directory.EnumerateFiles(room, "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Where(file => File.ReadLines(file).Count() > MostLines)
            .Select(file => Path.GetRelativePath(SourceTree.Root, file))
            .ToList();

        Assert.Empty(tooLong);
    }

    [Fact]
    public void LetheSdk_References_OnlyTheEngineAndComposition()
    {
        var names = typeof(SdkVersion).Assembly.GetReferencedAssemblies().Select(name => name.Name!)
            .Where(name => !name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("System.Composition", StringComparison.Ordinal));

        Assert.Equal(["System.Composition.AttributedModel", "TorchSharp"], names.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> References(string project)
    {
        var folder = Path.GetDirectoryName(project)!;
        return XDocument.Load(project).Descendants("ProjectReference").Select(reference => Path.GetFullPath(Path.Combine(
            folder, ((string)reference.Attribute("Include")!).Replace("$(MSBuildThisFileDirectory)", "", StringComparison.Ordinal).Replace('\\', '/'))));
    }
}
