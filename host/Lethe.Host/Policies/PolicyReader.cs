using System.Globalization;
using System.Text;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Policies;

/// <summary>From a file to a typed policy. Everything wrong is reported at once; nothing is written and no plugin is needed.</summary>
public static class PolicyReader
{
    private const string VersionKey = "version";

    /// <summary>Reads the policy in <paramref name="path"/>.</summary>
    public static PolicyReading Read(string path)
    {
        var diagnostics = new List<Diagnostic>();
        return Read(PolicyDocument.Load(path, DocumentKind.Policy, diagnostics), diagnostics);
    }

    /// <summary>Reads a policy from memory; <paramref name="file"/> names it in messages, and model paths are relative to its folder.</summary>
    public static PolicyReading ReadText(string text, string file)
    {
        var diagnostics = new List<Diagnostic>();
        return Read(PolicyDocument.Parse(Encoding.UTF8.GetBytes(text), file, DocumentKind.Policy, diagnostics), diagnostics);
    }

    private static PolicyReading Read(PolicyDocument? document, List<Diagnostic> diagnostics)
    {
        if (document is null || !CheckVersion(document.Root, diagnostics)) return new PolicyReading(null, diagnostics, document);

        var policy = (Policy)new RecordBinder(diagnostics, PolicyKeys.SectionOf).Bind(typeof(Policy), document.Root, "");
        // Rules across keys read misleadingly when the keys themselves are broken.
        if (!diagnostics.HasErrors()) new PolicyRules(policy, document, diagnostics).Check();
        var inOrder = diagnostics.OrderBy(diagnostic => diagnostic.Location?.Line ?? 0).ThenBy(diagnostic => diagnostic.Location?.Column ?? 0).ToList();
        return new PolicyReading(inOrder.HasErrors() ? null : policy with { Model = BuiltInModels.Resolve(policy.Model, document.File) }, inOrder, document);
    }

    /// <summary>The version decides what the other keys mean, so it is judged first, and alone when it is wrong.</summary>
    private static bool CheckVersion(PolicyMapping root, List<Diagnostic> diagnostics)
    {
        if (root[VersionKey] is not { } value)
        {
            diagnostics.Refuse(
                DiagnosticId.PolicyMissingKey, $"the policy lacks the key `{VersionKey}`", root.Location,
                $"begin with `{VersionKey}: {Policy.CurrentVersion.ToString(CultureInfo.InvariantCulture)}`");
            return true;
        }

        if (value is PolicyScalar { IsQuoted: false } scalar && ScalarRules.IsWhole(scalar.Text)
            && scalar.Text != Policy.CurrentVersion.ToString(CultureInfo.InvariantCulture))
        {
            diagnostics.Refuse(
                DiagnosticId.PolicyBadValue,
                string.Create(CultureInfo.InvariantCulture, $"policy version `{scalar.Text}` is not known, this host reads version {Policy.CurrentVersion}"),
                scalar.Location);
            return false;
        }

        if (root.Entries[0].Key.Text != VersionKey)
            diagnostics.Refuse(DiagnosticId.PolicyBadValue, $"`{VersionKey}` is not the first key", root.Entries.First(entry => entry.Key.Text == VersionKey).Key.Location, "move it to the top");
        return true;
    }
}
