using System.Globalization;
using System.Text.RegularExpressions;

namespace Lethe.Host.Policies;

/// <summary>How single values are written in a policy, and which unquoted words YAML readers disagree about.</summary>
internal static partial class ScalarRules
{
    /// <summary>Whole numbers: digits only, no leading zero, which YAML 1.1 reads as octal.</summary>
    public static bool IsWhole(string text) => Whole().IsMatch(text);

    /// <summary>Numbers: as JSON writes them.</summary>
    public static bool IsNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && Number().IsMatch(text) && double.IsFinite(value);

    /// <summary>Whether an unquoted word is read as something else than text by YAML 1.1 or 1.2.</summary>
    public static bool IsAmbiguousText(string text) => Ambiguous().IsMatch(text);

    [GeneratedRegex(@"\A-?(0|[1-9][0-9]*)\z")]
    private static partial Regex Whole();

    [GeneratedRegex(@"\A-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\z")]
    private static partial Regex Number();

    // Booleans and nulls of both versions; numbers in any base, with underscores, in base 60; dates; infinities.
    [GeneratedRegex(
        @"\A(y|n|yes|no|on|off|true|false|null|~|[-+]?[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?|[-+]?\.[0-9][0-9_]*([eE][-+]?[0-9]+)?|0x[0-9a-f_]+|0o[0-7]+|0b[01_]+|[-+]?[0-9]+(:[0-9]+)+(\.[0-9]*)?|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*|[-+]?\.(inf|nan)|=|<<)\z",
        RegexOptions.IgnoreCase)]
    private static partial Regex Ambiguous();
}
