using System.Reflection;
using System.Text.Json.Nodes;
using Lethe.Evaluation.Metrics;
using Lethe.Host.Policies;
using Lethe.Sdk.Anchors;

namespace Lethe.Host.Runs;

/// <summary>Makes every choice that a policy leaves open. Opens no weights.</summary>
public static class Planner
{
    internal const int Batch = 16;

    /// <summary>The host's version as plans and reports name it.</summary>
    public static string HostVersion { get; } =
        (typeof(Planner).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0").Split('+')[0];

    /// <summary>Plans a run.</summary>
    /// <param name="policy">A policy without errors.</param>
    /// <param name="document">Its file.</param>
    /// <param name="erasures">Its concepts with their erasers.</param>
    /// <param name="installed">The installed erasers by id.</param>
    /// <param name="modelPath">Where the model lies.</param>
    /// <param name="styles">Styles that the model's judge knows; decides whether a preserved name is a style.</param>
    /// <param name="choices">What the command line overrides.</param>
    public static PreparedRun Plan(
        Policy policy, PolicyDocument document, IReadOnlyList<ResolvedErasure> erasures,
        IReadOnlyDictionary<string, EraserSource> installed, string modelPath, IReadOnlyList<string> styles, RunChoices choices)
    {
        var steps = Steps(policy, erasures, installed);
        return new PreparedRun
        {
            Plan = new Plan
            {
                Host = HostVersion,
                Policy = policy.Name,
                PolicySha256 = document.Sha256,
                Model = choices.Model ?? policy.Model,
                Device = choices.Device ?? policy.Device,
                Seed = policy.Seed,
                Steps = [.. steps.Select(step => step.Planned)],
                Sampling = new PlannedSampling
                {
                    Scheduler = KeyName.Of(policy.Evaluation.Scheduler.ToString()),
                    Eta = policy.Evaluation.Eta > 0 ? policy.Evaluation.Eta : null,
                    Steps = policy.Evaluation.Steps,
                    GuidanceScale = policy.Evaluation.GuidanceScale,
                    Dtype = PlannedSampling.Drawn(choices.Dtype ?? KeyName.Of(policy.Evaluation.Dtype.ToString())),
                    Batch = Batch,
                },
                Prompts = Prompts(policy, styles),
                Gates = Gates(policy.Gates),
                ExportModel = policy.Export.Checkpoint,
                ExportType = policy.Export.Dtype is { } type ? KeyName.Of(type.ToString()) : null,
            },
            PolicyText = document.Text,
            ModelPath = modelPath,
            Steps = steps,
            Phrases = policy.Erase.ToDictionary(item => item.Concept, item => (IReadOnlyList<string>)[item.Concept, .. item.Synonyms], StringComparer.Ordinal),
        };
    }

    private static List<PreparedStep> Steps(
        Policy policy, IReadOnlyList<ResolvedErasure> erasures, IReadOnlyDictionary<string, EraserSource> installed)
    {
        var steps = new List<PreparedStep>();
        foreach (var group in erasures.GroupBy(erasure => (erasure.Eraser, Options: Options(erasure.Options).ToJsonString())))
        {
            var preserve = policy.Preserve.Concat(group.SelectMany(item => item.Concept.Preserve)).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
            steps.Add(Step(steps.Count + 1, installed[group.Key.Eraser], group.First().Options, [.. group.Select(item => new Concept
            {
                Name = item.Concept.Concept,
                Kind = item.Concept.Kind,
                Synonyms = item.Concept.Synonyms,
                Surrogate = item.Concept.Surrogate,
                Neighbours = item.Concept.Preserve,
            })], preserve));
        }
        return steps;
    }

    /// <summary>One call of one eraser.</summary>
    internal static PreparedStep Step(int number, EraserSource eraser, object? options, IReadOnlyList<Concept> concepts, IReadOnlyList<string> preserve) => new()
    {
        Planned = new PlannedStep
        {
            Number = number,
            Eraser = eraser.Metadata.Id,
            Source = eraser.Plugin,
            Options = Options(options),
            Erase = [.. concepts.Select(item => new PlannedErasure
            {
                Concept = item.Name, Kind = Kind(item.Kind), Synonyms = item.Synonyms, Surrogate = item.Surrogate,
            })],
            Preserve = preserve,
        },
        Eraser = eraser.Create,
        Options = options,
        OneConceptAtATime = eraser.Metadata.OneConceptAtATime,
        Concepts = concepts,
        Preserve = new PreserveSet { Prompts = preserve },
    };

    private static List<PlannedPrompt> Prompts(Policy policy, IReadOnlyList<string> styles)
    {
        var preserved = policy.Evaluation.PreserveConcepts.Count > 0
            ? policy.Evaluation.PreserveConcepts
            : [.. policy.Preserve.Concat(policy.Erase.SelectMany(item => item.Preserve)).Distinct(StringComparer.OrdinalIgnoreCase)];
        var styleNeighbours = policy.Erase.Where(item => item.Kind == ConceptKind.Style).SelectMany(item => item.Preserve);
        var knownStyles = (styles.Count > 0 ? styles : [.. styleNeighbours]).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var wanted = policy.Erase.Select(item => (item.Concept, Phrase: item.Concept, Kind: Kind(item.Kind), Role: PictureRole.Erased))
            .Concat(policy.Erase.SelectMany(item => item.Synonyms.Select(phrase => (item.Concept, Phrase: phrase, Kind: Kind(item.Kind), Role: PictureRole.Synonym))))
            .Concat(preserved.Select(name => (Concept: name, Phrase: name, Kind: knownStyles.Contains(name) ? "style" : "object", Role: PictureRole.Preserved)))
            .ToList();
        var folders = Slug.ForAll(wanted.Select(item => item.Concept));
        var prompts = new List<PlannedPrompt>();
        var seed = policy.Seed;
        foreach (var (concept, phrase, kind, role) in wanted)
        {
            foreach (var template in kind == "style" ? policy.Evaluation.StylePrompts : policy.Evaluation.Prompts)
            {
                prompts.Add(new PlannedPrompt
                {
                    Concept = concept,
                    Kind = kind,
                    Role = role,
                    Prompt = PromptTemplate.Fill(template, phrase),
                    Folder = folders[concept],
                    Seeds = [.. Enumerable.Range(0, policy.Evaluation.PicturesPerPrompt).Select(i => seed + i)],
                });
                // No two pictures share a seed, so that files are told apart by it.
                seed += policy.Evaluation.PicturesPerPrompt;
            }
        }
        return prompts;
    }

    private static List<PlannedGate> Gates(GateSettings gates)
    {
        (string Figure, double? Min, double? Max)[] all =
        [
            ("acc_e", null, gates.AccEMax), ("acc_g", null, gates.AccGMax), ("acc_s", gates.AccSMin, null), ("acc_s_drop", null, gates.AccSDropMax),
            ("h_o", gates.HOMin, null), ("pixel_difference", null, gates.PixelDifferenceMax),
        ];
        return [.. all.Where(gate => gate.Min is not null || gate.Max is not null)
            .Select(gate => new PlannedGate { Figure = gate.Figure, Min = gate.Min / 100, Max = gate.Max / 100 })];
    }

    private static string Kind(ConceptKind kind) => kind == ConceptKind.Style ? "style" : "object";

    private static JsonObject Options(object? options) => options is null ? [] : (JsonObject)RecordNodes.JsonOf(RecordNodes.Of(options));
}
