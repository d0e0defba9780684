using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lethe.Host.Runs;

/// <summary>How runs write JSON: snake_case, indented, shortest round-trip numbers, so that equal content means equal bytes.</summary>
public static class RunJson
{
    /// <summary>Documents that people read too.</summary>
    public static readonly JsonSerializerOptions Document = Make(indented: true);

    /// <summary>One line per record.</summary>
    public static readonly JsonSerializerOptions Line = Make(indented: false);

    /// <summary>A document's text, ending with a line break.</summary>
    public static string Text<T>(T value) => JsonSerializer.Serialize(value, Document) + "\n";

    private static JsonSerializerOptions Make(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DictionaryKeyPolicy = null,
        WriteIndented = indented,
        NewLine = "\n",
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // The files are read by JSON parsers, never pasted into HTML unescaped.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };
}
