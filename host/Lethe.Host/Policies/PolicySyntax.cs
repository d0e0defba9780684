using System.Globalization;
using Lethe.Sdk.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
// The engine has a `Scalar` too.
using YamlScalar = YamlDotNet.Core.Events.Scalar;

namespace Lethe.Host.Policies;

/// <summary>
/// Turns YAML text into <see cref="PolicyNode"/>s through the parser's events: they alone carry line, column and
/// quoting, and let reading go on after the first mistake.
/// </summary>
internal sealed class PolicySyntax
{
    /// <summary>Levels of nesting; a policy needs five.</summary>
    private const int MaxDepth = 16;

    private readonly string _file;
    private readonly DocumentKind _kind;
    private readonly List<Diagnostic> _diagnostics;
    private readonly Parser _parser;

    private PolicySyntax(string text, string file, DocumentKind kind, List<Diagnostic> diagnostics)
    {
        (_file, _kind, _diagnostics) = (file, kind, diagnostics);
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
    }

    /// <summary>The mapping that <paramref name="text"/> holds; null when the text is not YAML or holds something else.</summary>
    public static PolicyMapping? Read(string text, string file, DocumentKind kind, List<Diagnostic> diagnostics)
    {
        var syntax = new PolicySyntax(text, file, kind, diagnostics);
        try
        {
            return syntax.ReadStream();
        }
        catch (YamlException failure)
        {
            diagnostics.Refuse(
                DiagnosticId.PolicySyntax, "not valid YAML: " + Lowered(failure.Message), At(failure.Start, file));
            return null;
        }
        catch (Exception failure) when (failure is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // The parser lets some malformed input escape as errors of its own state.
            diagnostics.Refuse(DiagnosticId.PolicySyntax, "not valid YAML near here", syntax._parser.Current is { } last ? At(last.End, file) : new SourceLocation(file, 1, 1));
            return null;
        }
        catch (TooDeepException tooDeep)
        {
            diagnostics.Refuse(
                DiagnosticId.PolicySyntax,
                string.Create(CultureInfo.InvariantCulture, $"nested deeper than {MaxDepth} levels"),
                tooDeep.Location);
            return null;
        }
    }

    private PolicyMapping? ReadStream()
    {
        _parser.Consume<StreamStart>();
        if (!_parser.TryConsume<DocumentStart>(out _))
        {
            _diagnostics.Refuse(
                DiagnosticId.PolicySyntax, $"the {_kind.Name} is empty", new SourceLocation(_file, 1, 1),
                $"start with `version: 1`; `{_kind.Examples}` holds examples");
            return null;
        }

        var root = ReadNode(0);
        _parser.Consume<DocumentEnd>();
        if (_parser.TryConsume<DocumentStart>(out var second))
            _diagnostics.Refuse(DiagnosticId.PolicySyntax, "a second YAML document starts here, expected one", At(second.Start, _file));
        if (root is PolicyMapping mapping) return mapping;
        if (root is not PolicyInvalid)
            _diagnostics.Refuse(DiagnosticId.PolicySyntax, $"expected keys and values at the top of the {_kind.Name}", root.Location);
        return null;
    }

    private PolicyNode ReadNode(int depth)
    {
        if (_parser.TryConsume<AnchorAlias>(out var alias))
            return Refused($"alias `*{alias.Value}` is not allowed in a {_kind.Name}", alias, "write the value out");

        if (_parser.Current is NodeEvent node)
        {
            if (depth > MaxDepth) throw new TooDeepException(At(node.Start, _file));
            if (!node.Anchor.IsEmpty) Refused($"anchor `&{node.Anchor.Value}` is not allowed in a {_kind.Name}", node, "write the value out where it is needed");
            if (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific) Refused($"tag `{node.Tag.Value}` is not allowed in a {_kind.Name}", node, "remove it; the key decides the type");
        }

        if (_parser.TryConsume<YamlScalar>(out var scalar)) return ScalarOf(scalar);
        if (_parser.TryConsume<SequenceStart>(out var sequence)) return ReadList(sequence, depth);
        return ReadMapping(_parser.Consume<MappingStart>(), depth);
    }

    private PolicyList ReadList(SequenceStart start, int depth)
    {
        var items = new List<PolicyNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _)) items.Add(ReadNode(depth + 1));
        return new PolicyList(items, At(start.Start, _file));
    }

    private PolicyMapping ReadMapping(MappingStart start, int depth)
    {
        var entries = new List<(PolicyScalar Key, PolicyNode Value)>();
        var seen = new Dictionary<string, SourceLocation>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadNode(depth + 1);
            var value = ReadNode(depth + 1);
            if (key is not PolicyScalar name)
            {
                if (key is not PolicyInvalid)
                    _diagnostics.Refuse(DiagnosticId.PolicySyntax, "a list or mapping cannot be a key", key.Location);
            }
            else if (!seen.TryAdd(name.Text, name.Location))
            {
                _diagnostics.Refuse(
                    DiagnosticId.PolicyDuplicateKey,
                    string.Create(CultureInfo.InvariantCulture, $"key `{name.Text}` stands twice, first in line {seen[name.Text].Line}"),
                    name.Location,
                    "keep one of them");
            }
            else
            {
                entries.Add((name, value));
            }
        }

        return new PolicyMapping(entries, At(start.Start, _file));
    }

    private PolicyScalar ScalarOf(YamlScalar scalar) => new(scalar.Value, scalar.Style != ScalarStyle.Plain, At(scalar.Start, _file));

    private PolicyInvalid Refused(string message, ParsingEvent at, string hint)
    {
        var location = At(at.Start, _file);
        _diagnostics.Refuse(DiagnosticId.PolicySyntax, message, location, hint);
        return new PolicyInvalid(location);
    }

    private static SourceLocation At(Mark mark, string file) => new(file, (int)mark.Line, (int)mark.Column);

    private static string Lowered(string message)
    {
        var line = message.ReplaceLineEndings("\n").Split('\n', 2)[0].TrimEnd('.', ' ');
        return line.Length == 0 ? "unreadable" : char.ToLowerInvariant(line[0]) + line[1..];
    }

    private sealed class TooDeepException(SourceLocation location) : Exception
    {
        public SourceLocation Location { get; } = location;
    }
}
