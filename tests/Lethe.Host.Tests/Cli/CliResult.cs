using Lethe.Host.Commands;
using Lethe.Host.Output;

namespace Lethe.Host.Tests.Cli;

/// <summary>What a command line gave: everything that a caller of the process can see.</summary>
internal sealed record CliResult(ExitCode ExitCode, string Out, string Error)
{
    public static CliResult Run(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = CommandLine.RunAsync(args, ConsoleStreams.InMemory(output, error)).GetAwaiter().GetResult();
        return new CliResult(code, output.ToString().ReplaceLineEndings("\n"), error.ToString().ReplaceLineEndings("\n"));
    }

    /// <summary>Exit code, stdout and stderr as one text; <paramref name="folder"/> is cut out of paths.</summary>
    public string Text(string folder) =>
        $"exit code: {(int)ExitCode}\n--- stdout\n{Out}--- stderr\n{Error}".Replace(folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
}
