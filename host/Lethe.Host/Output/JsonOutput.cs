using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Output;

/// <summary>
/// The one JSON document that a command prints under <c>--json</c>. Its frame is the same for all commands:
/// <c>version</c>, <c>command</c>, <c>exit-code</c>, <c>diagnostics</c>, and the command's own <c>data</c>.
/// </summary>
public static class JsonOutput
{
    /// <summary>Version of the frame; it changes when a field of it changes its meaning.</summary>
    public const int Version = 1;

    private static readonly JsonWriterOptions Format = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the document and a line end.</summary>
    public static void Write(TextWriter output, string command, ExitCode code, IReadOnlyList<Diagnostic> diagnostics, JsonObject? data)
    {
        var document = new JsonObject
        {
            ["version"] = Version,
            ["command"] = command,
            ["exit-code"] = (int)code,
            ["data"] = data?.DeepClone(),
            ["diagnostics"] = new JsonArray([.. diagnostics.Select(Of)]),
        };
        output.WriteLine(Text(document));
    }

    /// <summary>Indented text of a document, the same bytes everywhere.</summary>
    public static string Text(JsonNode document)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Format)) document.WriteTo(writer);
        return System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length).ReplaceLineEndings("\n");
    }

    /// <summary>A diagnostic that another process wrote with <see cref="Of"/>; its place is not kept.</summary>
    public static Diagnostic Read(JsonNode? node)
    {
        var (id, message, hint) = ((string)node!["id"]!, (string)node["message"]!, (string?)node["hint"]);
        return (string?)node["severity"] == "warning" ? Diagnostic.Warning(id, message, hint) : Diagnostic.Error(id, message, hint);
    }

    /// <summary>One diagnostic as JSON.</summary>
    public static JsonNode Of(Diagnostic diagnostic) => new JsonObject
    {
        ["id"] = diagnostic.Id,
        ["severity"] = diagnostic.Severity == Severity.Error ? "error" : "warning",
        ["message"] = diagnostic.Message,
        ["file"] = diagnostic.Location?.File,
        ["line"] = diagnostic.Location?.Line,
        ["column"] = diagnostic.Location?.Column,
        ["hint"] = diagnostic.Hint,
    };
}
