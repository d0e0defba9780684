using System.Composition.Hosting;
using System.Reflection;
using Lethe.Sdk.Diagnostics;
using Lethe.Sdk.Erasers;
using McMaster.NETCore.Plugins;

namespace Lethe.Host.Plugins;

/// <summary>Loads a judged plugin and lists its exports; constructs none of them.</summary>
internal static class PluginComposition
{
    /// <summary>Loads and composes.</summary>
    /// <param name="mainAssembly">Full path of the verified copy.</param>
    /// <param name="plugin">Who is loaded.</param>
    /// <param name="collectible">Whether the plugin can be unloaded.</param>
    /// <param name="found">Receives what went wrong.</param>
    /// <returns>The container, its erasers and what unloads them; null when nothing could be composed.</returns>
    public static (CompositionHost Container, IReadOnlyList<Lazy<IEraser, EraserMetadata>> Erasers, PluginLoader Loader)? Compose(
        string mainAssembly, PluginIdentity plugin, bool collectible, List<Diagnostic> found)
    {
        CompositionHost? container = null;
        PluginLoader? loader = null;
        try
        {
            var missing = PluginNeeds.Missing(mainAssembly, plugin.Id);
            found.AddRange(missing);
            if (missing.Count > 0)
                return null;
            loader = PluginContext.Create(mainAssembly, collectible);
            var assembly = loader.LoadDefaultAssembly();
            container = new ContainerConfiguration().WithParts(LoadableTypes(assembly, plugin, found)).CreateContainer();
            var erasers = container.GetExports<Lazy<IEraser, EraserMetadata>>().ToList();
            if (erasers.Count > 0)
                return (container, erasers, loader);
            found.Add(Diagnostic.Error(DiagnosticId.NoExports, $"plugin `{plugin.Id}` exports nothing", "put `[Eraser(...)]` on a class that implements `IEraser`"));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            var id = failure is CompositionFailedException ? DiagnosticId.CompositionFailed : DiagnosticId.LoadFailed;
            found.Add(Diagnostic.Error(id, $"plugin `{plugin.Id}` was not loaded: {Sentence(failure)}"));
        }

        container?.Dispose();
        loader?.Dispose();
        return null;
    }

    /// <summary>The first line of what a plugin's exception says, with its type, without reflection's wrappers.</summary>
    public static string Sentence(Exception failure)
    {
        var cause = failure;
        while (cause is TargetInvocationException or TypeInitializationException or CompositionFailedException && cause.InnerException is { } inner)
            cause = inner;
        var line = cause.Message.ReplaceLineEndings("\n").Split('\n', 2)[0].TrimEnd('.', ' ');
        return cause is CompositionFailedException ? line : $"{cause.GetType().Name}: {line}";
    }

    // `WithAssembly` throws for the whole assembly when one unrelated type cannot load.
    private static IEnumerable<Type> LoadableTypes(Assembly assembly, PluginIdentity plugin, List<Diagnostic> found)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException failure)
        {
            foreach (var message in failure.LoaderExceptions.OfType<Exception>().Select(inner => inner.Message).Distinct())
                found.Add(Diagnostic.Warning(DiagnosticId.TypeLoadFailed, $"a type of plugin `{plugin.Id}` cannot be loaded: {message.TrimEnd('.')}"));
            return failure.Types.OfType<Type>();
        }
    }
}
