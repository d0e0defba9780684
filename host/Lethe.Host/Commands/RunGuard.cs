using Lethe.Host.Runs;

namespace Lethe.Host.Commands;

/// <summary>One way to end the commands that work on models.</summary>
internal static class RunGuard
{
    /// <summary>Carries out <paramref name="run"/>; a fault of the run ends with its messages and its exit code.</summary>
    public static ExitCode Guard(CommandContext context, Func<ExitCode> run)
    {
        try
        {
            // The engine's own default is one thread on some machines.
            torch.set_num_threads(context.Globals.CoresToUse);
            // Trained-from-scratch networks produce denormals, which are slow.
            return run();
        }
        catch (RunException fault)
        {
            if (context.Globals.Verbose && fault.InnerException is { } inner)
                context.Streams.Error.WriteLine(inner.ToString());
            return context.Finish(fault.ExitCode, fault.Diagnostics);
        }
    }
}
