namespace Lethe.Host.Policies;

/// <summary>Eraser and options of every concept that names none of its own.</summary>
public sealed record EraserDefaults
{
    /// <summary>Id of the eraser.</summary>
    public string Eraser { get; init; } = "uce";

    /// <summary>Options of that eraser.</summary>
    public PolicyMapping Options { get; init; } = PolicyMapping.Empty;
}
