using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.Diffusion;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Plugins;

/// <summary>
/// What the user agreed to: the hash of every file of every trusted plugin below one root. A hash says "unchanged since you said
/// yes", not "safe". The build writes <c>Name.lock.json</c> for each bundled plugin, <c>plugins trust</c> writes <c>plugins.lock.json</c>,
/// which wins.
/// </summary>
public sealed class PluginLock
{
    /// <summary>The file that <c>plugins trust</c> writes.</summary>
    public const string FileName = "plugins.lock.json";

    private const int MostBytes = 16 << 20;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly SortedDictionary<string, IReadOnlyList<PluginFile>> _trusted = new(StringComparer.Ordinal);

    private PluginLock(string root) => Root = root;

    /// <summary>The folder that holds the plugin folders.</summary>
    public string Root { get; }

    /// <summary>Reads the lock files of a root. A broken one trusts nothing and is reported.</summary>
    /// <param name="root">The folder that holds the plugin folders.</param>
    /// <param name="found">Receives what is wrong.</param>
    public static PluginLock Read(string root, List<Diagnostic> found)
    {
        var result = new PluginLock(root);
        var files = Directory.EnumerateFiles(root, "*.lock.json").OrderBy(file => Path.GetFileName(file) == FileName).ThenBy(file => file, StringComparer.Ordinal);
        foreach (var file in files)
        {
            try
            {
                if (new FileInfo(file).Length > MostBytes)
                    throw new InvalidDataException("it is too large");
                result.Merge(file);
            }
            catch (Exception failure) when (failure is JsonException or IOException or InvalidDataException or KeyNotFoundException
                or InvalidOperationException or UnauthorizedAccessException or FormatException)
            {
                found.Add(Diagnostic.Error(DiagnosticId.BadLockFile, $"lock file `{file}` cannot be used: {failure.Message.ReplaceLineEndings(" ").TrimEnd('.')}",
                    "`lethe plugins trust` writes a new one"));
            }
        }

        return result;
    }

    /// <summary>The refusal, or null when the folder's files are exactly those agreed to.</summary>
    /// <param name="folder">The folder's name.</param>
    /// <param name="label">How to call the plugin.</param>
    /// <param name="files">The files as they are.</param>
    public Diagnostic? Judge(string folder, string label, IReadOnlyList<PluginFile> files)
    {
        if (!_trusted.TryGetValue(folder, out var agreed))
            return Diagnostic.Error(DiagnosticId.NotTrusted, $"plugin `{label}` was not loaded: no lock file lists it", $"look at it, then `lethe plugins trust {label}`");

        var differences = Differences(agreed, files);
        return differences.Count == 0 ? null : Diagnostic.Error(DiagnosticId.LockMismatch,
            $"plugin `{label}` was not loaded: its files differ from the lock file: {string.Join(", ", differences.Take(5))}",
            $"restore the files, or look at them and `lethe plugins trust {label}`");
    }

    /// <summary>The files agreed to, or null.</summary>
    /// <param name="folder">The folder's name.</param>
    public IReadOnlyList<PluginFile>? Agreed(string folder) => _trusted.GetValueOrDefault(folder);

    /// <summary>Agrees to a plugin and writes the lock file, through a temporary name.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="identity">What the plugin says about itself.</param>
    /// <param name="files">The files to agree to.</param>
    public static void Trust(PluginFolder folder, PluginIdentity identity, IReadOnlyList<PluginFile> files)
    {
        var path = Path.Combine(folder.Root, FileName);
        JsonArray kept = File.Exists(path) && JsonNode.Parse(File.ReadAllBytes(path))?["plugins"] is JsonArray existing
            ? [.. existing.Where(entry => (string?)entry?["folder"] != folder.Name).Select(entry => entry?.DeepClone())]
            : [];
        kept.Add(new JsonObject
        {
            ["id"] = identity.Id,
            ["version"] = identity.Version,
            ["sdk"] = identity.Sdk.ToString(),
            ["folder"] = folder.Name,
            ["files"] = new JsonArray([.. files.Select(file => new JsonObject { ["path"] = file.Path, ["sha256"] = file.Sha256 })]),
        });
        var document = new JsonObject { ["version"] = 1, ["plugins"] = kept };
        AtomicFile.WriteText(path, document.ToJsonString(Indented) + "\n");
    }

    private static List<string> Differences(IReadOnlyList<PluginFile> agreed, IReadOnlyList<PluginFile> actual)
    {
        var before = agreed.ToDictionary(file => file.Path, file => file.Sha256, StringComparer.Ordinal);
        var after = actual.ToDictionary(file => file.Path, file => file.Sha256, StringComparer.Ordinal);
        return
        [
            .. before.Keys.Where(path => !after.ContainsKey(path)).Select(path => $"`{path}` is missing"),
            .. after.Keys.Where(path => !before.ContainsKey(path)).Select(path => $"`{path}` is new"),
            .. after.Where(file => before.TryGetValue(file.Key, out var hash) && !hash.Equals(file.Value, StringComparison.OrdinalIgnoreCase))
                .Select(file => $"`{file.Key}` is changed"),
        ];
    }

    private void Merge(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        if (document.RootElement.GetProperty("version").GetInt32() != 1)
            throw new InvalidDataException("`version` must be 1");
        foreach (var entry in document.RootElement.GetProperty("plugins").EnumerateArray())
        {
            _trusted[entry.GetProperty("folder").GetString()!] =
            [
                .. entry.GetProperty("files").EnumerateArray().Select(item =>
                    new PluginFile(item.GetProperty("path").GetString()!, item.GetProperty("sha256").GetString()!)),
            ];
        }
    }
}
