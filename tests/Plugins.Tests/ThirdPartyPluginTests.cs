using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using Lethe.Host;
using Lethe.Host.Commands;
using Lethe.Host.Output;
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
    public void FixtureOfFortyLines_BuiltAgainstPackages_ErasesInTheHost()
    {
        var project = Path.Combine(_base, "project");
        Directory.CreateDirectory(project);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Tree, "tests", "Fixtures", "ThirdParty")))
            File.Copy(file, Path.Combine(project, Path.GetFileName(file)));

        PublishAndErase(project, "Acme.Nudge", "acme.nudge");
    }

    [Fact]
    public async Task PluginsNew_BuiltAsItIs_ErasesInTheHost()
    {
        var project = Path.Combine(_base, "project");

        var code = await CommandLine.RunAsync(["plugins", "new", "acme.shift", "--output", project], ConsoleStreams.InMemory(TextWriter.Null, TextWriter.Null));

        Assert.Equal(ExitCode.Success, code);
        PublishAndErase(project, "Acme.Shift", "acme.shift");
        Assert.True(File.Exists(Path.Combine(_base, "plugins", "Acme.Shift", "Acme.Shift.xml")), "the descriptions of options are not published");
    }

    private void PublishAndErase(string project, string assembly, string id)
    {
        Pack();
        File.WriteAllText(Path.Combine(project, "nuget.config"),
            $"""<configuration><packageSources><add key="lethe" value="{Path.Combine(_base, "packages")}" /></packageSources></configuration>""");
        Dotnet(project, "publish", "-c", "Release", "-o", Path.Combine(_base, "plugins", assembly), "--nologo", "-v", "q");

        using var catalog = PluginCatalog.Load([Path.Combine(_base, "plugins")], PluginTrust.Anything, Path.Combine(_base, "store"));

        Assert.DoesNotContain(catalog.Plugins.Single().Files, file => file.Path is "Lethe.Sdk.dll" or "Lethe.Torch.dll");
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

    private void Pack()
    {
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        foreach (var name in new[] { "Lethe.Torch", "Lethe.Sdk" })
            Dotnet(Tree, "pack", Path.Combine("sdk", name), "--no-build", "-c", configuration, "-o", Path.Combine(_base, "packages"), "--nologo", "-v", "q");
    }

    private void Dotnet(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true };
        // A cache of its own: the version does not change with every build, so a shared one would hand out yesterday's packages.
        start.Environment["NUGET_PACKAGES"] = Path.Combine(_base, "cache");
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        if (arguments[0] == "pack")
            start.Environment.Remove("NUGET_PACKAGES");
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}\n{text}");
    }
}
