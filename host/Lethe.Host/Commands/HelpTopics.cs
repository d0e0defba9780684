using System.ComponentModel;
using System.Globalization;
using System.Reflection;

namespace Lethe.Host.Commands;

/// <summary>Help that belongs to no single command; the texts come from the code that they describe.</summary>
public static class HelpTopics
{
    /// <summary>Topics by name.</summary>
    public static IReadOnlyDictionary<string, Func<string>> All { get; } = new SortedDictionary<string, Func<string>>(StringComparer.Ordinal)
    {
        ["environment"] = Environment,
        ["exit-codes"] = ExitCodes,
        ["streams"] = Streams,
    };

    /// <summary>Name, number and meaning of every exit code.</summary>
    public static IEnumerable<(int Number, string Name, string Meaning)> ExitCodeRows() =>
        from code in Enum.GetValues<ExitCode>()
        let field = typeof(ExitCode).GetField(code.ToString())!
        select ((int)code, code.ToString(), field.GetCustomAttribute<DescriptionAttribute>()!.Description);

    private static string ExitCodes() =>
        string.Join('\n', ExitCodeRows().Select(row => string.Create(CultureInfo.InvariantCulture, $"{row.Number,4}  {row.Meaning}")));

    private static string Environment() =>
        """
        NO_COLOR        when set and not empty, no colour
        TERM=dumb       no colour, no redrawn lines, no menus
        LIBTORCH        folder of the libtorch to use instead of the system's
        LETHE_PLUGINS   folders that hold plugin folders, as with --plugins; several are separated by `:`
        LETHE_DATA      folder for verified copies of plugins instead of the user's data folder
        """;

    private static string Streams() =>
        """
        stdout carries data only; progress, notes and errors go to stderr.
        --json prints one document on stdout, also when the command fails:
          version       version of this frame
          command       the command's name
          exit-code     what the process ends with
          data          the command's result, or null
          diagnostics   id, severity, message, file, line, column, hint
        """;
}
