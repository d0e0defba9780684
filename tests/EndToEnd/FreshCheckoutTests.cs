using System.Diagnostics;

namespace Lethe.EndToEnd;

/// <summary>
/// A checkout in another folder, where nothing is built yet: what a newcomer types there, and whether the build depends on the folder.
/// </summary>
[Trait("Category", "Slow")]
public sealed class FreshCheckoutTests : IDisposable
{
    private static readonly string Tree = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(LetheProcess.HostAssembly)!, "../../../../.."));
    private readonly string _base = Directory.CreateTempSubdirectory("lethe-checkout-").FullName;

    public void Dispose() => Directory.Delete(_base, recursive: true);

    [Fact]
    public void PluginsNew_ReadmeTypedLiterally_EndsInAReport()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the launcher is a shell script");
        var checkout = Path.Combine(_base, "a checkout");
        Bash(Tree, $"""git ls-files -co --exclude-standard -z | while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done | (mkdir "{checkout}" && tar c --null -T - | tar x -C "{checkout}")""");
        Bash(checkout, "./lethe plugins new acme.shift");

        var text = Bash(Path.Combine(checkout, "shift"), Commands(Path.Combine(checkout, "shift", "README.md")));

        Assert.Contains("acme.shift  ok\n", text, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(checkout, "shift", "runs", "shift", "report.html")), text);
        Assert.Equal(Locks(Tree), Locks(checkout));
    }

    // Each names the hash of every file of a bundled plugin. Those of this tree were written by the build of these tests.
    private static SortedDictionary<string, string> Locks(string checkout) => new(
        Directory.EnumerateFiles(Path.Combine(checkout, "artifacts", "plugins"), "Lethe.Plugins.*.lock.json")
            .ToDictionary(file => Path.GetFileName(file), File.ReadAllText), StringComparer.Ordinal);

    private static string Commands(string readme) =>
        string.Join('\n', File.ReadLines(readme).SkipWhile(line => line != "```sh").Skip(1).TakeWhile(line => line != "```"));

    private string Bash(string folder, string commands)
    {
        var start = new ProcessStartInfo("bash", ["-e", "-o", "pipefail", "-c", commands]) { WorkingDirectory = folder, RedirectStandardOutput = true };
        start.Environment["LETHE_DATA"] = Path.Combine(_base, "data");
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment.Remove("LETHE_PLUGINS");
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode} in {folder} of\n{commands}\n{text}");
        return text;
    }
}
