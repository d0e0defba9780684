using System.Text.Json;
using System.Text.RegularExpressions;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Plugins;

/// <summary>Judges what lies beside a plugin's main assembly.</summary>
internal static partial class PluginShape
{
    /// <summary>Every reason to refuse the folder's other files.</summary>
    /// <param name="mainAssembly">Full path.</param>
    /// <param name="id">Who is judged.</param>
    /// <param name="files">The folder's files.</param>
    public static IEnumerable<Diagnostic> Judge(string mainAssembly, string id, IReadOnlyList<PluginFile> files)
    {
        foreach (var file in files.Where(file => EngineNative().IsMatch(file.Path)))
        {
            yield return Diagnostic.Error(DiagnosticId.ForbiddenNativeFile,
                $"plugin `{id}` was not loaded: it ships `{file.Path}`; the engine's native libraries belong to the host, two copies clash");
        }

        if (DependencyFileFault(Path.ChangeExtension(mainAssembly, ".deps.json")) is { } fault)
            yield return Diagnostic.Error(DiagnosticId.BadDependencyFile, $"plugin `{id}` was not loaded: {fault}");
    }

    // Without the file every dll of the folder counts as a dependency, which works; a broken one would throw in the resolver.
    private static string? DependencyFileFault(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var outside = document.RootElement.GetProperty("targets").EnumerateObject()
                .SelectMany(target => target.Value.EnumerateObject())
                .SelectMany(library => library.Value.EnumerateObject())
                .Where(section => section.Name is "runtime" or "native" or "resources" or "runtimeTargets")
                .SelectMany(section => section.Value.EnumerateObject())
                .Select(asset => asset.Name)
                .FirstOrDefault(asset => Path.IsPathRooted(asset) || asset.Split('/', '\\').Contains(".."));
            return outside is null ? null : $"`{Path.GetFileName(path)}` names `{outside}`, which lies outside its folder";
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or IOException)
        {
            return $"`{Path.GetFileName(path)}` is not a dependency file: {failure.Message.ReplaceLineEndings(" ").TrimEnd('.')}";
        }
    }

    [GeneratedRegex(@"(\A|/)(lib)?(LibTorchSharp|torch(?!Sharp)|c10|cudart)[^/]*\.(so|dll|dylib)[^/]*\z", RegexOptions.IgnoreCase)]
    private static partial Regex EngineNative();
}
