using System.Text.Json;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>Parses JSON of unknown origin so that nothing that is read from it later can fail.</summary>
internal static class StrictJson
{
    /// <summary>The document's outermost value.</summary>
    /// <exception cref="CheckpointException">Not JSON, too deep, or with text that is not Unicode; the message names file and line.</exception>
    public static JsonElement Parse(ReadOnlySpan<byte> json, string file, int maxDepth = 32)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
            var root = JsonElement.ParseValue(ref reader);
            while (reader.Read())
            {
                // Reading on finds what stands behind the value.
            }

            Check(root);
            return root;
        }
        catch (JsonException problem)
        {
            throw new CheckpointException(
                $"`{file}` is not valid JSON at line {problem.LineNumber + 1}, byte {problem.BytePositionInLine + 1}", problem);
        }
        catch (InvalidOperationException problem)
        {
            // The parser lets broken text through and fails only when it is asked for it.
            throw new CheckpointException($"`{file}` holds a text that is not valid Unicode", problem);
        }
    }

    private static void Check(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                value.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                    Check(item);
                break;
            case JsonValueKind.Object:
                foreach (var item in value.EnumerateObject())
                {
                    _ = item.Name;
                    Check(item.Value);
                }

                break;
        }
    }
}
