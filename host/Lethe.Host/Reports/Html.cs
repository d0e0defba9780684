using System.Globalization;
using System.Net;
using System.Text;

namespace Lethe.Host.Reports;

/// <summary>Builds HTML in which every text is escaped: text goes through <see cref="Text"/>, tags come from literals only.</summary>
internal sealed class Html
{
    private readonly StringBuilder _out = new();

    public Html Raw(string literal)
    {
        _out.Append(literal);
        return this;
    }

    public Html Text(string text) => Raw(WebUtility.HtmlEncode(text));

    /// <summary>An element with text in it.</summary>
    public Html Element(string tag, string text, string? cssClass = null)
    {
        Open(tag, cssClass);
        return Text(text).Raw($"</{tag}>\n");
    }

    public Html Open(string tag, string? cssClass = null) => Raw(cssClass is null ? $"<{tag}>" : $"<{tag} class=\"{cssClass}\">");

    public Html Close(string tag) => Raw($"</{tag}>\n");

    /// <summary>A table; the first row is its head, cells are escaped.</summary>
    public Html Table(string[] head, IEnumerable<string[]> rows, string? cssClass = null)
    {
        Open("table", cssClass).Open("thead").Open("tr");
        foreach (var cell in head)
            Open("th").Text(cell).Raw("</th>");
        Raw("</tr></thead><tbody>\n");
        foreach (var row in rows)
        {
            Open("tr");
            foreach (var cell in row)
                Open("td").Text(cell).Raw("</td>");
            Raw("</tr>\n");
        }
        return Raw("</tbody></table>\n");
    }

    /// <summary>A PNG as part of the page.</summary>
    public Html Png(byte[] png, string description) =>
        Raw("<img src=\"data:image/png;base64,").Raw(Convert.ToBase64String(png)).Raw("\" alt=\"").Text(description).Raw("\">");

    public override string ToString() => _out.ToString();

    /// <summary>A value of a figure as people read it.</summary>
    public static string Value(double? value, string unit) => value is not { } number
        ? "not measured"
        : unit == "fraction"
            ? (number * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %"
            : number.ToString("0.0", CultureInfo.InvariantCulture);
}
