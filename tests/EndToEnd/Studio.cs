namespace Lethe.EndToEnd;

/// <summary>A folder of its own with a tiny model and a policy; gone after the test.</summary>
public sealed class Studio : IDisposable
{
    /// <summary>A policy with all that a run can do, on 2 steps and 1 picture.</summary>
    public const string Policy = """
        version: 1
        name: tiny
        model: model
        seed: 5
        erase:
          - concept: bomb
            synonyms: [grenade]
            surrogate: balloon
          - concept: sword
            surrogate: broom
        preserve: [apple, broom, balloon]
        evaluation:
          prompts: ["a picture of {a}"]
          pictures-per-prompt: 4
          steps: 2
        """;

    public Studio()
    {
        Root = Directory.CreateTempSubdirectory("lethe-").FullName;
        TinyModel.Write(In("model"));
        File.WriteAllText(In("policy.yaml"), Policy);
    }

    public string Root { get; }

    public string In(string path) => Path.Combine(Root, path);

    /// <summary>Every file below a folder by its relative path; without the event log, which alone holds times.</summary>
    public SortedDictionary<string, byte[]> Files(string folder) => new(Directory.EnumerateFiles(In(folder), "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(In(folder), file))
        .Where(file => file != "events.jsonl")
        .ToDictionary(file => file, file => File.ReadAllBytes(Path.Combine(In(folder), file))), StringComparer.Ordinal);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
