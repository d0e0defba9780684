using Lethe.Diffusion.Engine;
using Lethe.Host.Runs;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Commands;

/// <summary>One way to end the commands that work on models.</summary>
internal static class RunGuard
{
    /// <summary>Carries out <paramref name="run"/>; a fault of the run ends with its messages and its exit code.</summary>
    public static ExitCode Guard(CommandContext context, Func<ExitCode> run)
    {
        try
        {
            TensorEngine.Start(context.Globals.CoresToUse);
            return run();
        }
        catch (EngineException fault)
        {
            if (context.Globals.Verbose)
                context.Streams.Error.WriteLine(fault.ToString());
            return context.Finish(ExitCode.RunFailed, [Diagnostic.Error(DiagnosticId.EngineUnavailable, fault.Message, hint: "`lethe doctor` looks at each part")]);
        }
        catch (RunException fault)
        {
            if (context.Globals.Verbose && fault.InnerException is { } inner)
                context.Streams.Error.WriteLine(inner.ToString());
            return context.Finish(fault.ExitCode, fault.Diagnostics);
        }
    }
}
