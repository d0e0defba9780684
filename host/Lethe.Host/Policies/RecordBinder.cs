using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Policies;

/// <summary>
/// Fills a record from a mapping by reflection: kebab-case keys, types of the properties, bounds of their attributes. All that is
/// wrong is reported. Nothing here is cached by type: a plugin's options type must stay collectible.
/// </summary>
/// <param name="diagnostics">Where complaints go.</param>
/// <param name="keysElsewhere">Finds the section in which a key would be valid, or null.</param>
/// <param name="whole">What the file is called in messages.</param>
internal sealed class RecordBinder(List<Diagnostic> diagnostics, Func<string, string?>? keysElsewhere = null, string whole = "the policy")
{
    private const int MaxTextLength = 1000;
    private const int MaxListLength = 10_000;

    /// <summary>A new <paramref name="type"/> filled from <paramref name="mapping"/>; what is refused keeps its default.</summary>
    /// <param name="type">A record with a parameterless constructor.</param>
    /// <param name="mapping">Its keys and values.</param>
    /// <param name="path">Path of the mapping in the policy, empty at the top.</param>
    public object Bind(Type type, PolicyMapping mapping, string path)
    {
        var record = Activator.CreateInstance(type)!;
        var properties = Properties(type).ToDictionary(property => KeyName.Of(property.Name), StringComparer.Ordinal);
        foreach (var (key, value) in mapping.Entries)
        {
            if (!properties.TryGetValue(key.Text, out var property))
                ReportUnknown(key, properties.Keys, path);
            else if (Convert(property.PropertyType, value, Join(path, key.Text)) is { } converted && WithinBounds(property, converted, value, Join(path, key.Text)))
                property.SetValue(record, converted);
        }

        foreach (var (key, property) in properties)
        {
            if (property.GetCustomAttribute<RequiredMemberAttribute>() is not null && mapping[key] is null)
                diagnostics.Refuse(DiagnosticId.PolicyMissingKey, $"{Place(path)} lacks the key `{key}`", mapping.Location);
        }

        return record;
    }

    /// <summary>The properties that are keys, in the order of the source.</summary>
    public static IEnumerable<PropertyInfo> Properties(Type type) =>
        type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(property => property.SetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0)
            .OrderBy(property => property.MetadataToken);

    /// <summary>The element type when <paramref name="type"/> is a list, otherwise null.</summary>
    public static Type? ElementType(Type type) =>
        type.IsArray ? type.GetElementType()
        : type.IsGenericType && type.GetGenericTypeDefinition() is var open && (open == typeof(IReadOnlyList<>) || open == typeof(List<>))
            ? type.GetGenericArguments()[0]
            : null;

    /// <summary>A path one key deeper.</summary>
    public static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    private object? Convert(Type declared, PolicyNode node, string path)
    {
        if (node is PolicyInvalid) return null;
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type == typeof(PolicyMapping)) return node is PolicyMapping ? node : Wrong(node, path, "keys and values");
        if (ElementType(type) is { } element) return ConvertList(element, node, path);
        if (type == typeof(string)) return ConvertText(node, path);
        if (type == typeof(bool)) return node is PolicyScalar { IsQuoted: false, Text: "true" or "false" } word ? word.Text == "true" : Wrong(node, path, "`true` or `false`");
        if (type == typeof(int) || type == typeof(long)) return ConvertWhole(type, node, path);
        if (type == typeof(double) || type == typeof(float)) return ConvertNumber(type, node, path);
        if (type.IsEnum) return ConvertEnum(type, node, path);
        return node is PolicyMapping mapping ? Bind(type, mapping, path) : Wrong(node, path, "keys and values");
    }

    private Array? ConvertList(Type element, PolicyNode node, string path)
    {
        if (node is not PolicyList list)
        {
            Wrong(node, path, "a list", node is PolicyScalar { Text.Length: > 0 and < 40 } single && !ScalarRules.IsAmbiguousText(single.Text) ? $"write `[{single.Text}]`" : null);
            return null;
        }

        if (list.Items.Count > MaxListLength)
        {
            diagnostics.Refuse(DiagnosticId.PolicyBadValue, Invariant($"`{path}` has {list.Items.Count} entries, expected at most {MaxListLength}"), list.Location);
            return null;
        }

        var values = list.Items.Select((item, index) => Convert(element, item, Invariant($"{path}[{index}]"))).OfType<object>().ToArray();
        var array = Array.CreateInstance(element, values.Length);
        values.CopyTo(array, 0);
        return array;
    }

    private string? ConvertText(PolicyNode node, string path)
    {
        if (node is not PolicyScalar scalar || scalar is { Text: "", IsQuoted: false })
            return (string?)Wrong(node, path, "text");
        if (!scalar.IsQuoted && ScalarRules.IsAmbiguousText(scalar.Text))
        {
            diagnostics.Refuse(
                DiagnosticId.PolicyAmbiguousScalar, $"`{path}` is `{scalar.Text}` without quotes, which YAML may read as another type than text", scalar.Location,
                $"write `\"{scalar.Text}\"`");
            return null;
        }

        if (scalar.Text.Length <= MaxTextLength && !scalar.Text.Any(letter => char.IsControl(letter) && letter is not '\n')) return scalar.Text;
        diagnostics.Refuse(
            DiagnosticId.PolicyBadValue, Invariant($"`{path}` is too long or holds control characters, expected at most {MaxTextLength} printable ones"), scalar.Location);
        return null;
    }

    private object? ConvertWhole(Type type, PolicyNode node, string path)
    {
        const string expected = "a whole number";
        if (node is not PolicyScalar { IsQuoted: false } scalar) return Wrong(node, path, expected, node is PolicyScalar ? "remove the quotes" : null);
        if (!ScalarRules.IsWhole(scalar.Text))
            return Wrong(node, path, expected, ScalarRules.IsAmbiguousText(scalar.Text) ? "write plain digits, without exponent, point, underscore or leading zero" : null);
        if (type == typeof(int) && int.TryParse(scalar.Text, CultureInfo.InvariantCulture, out var small)) return small;
        if (type == typeof(long) && long.TryParse(scalar.Text, CultureInfo.InvariantCulture, out var large)) return large;
        diagnostics.Refuse(DiagnosticId.PolicyBadValue, $"`{path}` is `{Short(scalar.Text)}`, which is out of range", scalar.Location);
        return null;
    }

    private object? ConvertNumber(Type type, PolicyNode node, string path)
    {
        if (node is not PolicyScalar { IsQuoted: false } scalar) return Wrong(node, path, "a number", node is PolicyScalar ? "remove the quotes" : null);
        if (!ScalarRules.IsNumber(scalar.Text, out var value))
            return Wrong(node, path, "a number", ScalarRules.IsAmbiguousText(scalar.Text) ? "write it as `12`, `0.5` or `1e-5`" : null);
        return type == typeof(float) ? (float)value : value;
    }

    private object? ConvertEnum(Type type, PolicyNode node, string path)
    {
        var names = Enum.GetNames(type).ToDictionary(KeyName.Of, StringComparer.Ordinal);
        if (node is PolicyScalar scalar && names.TryGetValue(scalar.Text, out var name)) return Enum.Parse(type, name);
        var expected = names.Keys.Select(key => $"`{key}`").ToList();
        var nearest = node is PolicyScalar word ? KeySuggestion.Nearest(word.Text, names.Keys) : null;
        var id = node is PolicyScalar { Text.Length: > 0 } ? DiagnosticId.PolicyBadValue : DiagnosticId.PolicyWrongType;
        diagnostics.Refuse(
            id, $"`{path}` is {Describe(node)}, expected {string.Join(", ", expected[..^1])}{(expected.Count > 1 ? " or " : "")}{expected[^1]}", node.Location,
            nearest is null ? null : $"did you mean `{nearest}`?");
        return null;
    }

    private bool WithinBounds(PropertyInfo property, object value, PolicyNode node, string path)
    {
        foreach (var attribute in property.GetCustomAttributes<ValidationAttribute>())
        {
            if (IsValid(attribute, value)) continue;
            diagnostics.Refuse(DiagnosticId.PolicyBadValue, $"`{path}` is {Describe(node)}, expected {Expected(attribute)}", node.Location);
            return false;
        }

        return true;
    }

    // `Validator` would pin a plugin's types for ever; the attributes' own `IsValid` does not.
    private static bool IsValid(ValidationAttribute attribute, object value)
    {
        try
        {
            return attribute switch
            {
                // The attribute demands a match of the whole text but takes the empty one for valid.
                RegularExpressionAttribute pattern => Regex.IsMatch((string)value, $@"\A(?:{pattern.Pattern})\z"),
                _ => attribute.IsValid(value),
            };
        }
        catch (OverflowException)
        {
            // A bound given as `int` cannot even be compared with the value.
            return false;
        }
    }

    private static string Expected(ValidationAttribute attribute) => attribute switch
    {
        RangeAttribute range when Equals(range.Minimum, range.Maximum) => Invariant($"{range.Minimum}"),
        RangeAttribute range => Invariant(
            $"a number from {range.Minimum}{(range.MinimumIsExclusive ? " (excluded)" : "")} to {range.Maximum}{(range.MaximumIsExclusive ? " (excluded)" : "")}"),
        AllowedValuesAttribute allowed => string.Join(" or ", allowed.Values.Select(value => Invariant($"`{value}`"))),
        MinLengthAttribute length => Invariant($"at least {length.Length} {(length.Length == 1 ? "entry" : "entries")}"),
        MaxLengthAttribute length => Invariant($"at most {length.Length} entries"),
        RegularExpressionAttribute pattern => $"text of the form `{pattern.Pattern}`",
        _ => attribute.FormatErrorMessage("the value"),
    };

    private void ReportUnknown(PolicyScalar key, IEnumerable<string> valid, string path)
    {
        var keys = valid.ToList();
        var nearest = KeySuggestion.Nearest(key.Text, keys);
        var elsewhere = nearest is null ? keysElsewhere?.Invoke(key.Text) : null;
        var hint = nearest is not null ? $"did you mean `{nearest}`?"
            : elsewhere is not null ? $"`{key.Text}` is valid in {elsewhere}"
            : keys.Count == 0 ? "no keys are valid here"
            : "valid keys are " + string.Join(", ", keys.Select(name => $"`{name}`"));
        diagnostics.Refuse(DiagnosticId.PolicyUnknownKey, $"unknown key `{Short(key.Text)}` in {Place(path)}", key.Location, hint);
    }

    private object? Wrong(PolicyNode node, string path, string expected, string? hint = null)
    {
        diagnostics.Refuse(DiagnosticId.PolicyWrongType, $"`{path}` is {Describe(node)}, expected {expected}", node.Location, hint);
        return null;
    }

    private static string Describe(PolicyNode node) => node switch
    {
        PolicyScalar { Text: "", IsQuoted: false } => "empty",
        PolicyScalar { IsQuoted: true } quoted => $"`\"{Short(quoted.Text)}\"`",
        PolicyScalar plain => $"`{Short(plain.Text)}`",
        PolicyList { Items.Count: 0 } => "an empty list",
        PolicyList => "a list",
        _ => "keys and values",
    };

    private string Place(string path) => path.Length == 0 ? whole : $"`{path}`";

    private static string Short(string text) => text.Length > 60 ? text[..60] + "…" : text;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
