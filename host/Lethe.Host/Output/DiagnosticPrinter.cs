using System.Globalization;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Output;

/// <summary>
/// Prints diagnostics for people: what, then the place with the line and a caret, then the way out.
/// <code>
/// error[LTH2003]: unknown key `surogate`
///   --> policies/mine.yaml:7:5
///     |
///   7 |     surogate: lollipop
///     |     ^
///
/// hint: did you mean `surrogate`?
/// </code>
/// </summary>
public sealed class DiagnosticPrinter(TextWriter writer, bool colour)
{
    private const int MaxFileBytes = 4 << 20;
    private const int MaxLineLength = 160;

    private readonly Dictionary<string, string[]> _files = new(StringComparer.Ordinal);

    /// <summary>Prints all of them, an empty line between two.</summary>
    public void Print(IReadOnlyList<Diagnostic> diagnostics)
    {
        for (var i = 0; i < diagnostics.Count; i++)
        {
            if (i > 0) writer.WriteLine();
            Print(diagnostics[i]);
        }
    }

    private void Print(Diagnostic diagnostic)
    {
        var isError = diagnostic.Severity == Severity.Error;
        writer.Write(Paint(isError ? "error" : "warning", isError ? "1;31" : "1;33"));
        writer.WriteLine($"[{diagnostic.Id}]: {Printable(diagnostic.Message)}");
        if (diagnostic.Location is { } location) PrintPlace(location);
        if (diagnostic.Hint is null) return;
        writer.WriteLine();
        writer.WriteLine($"{Paint("hint", "1;36")}: {Printable(diagnostic.Hint)}");
    }

    private void PrintPlace(SourceLocation location)
    {
        var number = location.Line.ToString(CultureInfo.InvariantCulture);
        var gutter = new string(' ', number.Length);
        writer.WriteLine($"{gutter}{Paint("-->", "1;34")} {location}");
        var lines = LinesOf(location.File);
        if (location.Line < 1 || location.Line > lines.Length) return;
        var line = Printable(lines[location.Line - 1]);
        if (line.Length > MaxLineLength) line = line[..MaxLineLength] + "…";
        var bar = Paint("|", "1;34");
        writer.WriteLine($"{gutter} {bar}");
        writer.WriteLine($"{Paint(number, "1;34")} {bar} {line}");
        writer.WriteLine($"{gutter} {bar} {new string(' ', Math.Clamp(location.Column - 1, 0, line.Length))}{Paint("^", "1;31")}");
    }

    private string[] LinesOf(string file)
    {
        if (_files.TryGetValue(file, out var known)) return known;
        string[] lines = [];
        try
        {
            if (new FileInfo(file) is { Exists: true, Length: > 0 and <= MaxFileBytes }) lines = File.ReadAllLines(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The message and the place still say it all; the line is a convenience.
        }

        return _files[file] = lines;
    }

    /// <summary>Control characters of a hostile file must not reach the terminal; tabs become one column, as the caret counts them.</summary>
    private static string Printable(string text) =>
        string.Create(text.Length, text, (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = source[i] == '\t' ? ' ' : char.IsControl(source[i]) && source[i] != '\n' ? '\uFFFD' : source[i];
        });

    private string Paint(string text, string code) => colour ? $"\u001b[{code}m{text}\u001b[0m" : text;
}
