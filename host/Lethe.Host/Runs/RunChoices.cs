namespace Lethe.Host.Runs;

/// <summary>What a command line decides over a policy.</summary>
public sealed record RunChoices
{
    /// <summary>Another model, as named on the command line.</summary>
    public string? Model { get; init; }

    /// <summary>Another device.</summary>
    public string? Device { get; init; }

    /// <summary>Another number format to draw in.</summary>
    public string? Dtype { get; init; }
}
