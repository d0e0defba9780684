using System.Diagnostics;
using System.Reflection;
using System.Runtime.ExceptionServices;
using Lethe.Host.Plugins;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Runs;

/// <summary>
/// Exceptions that plugins throw on threads of their own, where no <c>try</c> of the host reaches. They would end the process; with
/// this they end the run, which says whose they are.
/// </summary>
public static class PluginFaults
{
    private static readonly CancellationTokenSource Faulted = new();
    private static Diagnostic? s_first;

    /// <summary>The first of them.</summary>
    public static Diagnostic? First => Volatile.Read(ref s_first);

    /// <summary>Cancelled with the first of them.</summary>
    public static CancellationToken Token => Faulted.Token;

    /// <summary>Begins to watch; once in a process.</summary>
    public static void Watch() => ExceptionHandling.SetUnhandledExceptionHandler(IsOfPlugin);

    /// <summary>Ends a run in which a plugin's thread failed: what the plugin hands over now may be half done.</summary>
    /// <exception cref="RunException">One did.</exception>
    public static void ThrowIfAny()
    {
        if (First is { } fault)
            throw new RunException(ExitCode.RunFailed, [fault]);
    }

    private static bool IsOfPlugin(Exception failure)
    {
        // The host's own mistakes end the process, as they should.
        if (PluginOf(failure) is not { } plugin)
            return false;
        var fault = Diagnostic.Error(DiagnosticId.EraserFailed, $"plugin `{plugin}` failed on a thread of its own: {PluginComposition.Sentence(failure)}",
            "plugins must catch what their threads throw; the plugin's author can help");
        if (Interlocked.CompareExchange(ref s_first, fault, null) is null)
            Faulted.Cancel();
        return true;
    }

    private static string? PluginOf(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            var plugin = new StackTrace(cause, fNeedFileInfo: false).GetFrames()
                .Select(frame => frame.GetMethod()?.Module.Assembly).OfType<Assembly>()
                .Select(PluginContext.PluginOf).FirstOrDefault(id => id is not null);
            if (plugin is not null)
                return plugin;
        }

        return null;
    }
}
