using System.Text;
using System.Text.RegularExpressions;

namespace Lethe.Host.Policies;

/// <summary>Writes a policy as YAML in one canonical form: every key, in the order of the records, two spaces deep.</summary>
public static partial class PolicyWriter
{
    /// <summary>The policy's text; reading it gives an equal policy, and writing that gives the same bytes.</summary>
    public static string Write(Policy policy)
    {
        var text = new StringBuilder();
        WriteMapping(text, RecordNodes.Of(policy), "");
        return text.ToString();
    }

    private static void WriteMapping(StringBuilder text, PolicyMapping mapping, string indent)
    {
        foreach (var (key, value) in mapping.Entries)
        {
            text.Append(indent).Append(key.Text).Append(':');
            WriteValue(text, value, indent);
        }
    }

    private static void WriteValue(StringBuilder text, PolicyNode value, string indent)
    {
        switch (value)
        {
            case PolicyMapping { Entries.Count: > 0 } mapping:
                text.Append('\n');
                WriteMapping(text, mapping, indent + "  ");
                break;
            case PolicyList list when list.Items.Any(item => item is not PolicyScalar):
                text.Append('\n');
                foreach (var item in list.Items) WriteItem(text, item, indent + "  ");
                break;
            default:
                text.Append(' ').Append(Inline(value)).Append('\n');
                break;
        }
    }

    private static void WriteItem(StringBuilder text, PolicyNode item, string indent)
    {
        if (item is not PolicyMapping { Entries.Count: > 0 } mapping)
        {
            text.Append(indent).Append("- ").Append(Inline(item)).Append('\n');
            return;
        }

        var block = new StringBuilder();
        WriteMapping(block, mapping, indent + "  ");
        text.Append(indent).Append("- ").Append(block, indent.Length + 2, block.Length - indent.Length - 2);
    }

    /// <summary>A value on one line.</summary>
    internal static string Inline(PolicyNode node) => node switch
    {
        PolicyScalar { IsQuoted: false } scalar => scalar.Text,
        PolicyScalar scalar => Quoted(scalar.Text),
        PolicyList list => $"[{string.Join(", ", list.Items.Select(Inline))}]",
        PolicyMapping mapping => $"{{{string.Join(", ", mapping.Entries.Select(entry => $"{entry.Key.Text}: {Inline(entry.Value)}"))}}}",
        _ => "\"\"",
    };

    /// <summary>Plain words stay plain; everything that any YAML reader could take for something else is quoted.</summary>
    private static string Quoted(string text) =>
        PlainWords().IsMatch(text) && !ScalarRules.IsAmbiguousText(text)
            ? text
            : $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"";

    [GeneratedRegex(@"\A[A-Za-z]([A-Za-z0-9 ./_-]*[A-Za-z0-9])?(:[A-Za-z0-9]+)?\z")]
    private static partial Regex PlainWords();
}
