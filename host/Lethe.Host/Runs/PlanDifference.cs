using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lethe.Host.Runs;

/// <summary>What two plans differ in, said to a person who has a folder of the one and asks for the other.</summary>
public static class PlanDifference
{
    private const int Shown = 6, LongestValue = 60;

    /// <summary>For example <c>seed was 1 and is 2; steps[0].options.rank was 4 and is 8</c>.</summary>
    /// <param name="before">Text of the plan that is kept, from the disk and perhaps damaged.</param>
    /// <param name="now">Text of the plan that is asked for.</param>
    public static string Between(string before, string now)
    {
        JsonNode? kept;
        try
        {
            kept = JsonNode.Parse(before, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException)
        {
            return "its plan.json cannot be read";
        }

        var found = new List<(string Path, string Before, string Now)>();
        Compare("", kept, JsonNode.Parse(now), found);
        // The hash differs with every other change of the policy, and says least.
        var telling = found.Where(item => item.Path != "policy_sha256").ToList();
        if (telling.Count == 0)
            return found.Count == 0 ? "its plan.json is laid out otherwise" : "the policy's text, though not what it asks for";
        var more = telling.Count - Shown;
        return string.Join("; ", telling.Take(Shown).Select(item => $"{item.Path} was {item.Before} and is {item.Now}"))
            + (more > 0 ? string.Create(CultureInfo.InvariantCulture, $"; and {more} more") : "");
    }

    private static void Compare(string path, JsonNode? before, JsonNode? now, List<(string, string, string)> found)
    {
        switch (before, now)
        {
            case (JsonObject a, JsonObject b):
                foreach (var key in a.Select(item => item.Key).Union(b.Select(item => item.Key)))
                    Compare(path.Length == 0 ? key : $"{path}.{key}", a[key], b[key], found);
                break;
            // Entries have no names: of lists of different lengths only the lengths can be told apart.
            case (JsonArray a, JsonArray b) when a.Count == b.Count:
                for (var index = 0; index < a.Count; index++)
                    Compare(string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"), a[index], b[index], found);
                break;
            default:
                if (!JsonNode.DeepEquals(before, now))
                    found.Add((path, Said(before), Said(now)));
                break;
        }
    }

    private static string Said(JsonNode? value) => value switch
    {
        null => "not set",
        JsonArray list when list.ToJsonString(RunJson.Line).Length > LongestValue => string.Create(CultureInfo.InvariantCulture, $"a list of {list.Count}"),
        _ when value.ToJsonString(RunJson.Line) is { Length: > LongestValue } text => text[..LongestValue] + "...",
        _ => value.ToJsonString(RunJson.Line),
    };
}
