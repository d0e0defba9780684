using Lethe.Host.Policies;
using Lethe.Host.Runs;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Benchmarks;

/// <summary>Finds the benchmark that a name or a path means.</summary>
public static class BenchmarkLocation
{
    private const string Ending = ".yaml";

    /// <summary>Names of the benchmarks that come with Lethe, in ordinal order.</summary>
    public static IReadOnlyList<string> Names() => Installation.Find("benchmarks") is not { } folder ? [] :
        [.. Directory.EnumerateFiles(folder, "*" + Ending).Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    /// <summary>Full path of the file.</summary>
    /// <exception cref="RunException">Neither a benchmark's name nor a file.</exception>
    public static string Find(string name)
    {
        if (File.Exists(name))
            return Path.GetFullPath(name);
        var names = Names();
        if (names.Contains(name))
            return Path.Combine(Installation.Find("benchmarks")!, name + Ending);
        var nearest = KeySuggestion.Nearest(name, names);
        throw new RunException(ExitCode.UsageInvalid, DiagnosticId.PolicyUnreadable, $"`{name}` is neither a benchmark nor a file",
            nearest is not null ? $"did you mean `{nearest}`?" : $"benchmarks are {string.Join(", ", names.Select(item => $"`{item}`"))}; or name a file");
    }
}
