using Lethe.Evaluation.Judges;
using Lethe.Host.Policies;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Runs;

/// <summary>From a policy file to a run that could start: everything is checked that can be checked without opening weights.</summary>
public static class Preparation
{
    /// <summary>Prepares a run.</summary>
    /// <exception cref="RunException">Policy or model are wrong (2), or a plugin that is needed was refused (3).</exception>
    public static PreparedRun Of(string policyFile, RunChoices choices, EraserSet erasers)
    {
        var reading = PolicyReader.Read(policyFile);
        if (reading.Policy is not { } policy)
            throw new RunException(ExitCode.UsageInvalid, reading.Diagnostics);
        return Of(policy, reading.Document!, choices, erasers);
    }

    /// <summary>Prepares a run of a policy that is already read.</summary>
    public static PreparedRun Of(Policy policy, PolicyDocument document, RunChoices choices, EraserSet erasers)
    {
        var modelPath = ModelLocation.Find(choices.Model ?? policy.Model);
        RefuseBroken(policy, erasers);
        var diagnostics = new List<Diagnostic>();
        var resolved = ErasureResolver.Resolve(policy, document, erasers.Sources.Values.Select(eraser => eraser.Metadata), diagnostics);
        if (diagnostics.HasErrors())
            throw new RunException(ExitCode.UsageInvalid, diagnostics);
        return Planner.Plan(policy, document, resolved, erasers.Sources, modelPath, Styles(modelPath), choices);
    }

    // A plugin that was refused may be the one that holds the eraser: then the refusal is the message, not "unknown eraser".
    private static void RefuseBroken(Policy policy, EraserSet erasers)
    {
        var missing = policy.Erase.Select(item => item.Eraser ?? policy.Defaults.Eraser).Where(id => !erasers.Sources.ContainsKey(id)).Distinct();
        var refusals = missing.SelectMany(erasers.RefusalsFor).Distinct().ToList();
        if (refusals.Count > 0)
            throw new RunException(ExitCode.PluginRefused, refusals);
    }

    private static IReadOnlyList<string> Styles(string modelPath)
    {
        var config = Path.Combine(modelPath, "judge", "config.json");
        return File.Exists(config) ? JudgeConfig.Load(config).Styles : [];
    }
}
