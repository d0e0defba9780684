namespace Lethe.Host.Policies;

/// <summary>Where in a policy each key is valid.</summary>
internal static class PolicyKeys
{
    private static readonly (string Name, Type Type)[] Sections =
    [
        ("the top of the policy", typeof(Policy)),
        ("`erase`", typeof(ErasedConcept)),
        ("`defaults`", typeof(EraserDefaults)),
        ("`evaluation`", typeof(EvaluationSettings)),
        ("`gates`", typeof(GateSettings)),
        ("`export`", typeof(ExportSettings)),
    ];

    /// <summary>The first section that has <paramref name="key"/>, or null.</summary>
    public static string? SectionOf(string key) =>
        Sections.FirstOrDefault(section => RecordBinder.Properties(section.Type).Any(property => KeyName.Of(property.Name) == key)).Name;
}
