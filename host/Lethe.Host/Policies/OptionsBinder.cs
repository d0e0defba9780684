using Lethe.Sdk.Diagnostics;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Policies;

/// <summary>Binds an eraser's options record from a policy's <c>options</c> block.</summary>
public static class OptionsBinder
{
    /// <summary>The filled and validated options; null when <paramref name="type"/> is null or anything was refused.</summary>
    /// <param name="type">The eraser's options record; null when the eraser has no options.</param>
    /// <param name="options">Keys and values of the policy.</param>
    /// <param name="eraser">Id of the eraser, for messages.</param>
    /// <param name="path">Path of the block in the policy, for messages.</param>
    /// <param name="diagnostics">Where complaints go.</param>
    public static object? Bind(Type? type, PolicyMapping options, string eraser, string path, List<Diagnostic> diagnostics)
    {
        if (type is null)
        {
            foreach (var (key, _) in options.Entries)
                diagnostics.Refuse(DiagnosticId.BadEraserOptions, $"eraser `{eraser}` takes no options, `{path}` names `{key.Text}`", key.Location);
            return null;
        }

        var found = new List<Diagnostic>();
        var bound = new RecordBinder(found).Bind(type, options, path);
        if (!found.HasErrors() && bound is IValidatesOptions rules)
            found.AddRange(rules.Validate().Select(rule => rule with { Location = rule.Location ?? (options.Location.Line > 0 ? options.Location : null) }));
        diagnostics.AddRange(found);
        return found.HasErrors() ? null : bound;
    }
}
