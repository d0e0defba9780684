using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace Lethe.Host.Policies;

/// <summary>
/// The summaries of properties, from the documentation file that the compiler writes beside an assembly. Without such a file the
/// descriptions are missing and everything else works.
/// </summary>
internal sealed partial class XmlSummaries
{
    private readonly Dictionary<string, Dictionary<string, string>> _byAssembly = new(StringComparer.Ordinal);

    /// <summary>The summary of a property on one line, without its final period; null when there is none.</summary>
    public string? Of(PropertyInfo property) =>
        property.DeclaringType is { FullName: { } type } declaring
        && Members(declaring.Assembly).TryGetValue($"P:{type.Replace('+', '.')}.{property.Name}", out var summary)
            ? summary
            : null;

    private Dictionary<string, string> Members(Assembly assembly)
    {
        var file = Path.ChangeExtension(assembly.Location, ".xml");
        if (_byAssembly.TryGetValue(file, out var known)) return known;
        return _byAssembly[file] = Read(file);
    }

    private static Dictionary<string, string> Read(string file)
    {
        var members = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            if (!File.Exists(file)) return members;
            using var reader = XmlReader.Create(file, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            foreach (var member in XDocument.Load(reader).Descendants("member"))
            {
                if (member.Attribute("name")?.Value is { } name && member.Element("summary") is { } summary)
                    members[name] = Spaces().Replace(string.Concat(summary.Nodes().Select(TextOf)), " ").Trim().TrimEnd('.');
            }
        }
        catch (Exception failure) when (failure is XmlException or IOException or UnauthorizedAccessException)
        {
            // A plugin's broken documentation costs its descriptions, nothing more.
        }

        return members;
    }

    private static string TextOf(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" or "paramref" } reference => Name(reference),
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement element => element.Value,
        _ => "",
    };

    private static string Name(XElement reference)
    {
        var target = reference.Attribute("langword")?.Value ?? reference.Attribute("cref")?.Value ?? reference.Attribute("name")?.Value ?? "";
        var last = target[(target.LastIndexOfAny(['.', ':']) + 1)..];
        return reference.Attribute("cref") is null ? $"`{last}`" : $"`{KeyName.Of(last)}`";
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
