using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Lethe.Host.Commands.Models;
using Lethe.Host.Commands.Plugins;
using Lethe.Host.Output;
using Lethe.Host.Policies;
using Lethe.Host.Runs;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Commands;

/// <summary>The command line as one function: arguments and streams in, exit code out. Tests call it as the process does.</summary>
public static partial class CommandLine
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
            ApplyCommand.Create(),
            BatchCommand.Create(),
            GenerateCommand.Create(),
            EvaluateCommand.Create(),
            BenchmarkCommand.Create(),
            ModelsCommand.Create(),
            TrainCommand.Create(),
            PluginsCommand.Create(),
            PolicyCommand.Create(),
            DoctorCommand.Create(),
            HelpCommand.Create(),
        };
        GlobalOptions.AddTo(root);
        root.SetRun(MenuStart.Run);
        return root;
    }

    /// <summary>Parses and runs <paramref name="args"/>; never throws for anything a user can cause.</summary>
    public static async Task<ExitCode> RunAsync(string[] args, ConsoleStreams streams, CancellationToken cancel = default)
    {
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(cancel, PluginFaults.Token);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, CancelOnce);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, CancelOnce);

        var parsed = CreateRoot().Parse(args);
        var context = CommandContext.From(parsed, streams);
        try
        {
            // One word that is not understood makes all that follow it wrong too; only the first says something.
            if (parsed.Action is ParseErrorAction)
                return context.Finish(ExitCode.UsageInvalid, [UsageError(parsed)]);

            return (ExitCode)await parsed.InvokeAsync(new HostInvocation(streams), cancelled.Token);
        }
        catch (OperationCanceledException) when (PluginFaults.First is not null)
        {
            return context.Finish(ExitCode.RunFailed, [PluginFaults.First!]);
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

    private static Diagnostic UsageError(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var unknown = parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens[0] : null;
        var known = command.Subcommands.Select(child => child.Name)
            .Concat(command.Options.Select(option => option.Name))
            .Concat(parsed.RootCommandResult.Command.Options.Where(option => option.Recursive).Select(option => option.Name));
        var nearest = unknown is null ? null : KeySuggestion.Nearest(unknown, known);
        var text = unknown is not null ? $"unknown command, option or argument `{unknown}`"
            : Unparsed().Match(parsed.Errors[0].Message) is { Success: true } match ? $"`{match.Groups["option"]}` is `{match.Groups["value"]}`, expected another kind of value"
            : parsed.Errors[0].Message.Replace('\'', '`').TrimEnd('.');
        return Diagnostic.Error(
            UsageDiagnosticId,
            text.StartsWith('`') ? text : char.ToLowerInvariant(text[0]) + text[1..],
            nearest is null ? $"`{CommandContext.NameOf(parsed, "lethe")} --help` lists what it takes" : $"did you mean `{nearest}`?");
    }

    // The library names .NET types here, which mean nothing at a terminal.
    [GeneratedRegex("^Cannot parse argument '(?<value>.*)' for (option|argument) '(?<option>.*)' as expected type '.*'")]
    private static partial Regex Unparsed();
}
