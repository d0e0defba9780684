namespace Lethe.Plugins.Cpe;

/// <summary>How a gate compares tokens.</summary>
public enum AttentionForm
{
    /// <summary>One matrix makes queries and keys: what the authors' program computes and released adapters need.</summary>
    Shared,

    /// <summary>Queries and keys have a matrix each: what the paper describes.</summary>
    QueryKey,
}
