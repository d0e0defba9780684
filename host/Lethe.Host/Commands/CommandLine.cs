using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using Lethe.Host.Commands.Plugins;
using Lethe.Host.Output;
using Lethe.Host.Policies;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Commands;

/// <summary>The command line as one function: arguments and streams in, exit code out. Tests call it as the process does.</summary>
public static class CommandLine
{
    /// <summary>Id of every complaint about the command line itself.</summary>
    public const string UsageDiagnosticId = "LTH2000";

    /// <summary>Every command of the host, in the order in which help lists them.</summary>
    public static Command CreateRoot()
    {
        // Not a `RootCommand`: that one would call itself after the executable's file, `Lethe.Host`.
        var root = new Command("lethe", "Lethe erases concepts from text-to-image diffusion models and proves what it did.")
        {
            new HelpOption(),
            new VersionOption(),
            PluginsCommand.Create(),
            HelpCommand.Create(),
        };
        GlobalOptions.AddTo(root);
        root.SetRun(StartMenu);
        return root;
    }

    /// <summary>Parses and runs <paramref name="args"/>; never throws for anything a user can cause.</summary>
    public static async Task<ExitCode> RunAsync(string[] args, ConsoleStreams streams, CancellationToken cancel = default)
    {
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, CancelOnce);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, CancelOnce);

        var parsed = CreateRoot().Parse(args);
        var context = CommandContext.From(parsed, streams);
        try
        {
            if (parsed.Action is ParseErrorAction)
                return context.Finish(ExitCode.UsageInvalid, [.. parsed.Errors.Select(error => UsageError(parsed, error.Message))]);

            return (ExitCode)await parsed.InvokeAsync(new HostInvocation(streams), cancelled.Token);
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            context.Note("cancelled");
            return ExitCode.Cancelled;
        }
        catch (Exception failure)
        {
            return context.Fail(failure);
        }

        // The first signal asks politely; a second one finds no handler left to hold it back.
        void CancelOnce(PosixSignalContext signal)
        {
            signal.Cancel = !cancelled.IsCancellationRequested;
            cancelled.Cancel();
        }
    }

    private static Diagnostic UsageError(ParseResult parsed, string message)
    {
        var command = parsed.CommandResult.Command;
        var known = command.Subcommands.Select(child => child.Name)
            .Concat(command.Options.Select(option => option.Name))
            .Concat(parsed.RootCommandResult.Command.Options.Where(option => option.Recursive).Select(option => option.Name));
        var nearest = parsed.UnmatchedTokens
            .Where(token => message.Contains($"'{token}'", StringComparison.Ordinal))
            .Select(token => KeySuggestion.Nearest(token, known))
            .FirstOrDefault();
        var text = message.Replace('\'', '`').TrimEnd('.');
        return Diagnostic.Error(
            UsageDiagnosticId,
            text.StartsWith('`') ? text : char.ToLowerInvariant(text[0]) + text[1..],
            nearest is null ? $"`{CommandContext.NameOf(parsed, "lethe")} --help` lists what it takes" : $"did you mean `{nearest}`?");
    }

    private static ExitCode StartMenu(CommandContext context, CancellationToken cancel) =>
        context.Finish(
            ExitCode.UsageInvalid,
            [Diagnostic.Error(UsageDiagnosticId, "no command given", hint: "`lethe --help` lists the commands; menus need a terminal")]);
}
