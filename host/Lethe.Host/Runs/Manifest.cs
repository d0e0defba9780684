namespace Lethe.Host.Runs;

/// <summary>Everything that went into a run and came out of it, by hash. It holds no times: the same run gives the same manifest.</summary>
public sealed record Manifest
{
    /// <summary>Layout of this document.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Version of the host.</summary>
    public required string Host { get; init; }

    /// <summary>Version of the plugin contract.</summary>
    public required string Sdk { get; init; }

    /// <summary>Processor architecture and threads: figures repeat byte for byte where these are equal.</summary>
    public required string Platform { get; init; }

    /// <summary>Name of the policy.</summary>
    public required string Policy { get; init; }

    /// <summary>SHA-256 of the policy file.</summary>
    public required string PolicySha256 { get; init; }

    /// <summary>The model as it was named.</summary>
    public required string Model { get; init; }

    /// <summary>Files of the model.</summary>
    public required IReadOnlyList<HashedFile> ModelFiles { get; init; }

    /// <summary>Plugins that ran.</summary>
    public required IReadOnlyList<PluginStamp> Plugins { get; init; }

    /// <summary>Every file of the run folder but this one and <c>events.jsonl</c>.</summary>
    public required IReadOnlyList<HashedFile> Outputs { get; init; }
}
