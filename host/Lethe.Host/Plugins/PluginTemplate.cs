using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Lethe.Sdk;

namespace Lethe.Host.Plugins;

/// <summary>The files of a new plugin; the template itself lies in <c>sdk/templates/plugin</c> and travels inside this assembly.</summary>
internal sealed partial class PluginTemplate
{
    private const string Prefix = "template/";

    private readonly Dictionary<string, string> _words;

    public PluginTemplate(string id)
    {
        var tree = PluginRoots.SourceTree();
        _words = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["__ID__"] = id,
            ["__ASSEMBLY__"] = string.Join('.', id.Split('.').Select(Pascal)),
            ["__NAME__"] = Pascal(id.Split('.')[^1]),
            ["__SLUG__"] = id.Split('.')[^1],
            ["__LETHE__"] = tree ?? Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory),
            ["__SDK_VERSION__"] = PackageVersion(),
            ["__TORCHSHARP_VERSION__"] = typeof(torch).Assembly.GetName().Version!.ToString(3),
            ["__PACKAGES__"] = tree is null ? "packages" : Path.Combine(tree, "artifacts", "packages"),
            ["__CONTRACT__"] = SdkVersion.Current.ToString(),
        };

        static string Pascal(string part) => string.Concat(part.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }

    /// <summary>What is wrong with an id, or null.</summary>
    public static string? Fault(string id) => IdPattern().IsMatch(id)
        ? null
        : $"plugin id `{id}` must be lower-case words joined by dots or dashes, each beginning with a letter, such as `acme.shift`";

    /// <summary>Writes every file; names and contents have their words replaced.</summary>
    /// <returns>Relative paths, sorted.</returns>
    public IReadOnlyList<string> Write(string folder)
    {
        var written = new SortedSet<string>(StringComparer.Ordinal);
        var assembly = typeof(PluginTemplate).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var path = Replace(resource[Prefix.Length..].Replace('\\', '/'));
            var target = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.WriteAllText(target, Replace(reader.ReadToEnd()));
            written.Add(path);
        }

        return [.. written];
    }

    private static string PackageVersion() =>
        typeof(SdkVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+', 2)[0]
            ?? string.Create(CultureInfo.InvariantCulture, $"{SdkVersion.Current}.0");

    private string Replace(string text) => _words.Aggregate(text, (all, word) => all.Replace(word.Key, word.Value, StringComparison.Ordinal));

    [GeneratedRegex(@"\A[a-z][a-z0-9]*([.-][a-z][a-z0-9]*)*\z")]
    private static partial Regex IdPattern();
}
