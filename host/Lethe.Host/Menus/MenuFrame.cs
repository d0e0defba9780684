using Spectre.Console;

namespace Lethe.Host.Menus;

/// <summary>
/// Draws one screen: a title, some lines, and a footer. Everything stays within the terminal, and nothing is said by colour alone.
/// </summary>
internal sealed class MenuFrame(IAnsiConsole console)
{
    // Title, rule, blank, and three lines of footer.
    private const int Around = 6;

    /// <summary>Lines that fit between title and footer; 18 on a terminal of 24.</summary>
    public int Room => Math.Max(3, console.Profile.Height - Around);

    /// <summary>Draws the screen anew.</summary>
    /// <param name="title">What the screen is.</param>
    /// <param name="lines">Its lines; the line at <paramref name="cursor"/> is marked.</param>
    /// <param name="cursor">The marked line, or -1.</param>
    /// <param name="status">One line about the marked one.</param>
    /// <param name="keys">The keys that work here.</param>
    public void Draw(string title, IReadOnlyList<string> lines, int cursor, string status, string keys)
    {
        console.Clear();
        Line(title, new Style(decoration: Decoration.Bold));
        Line(new string('-', console.Profile.Width - 1));
        // The marked line stays in view; a page never moves by less than it must.
        var first = Math.Clamp(cursor - (Room / 2), 0, Math.Max(0, lines.Count - Room));
        for (var i = first; i < Math.Min(lines.Count, first + Room); i++)
            Line((i == cursor ? "> " : "  ") + lines[i], i == cursor ? new Style(decoration: Decoration.Bold) : Style.Plain);
        Line("");
        Line(status, new Style(Color.Grey));
        Line(keys, new Style(Color.Grey));
    }

    private void Line(string text, Style? style = null)
    {
        var room = Math.Max(10, console.Profile.Width - 1);
        var clean = string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));
        console.WriteLine(clean.Length > room ? clean[..(room - 1)] + "…" : clean, style ?? Style.Plain);
    }
}
