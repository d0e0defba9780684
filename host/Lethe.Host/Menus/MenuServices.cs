using Lethe.Host.Policies;

namespace Lethe.Host.Menus;

/// <summary>All that the menus need of the rest of the host; tests bring their own.</summary>
public sealed record MenuServices
{
    /// <summary>Names of the models that can be picked.</summary>
    public required Func<IReadOnlyList<string>> Models { get; init; }

    /// <summary>Policies to start from, by the path that the command line would take.</summary>
    public required Func<IReadOnlyList<string>> PolicyFiles { get; init; }

    /// <summary>Ids of the installed erasers.</summary>
    public required Func<IReadOnlyList<string>> Erasers { get; init; }

    /// <summary>Writes a policy beside the runs and returns its path.</summary>
    public required Func<Policy, string> WritePolicy { get; init; }

    /// <summary>Options that every command shown must repeat, with a space before each; empty for none.</summary>
    public string CommandOptions { get; init; } = "";

    /// <summary>Runs a policy file: the same function that <c>lethe apply</c> calls.</summary>
    public required Func<string, MenuProgress, CancellationToken, MenuOutcome> Apply { get; init; }

    /// <summary>Opens a file in whatever the system opens it with; false when there is nothing to open it with.</summary>
    public required Func<string, bool> Open { get; init; }
}
