namespace Lethe.Host.Policies;

/// <summary>Names of the models that come with the host, and what a policy's <c>model</c> means.</summary>
public static class BuiltInModels
{
    /// <summary>What the name of a built-in model begins with.</summary>
    public const string Prefix = "builtin:";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> Names { get; } = [Prefix + "emoji"];

    /// <summary>A built-in name as it is; a path as a full one, taken relative to the policy file's folder.</summary>
    public static string Resolve(string model, string policyFile) =>
        model.StartsWith(Prefix, StringComparison.Ordinal)
            ? model
            : Path.GetFullPath(model, FolderOf(Path.GetFullPath(policyFile)));

    // A policy from a pipe (`/dev/stdin`, `<(...)`) lies nowhere: its models are beside the one who asks.
    private static string FolderOf(string policyFile) =>
        policyFile.StartsWith("/dev/", StringComparison.Ordinal) || policyFile.StartsWith("/proc/", StringComparison.Ordinal)
            ? Path.GetFullPath(".")
            : Path.GetDirectoryName(policyFile) ?? Path.GetFullPath(".");
}
