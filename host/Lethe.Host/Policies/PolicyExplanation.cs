using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Lethe.Host.Policies;

/// <summary>Says of every key which value it has, what it would be by default, and who set it.</summary>
public static class PolicyExplanation
{
    /// <summary>All keys in the order of the records; the options of each concept follow the concept's own keys.</summary>
    public static IReadOnlyList<ExplainedKey> Of(Policy policy, PolicyDocument document, IReadOnlyList<ResolvedErasure> erasures)
    {
        var rows = new List<ExplainedKey>();
        AddRecord(rows, policy, document.Root, "", document, policy.Defaults, erasures);
        return rows;
    }

    private static void AddRecord(
        List<ExplainedKey> rows, object record, PolicyMapping? written, string path, PolicyDocument document, EraserDefaults defaults,
        IReadOnlyList<ResolvedErasure> erasures)
    {
        var initial = Activator.CreateInstance(record.GetType())!;
        foreach (var property in RecordBinder.Properties(record.GetType()))
        {
            var name = KeyName.Of(property.Name);
            var key = RecordBinder.Join(path, name);
            var value = property.GetValue(record);
            switch (value)
            {
                case IReadOnlyList<ErasedConcept> concepts:
                    for (var i = 0; i < concepts.Count; i++)
                    {
                        var at = string.Create(CultureInfo.InvariantCulture, $"{key}[{i}]");
                        AddRecord(rows, concepts[i], document.NodeAt(at) as PolicyMapping, at, document, defaults, erasures);
                        if (erasures.FirstOrDefault(erasure => ReferenceEquals(erasure.Concept, concepts[i])) is { Options: not null } erasure)
                            AddOptions(rows, erasure, $"{at}.options", defaults);
                    }

                    break;
                case PolicyMapping when record is ErasedConcept:
                    break;
                case EraserDefaults or EvaluationSettings or GateSettings or ExportSettings:
                    AddRecord(rows, value, written?[name] as PolicyMapping, key, document, defaults, erasures);
                    break;
                case null when record is ErasedConcept:
                    rows.Add(new ExplainedKey(key, RecordNodes.NodeOf(defaults.Eraser), RecordNodes.NodeOf(defaults.Eraser), "`defaults`"));
                    break;
                case null:
                    break;
                default:
                    rows.Add(new ExplainedKey(key, RecordNodes.NodeOf(value), DefaultOf(property, initial), OriginOf(written?[name], "default")));
                    break;
            }
        }
    }

    private static void AddOptions(List<ExplainedKey> rows, ResolvedErasure erasure, string path, EraserDefaults defaults)
    {
        var initial = Activator.CreateInstance(erasure.Options!.GetType())!;
        foreach (var property in RecordBinder.Properties(erasure.Options.GetType()))
        {
            if (property.GetValue(erasure.Options) is not { } value) continue;
            var name = KeyName.Of(property.Name);
            var own = erasure.Concept.Options[name];
            var inherited = own is null && erasure.OptionKeys[name] is not null ? defaults.Options[name] : null;
            var origin = inherited is not null ? $"`defaults`, {OriginOf(inherited, "")}" : OriginOf(own, $"default of `{erasure.Eraser}`");
            rows.Add(new ExplainedKey(RecordBinder.Join(path, name), RecordNodes.NodeOf(value), DefaultOf(property, initial), origin));
        }
    }

    private static PolicyNode? DefaultOf(PropertyInfo property, object initial) =>
        property.GetCustomAttribute<RequiredMemberAttribute>() is null && property.GetValue(initial) is { } value ? RecordNodes.NodeOf(value) : null;

    private static string OriginOf(PolicyNode? written, string otherwise) =>
        written is { Location.Line: > 0 and var line } ? string.Create(CultureInfo.InvariantCulture, $"line {line}") : otherwise;
}
