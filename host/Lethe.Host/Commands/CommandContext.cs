using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;
using Lethe.Host.Output;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Commands;

/// <summary>What a command works with: its parsed arguments, the global options, the streams, and one way to end.</summary>
public sealed class CommandContext
{
    private CommandContext(ParseResult parsed, ConsoleStreams streams)
    {
        Parsed = parsed;
        Globals = GlobalOptions.From(parsed);
        Streams = Globals.NoColor ? streams.WithoutColour() : streams;
    }

    /// <summary>The parsed command line.</summary>
    public ParseResult Parsed { get; }

    /// <summary>Options that every command takes.</summary>
    public GlobalOptions Globals { get; }

    /// <summary>Where output goes; nothing else may write to the console.</summary>
    public ConsoleStreams Streams { get; }

    /// <summary>The context of a command line that is not (yet) invoked.</summary>
    internal static CommandContext From(ParseResult parsed, ConsoleStreams streams) => new(parsed, streams);

    /// <summary>The context inside an action.</summary>
    internal static CommandContext Of(ParseResult parsed) =>
        new(parsed, ((HostInvocation)parsed.InvocationConfiguration).Streams);

    /// <summary>A line for the person at the terminal, on stderr; nothing under <c>--quiet</c>.</summary>
    public void Note(string text)
    {
        if (!Globals.Quiet) Streams.Error.WriteLine(text);
    }

    /// <summary>A progress line on stderr that respects <c>--quiet</c>; dispose it before printing anything else.</summary>
    public ProgressLine Progress() => new(Streams, Globals.Quiet);

    /// <summary>
    /// Ends a command: under <c>--json</c> writes the one document (<paramref name="data"/> and all diagnostics) to
    /// stdout, otherwise prints the diagnostics to stderr. Text for stdout is the command's own affair.
    /// </summary>
    public ExitCode Finish(ExitCode code, IReadOnlyList<Diagnostic> diagnostics, JsonObject? data = null)
    {
        if (Globals.Json)
            JsonOutput.Write(Streams.Out, NameOf(Parsed), code, diagnostics, data);
        else
            new DiagnosticPrinter(Streams.Error, Streams.ErrorColour).Print(diagnostics);
        return code;
    }

    /// <summary>Ends a command that succeeded without remarks.</summary>
    public ExitCode Finish(JsonObject? data = null) => Finish(ExitCode.Success, [], data);

    /// <summary>Ends a command on an unexpected error: one sentence, the stack trace only with <c>--verbose</c>.</summary>
    public ExitCode Fail(Exception failure)
    {
        if (Globals.Verbose) Streams.Error.WriteLine(failure.ToString());
        var first = failure is AggregateException { InnerException: { } inner } ? inner : failure;
        var sentence = first.Message.ReplaceLineEndings("\n").Split('\n', 2)[0].TrimEnd('.', ' ');
        var hint = Globals.Verbose ? null : "`--verbose` shows where it happened";
        return Finish(ExitCode.RunFailed, [Diagnostic.Error(DiagnosticId.RunFailed, sentence, hint: hint)]);
    }

    /// <summary>The command's words, such as <c>policy check</c>, after <paramref name="root"/> when that is given.</summary>
    internal static string NameOf(ParseResult parsed, string root = "")
    {
        var names = new List<string>();
        for (var result = parsed.CommandResult; result.Parent is CommandResult parent; result = parent) names.Insert(0, result.Command.Name);
        return string.Join(' ', root.Length > 0 ? names.Prepend(root) : names);
    }
}
