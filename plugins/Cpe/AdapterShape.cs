namespace Lethe.Plugins.Cpe;

/// <summary>What decides the shapes and the formula of an adapter.</summary>
internal sealed record AdapterShape
{
    /// <summary>Gate rank g.</summary>
    public required int GateRank { get; init; }

    /// <summary>Low rank r.</summary>
    public required int Rank { get; init; }

    /// <summary>Strength alpha.</summary>
    public double Alpha { get; init; } = 1;

    /// <summary>How the gate compares tokens.</summary>
    public AttentionForm Attention { get; init; }

    /// <summary>False leaves the gate out.</summary>
    public bool Gated { get; init; } = true;
}
