using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using Lethe.Host.Plugins;
using Lethe.Sdk.Anchors;
using Lethe.Sdk.Erasers;

namespace Plugins.Tests;

/// <summary>
/// An author's way: packages of the SDK, a project outside the solution, a published folder, the host. Nothing but the packed contract
/// connects the two.
/// </summary>
[Trait("Category", "Slow")]
public sealed class ThirdPartyPluginTests : IDisposable
{
    private static readonly string Tree = PluginRoots.SourceTree()!;
    private readonly string _base = Directory.CreateTempSubdirectory("lethe-author-").FullName;

    public void Dispose() => Directory.Delete(_base, recursive: true);

    [Fact]
    public void PackageThatShipsTheEngine_IsRefusedByTheBuild()
    {
        var project = Project();
        var file = Path.Combine(project, "Acme.Nudge.csproj");
        File.WriteAllText(file, File.ReadAllText(file).Replace(" ExcludeAssets=\"runtime;native\"", "", StringComparison.Ordinal));
        Pack(project);

        var (exitCode, text) = Dotnet(project, "build", "--nologo", "-v", "q");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("LTH0101", text, StringComparison.Ordinal);
        Assert.Contains("`TorchSharp`", text, StringComparison.Ordinal);
    }

    [Fact]
    public void FixtureOfFortyLines_BuiltAgainstPackages_ErasesInTheHost()
    {
        var project = Project();

        PublishAndErase(project, "Acme.Nudge", "acme.nudge");
    }

    private string Project()
    {
        var project = Directory.CreateDirectory(Path.Combine(_base, "project")).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Tree, "tests", "Fixtures", "ThirdParty")))
            File.Copy(file, Path.Combine(project, Path.GetFileName(file)));
        return project;
    }

    private void PublishAndErase(string project, string assembly, string id)
    {
        Pack(project);
        Succeed(project, "publish", "-c", "Release", "-o", Path.Combine(_base, "plugins", assembly), "--nologo", "-v", "q");

        using var catalog = PluginCatalog.Load([Path.Combine(_base, "plugins")], PluginTrust.Anything, Path.Combine(_base, "store"));

        Assert.Equal(
            [$"{assembly}.deps.json", $"{assembly}.dll", $"{assembly}.pdb", $"{assembly}.runtimeconfig.json"],
            catalog.Plugins.Single().Files.Select(file => file.Path));
        Assert.True(catalog.Erasers.ContainsKey(id), string.Join('\n', catalog.Diagnostics));
        Erase(catalog.Erasers[id]);
    }

    private static void Erase(InstalledEraser installed)
    {
        using var scope = torch.NewDisposeScope();
        using var model = new TinyModel();
        using var context = new TestContext();
        Assert.True(installed.TryCreate(out var eraser, out _));
        var options = Activator.CreateInstance(installed.Metadata.Options!)!;
        Assert.All(options.GetType().GetProperties(), property => Assert.All(
            property.GetCustomAttributes(true).OfType<ValidationAttribute>(), rule => Assert.True(rule.IsValid(property.GetValue(options)))));

        using var edit = eraser.Erase(
            new ErasureRequest { Model = model, Concepts = [new Concept { Name = "beer mug", Surrogate = "teacup" }], Options = options }, context.Create());

        Assert.IsType<WeightEdit>(edit);
        var terms = context.Reports.Select(report => report.Terms["projection-alignment"]).ToList();
        Assert.True(terms[^1] < terms[0], $"the loss went from {terms[0]:g3} to {terms[^1]:g3}");
    }

    private void Pack(string project)
    {
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        var packages = Path.Combine(_base, "packages");
        Succeed(Tree, "pack", Path.Combine("sdk", "Lethe.Sdk"), "--no-build", "-c", configuration, "-o", packages, "--nologo", "-v", "q");
        File.WriteAllText(Path.Combine(project, "nuget.config"),
            $"""<configuration><packageSources><add key="lethe" value="{packages}" /></packageSources></configuration>""");
    }

    private void Succeed(string folder, params string[] arguments)
    {
        var (exitCode, text) = Dotnet(folder, arguments);
        Assert.True(exitCode == 0, $"dotnet {string.Join(' ', arguments)}\n{text}");
    }

    private (int ExitCode, string Text) Dotnet(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true };
        // A cache of its own: another checkout may put its package into the shared one.
        start.Environment["NUGET_PACKAGES"] = Path.Combine(_base, "cache");
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        if (arguments[0] == "pack")
            start.Environment.Remove("NUGET_PACKAGES");
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, text);
    }
}
