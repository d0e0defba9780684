using System.Collections;
using System.Globalization;
using System.Text.Json.Nodes;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Policies;

/// <summary>The way back: records as policy nodes, and policy nodes as YAML or JSON.</summary>
public static class RecordNodes
{
    private static readonly SourceLocation Nowhere = new("", 0, 0);

    /// <summary>Every property of <paramref name="record"/> that is not null, defaults included.</summary>
    public static PolicyMapping Of(object record) => new(
        [.. from property in RecordBinder.Properties(record.GetType())
            let value = property.GetValue(record)
            where value is not null
            select (new PolicyScalar(KeyName.Of(property.Name), false, Nowhere), NodeOf(value))],
        Nowhere);

    /// <summary>One value as a node.</summary>
    public static PolicyNode NodeOf(object value) => value switch
    {
        PolicyNode node => node,
        string text => new PolicyScalar(text, true, Nowhere),
        bool flag => Plain(flag ? "true" : "false"),
        Enum name => Plain(KeyName.Of(name.ToString())),
        IFormattable number when value.GetType().IsPrimitive => Plain(number.ToString(null, CultureInfo.InvariantCulture)),
        IEnumerable items => new PolicyList([.. items.Cast<object>().Select(NodeOf)], Nowhere),
        _ => Of(value),
    };

    /// <summary>A node as JSON: unquoted booleans and numbers as such, everything else as text.</summary>
    public static JsonNode JsonOf(PolicyNode node) => node switch
    {
        PolicyScalar { IsQuoted: false, Text: "true" or "false" } flag => JsonValue.Create(flag.Text == "true"),
        PolicyScalar { IsQuoted: false } scalar when ScalarRules.IsWhole(scalar.Text) && long.TryParse(scalar.Text, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
        PolicyScalar { IsQuoted: false } scalar when ScalarRules.IsNumber(scalar.Text, out var number) => JsonValue.Create(number),
        PolicyScalar scalar => JsonValue.Create(scalar.Text),
        PolicyList list => new JsonArray([.. list.Items.Select(JsonOf)]),
        PolicyMapping mapping => new JsonObject(mapping.Entries.Select(entry => KeyValuePair.Create(entry.Key.Text, (JsonNode?)JsonOf(entry.Value)))),
        _ => JsonValue.Create(""),
    };

    private static PolicyScalar Plain(string text) => new(text, false, Nowhere);
}
