using System.CommandLine;

namespace Lethe.Host.Commands;

/// <summary>Binds a command to a plain function of context and cancellation.</summary>
public static class CommandExtensions
{
    /// <summary>Runs <paramref name="run"/> when the command is chosen; its exit code becomes the process's.</summary>
    public static void SetRun(this Command command, Func<CommandContext, CancellationToken, ExitCode> run) =>
        command.SetAction((parsed, cancel) => Task.FromResult((int)run(CommandContext.Of(parsed), cancel)));
}
