namespace Lethe.Host.Policies;

/// <summary>What a YAML file is called in messages, and where examples of it lie.</summary>
/// <param name="Name">For example <c>policy</c>.</param>
/// <param name="Examples">Folder of the repository.</param>
public sealed record DocumentKind(string Name, string Examples)
{
    /// <summary>A policy.</summary>
    public static DocumentKind Policy { get; } = new("policy", "policies/");

    /// <summary>A benchmark.</summary>
    public static DocumentKind Benchmark { get; } = new("benchmark", "benchmarks/");
}
