namespace Lethe.Sdk.Diffusion;

/// <summary>Chooses parameters of a denoiser by their diffusers names.</summary>
public sealed class ParameterSelection
{
    private readonly Func<string, bool> _contains;

    private ParameterSelection(Func<string, bool> contains) => _contains = contains;

    /// <summary>Every parameter of the cross-attention layers (<c>attn2</c>).</summary>
    public static ParameterSelection CrossAttention { get; } = new(name => name.Contains(".attn2.", StringComparison.Ordinal));

    /// <summary>The key and value projections of the cross-attention layers: what reads the prompt, nothing else.</summary>
    public static ParameterSelection CrossAttentionKeysAndValues { get; } = new(name =>
        name.EndsWith(".attn2.to_k.weight", StringComparison.Ordinal) || name.EndsWith(".attn2.to_v.weight", StringComparison.Ordinal));

    /// <summary>Everything except <see cref="CrossAttention"/>.</summary>
    public static ParameterSelection NonCrossAttention { get; } = new(name => !name.Contains(".attn2.", StringComparison.Ordinal));

    /// <summary>Every parameter.</summary>
    public static ParameterSelection All { get; } = new(_ => true);

    /// <summary>The parameters whose name the predicate accepts.</summary>
    /// <param name="predicate">Told each parameter name; must be a pure function.</param>
    public static ParameterSelection ByName(Func<string, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return new ParameterSelection(predicate);
    }

    /// <summary>Whether the selection holds a parameter.</summary>
    /// <param name="name">The parameter's diffusers name.</param>
    public bool Contains(string name) => _contains(name);
}
