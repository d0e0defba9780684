using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Policies;

/// <summary>
/// The JSON Schema of policies, from the records that the reader fills and the options records of the installed erasers: summaries
/// become descriptions, bounds become limits, defaults are shown, and no object takes unknown keys.
/// </summary>
public sealed class SchemaWriter
{
    private readonly XmlSummaries _summaries = new();
    private readonly IReadOnlyList<EraserMetadata> _erasers;

    private SchemaWriter(IEnumerable<EraserMetadata> erasers) => _erasers = [.. erasers.OrderBy(eraser => eraser.Id, StringComparer.Ordinal)];

    /// <summary>The schema of version 1 with the options of <paramref name="erasers"/>.</summary>
    public static JsonObject Write(IEnumerable<EraserMetadata> erasers) => new SchemaWriter(erasers).Root();

    /// <summary>The schema of one eraser's options.</summary>
    public static JsonObject WriteOptions(EraserMetadata eraser) => new SchemaWriter([eraser]).OptionsOf(eraser);

    private JsonObject Root()
    {
        var root = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "Lethe policy",
        };
        foreach (var (key, value) in ObjectOf(typeof(Policy)).ToList()) root[key] = value?.DeepClone();
        root["$defs"] = new JsonObject(_erasers.Select(eraser => KeyValuePair.Create(DefinitionOf(eraser), (JsonNode?)OptionsOf(eraser))));
        return root;
    }

    private JsonObject ObjectOf(Type type)
    {
        var defaults = Activator.CreateInstance(type)!;
        var properties = RecordBinder.Properties(type).ToList();
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = new JsonObject(properties.Select(property =>
                KeyValuePair.Create(KeyName.Of(property.Name), (JsonNode?)PropertyOf(property, defaults)))),
        };
        var required = properties.Where(IsRequired).Select(property => (JsonNode)KeyName.Of(property.Name)).ToArray();
        if (required.Length > 0) schema["required"] = new JsonArray(required);
        if (type == typeof(ErasedConcept) || type == typeof(EraserDefaults)) schema["allOf"] = OptionRules();
        return schema;
    }

    private JsonObject PropertyOf(PropertyInfo property, object defaults)
    {
        var schema = new JsonObject();
        if (_summaries.Of(property) is { } summary) schema["description"] = summary;
        foreach (var (key, value) in TypeOf(property.PropertyType).ToList()) schema[key] = value?.DeepClone();
        if (property.Name == nameof(ErasedConcept.Eraser) && property.PropertyType == typeof(string) && _erasers.Count > 0)
            schema["enum"] = new JsonArray([.. _erasers.Select(eraser => (JsonNode)eraser.Id)]);
        foreach (var attribute in property.GetCustomAttributes<ValidationAttribute>()) AddBound(schema, attribute);
        if (!IsRequired(property) && property.GetValue(defaults) is { } value2 && IsSimple(value2)) schema["default"] = RecordNodes.JsonOf(RecordNodes.NodeOf(value2));
        return schema;
    }

    private JsonObject TypeOf(Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type == typeof(string)) return new JsonObject { ["type"] = "string" };
        if (type == typeof(bool)) return new JsonObject { ["type"] = "boolean" };
        if (type == typeof(int) || type == typeof(long)) return new JsonObject { ["type"] = "integer" };
        if (type == typeof(double) || type == typeof(float)) return new JsonObject { ["type"] = "number" };
        if (type == typeof(PolicyMapping)) return new JsonObject { ["type"] = "object" };
        if (type.IsEnum) return new JsonObject { ["enum"] = new JsonArray([.. Enum.GetNames(type).Select(name => (JsonNode)KeyName.Of(name))]) };
        if (RecordBinder.ElementType(type) is { } element) return new JsonObject { ["type"] = "array", ["items"] = TypeOf(element) };
        return ObjectOf(type);
    }

    /// <summary>Which options are valid depends on the eraser named beside them; without a name those of any eraser may be meant.</summary>
    private JsonArray OptionRules() =>
        [.. _erasers.Select(eraser => (JsonNode)new JsonObject
        {
            ["if"] = new JsonObject
            {
                ["properties"] = new JsonObject { ["eraser"] = new JsonObject { ["const"] = eraser.Id } },
                ["required"] = new JsonArray("eraser"),
            },
            ["then"] = new JsonObject
            {
                ["properties"] = new JsonObject { ["options"] = new JsonObject { ["$ref"] = "#/$defs/" + DefinitionOf(eraser) } },
            },
        })];

    private JsonObject OptionsOf(EraserMetadata eraser)
    {
        var schema = eraser.Options is null
            ? new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = new JsonObject() }
            : ObjectOf(eraser.Options);
        schema["description"] = $"Options of eraser `{eraser.Id}`: {eraser.Description}";
        return schema;
    }

    private static string DefinitionOf(EraserMetadata eraser) => $"{eraser.Id}-options";

    private static bool IsRequired(PropertyInfo property) => property.GetCustomAttribute<RequiredMemberAttribute>() is not null;

    private static bool IsSimple(object value) =>
        value is string or bool or Enum || value.GetType().IsPrimitive || value is IReadOnlyList<string>;

    private static void AddBound(JsonObject schema, ValidationAttribute attribute)
    {
        switch (attribute)
        {
            case RangeAttribute range:
                schema[range.MinimumIsExclusive ? "exclusiveMinimum" : "minimum"] = Number(range.Minimum);
                schema[range.MaximumIsExclusive ? "exclusiveMaximum" : "maximum"] = Number(range.Maximum);
                break;
            case AllowedValuesAttribute allowed:
                schema["enum"] = new JsonArray([.. allowed.Values.OfType<object>().Select(value => RecordNodes.JsonOf(RecordNodes.NodeOf(value)))]);
                break;
            case RegularExpressionAttribute pattern:
                schema["pattern"] = $"^(?:{pattern.Pattern})$";
                break;
            case MinLengthAttribute length:
                schema["minItems"] = length.Length;
                break;
            case MaxLengthAttribute length:
                schema["maxItems"] = length.Length;
                break;
        }
    }

    private static JsonValue Number(object bound) => bound switch
    {
        int whole => JsonValue.Create(whole),
        double number => JsonValue.Create(number),
        _ => JsonValue.Create(double.Parse(Convert.ToString(bound, CultureInfo.InvariantCulture)!, CultureInfo.InvariantCulture)),
    };
}
