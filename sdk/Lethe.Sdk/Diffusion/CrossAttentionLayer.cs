namespace Lethe.Sdk.Diffusion;

/// <summary>One cross-attention layer: the only place where a prompt enters the denoiser.</summary>
public sealed class CrossAttentionLayer
{
    /// <summary>Module path in diffusers' naming, e.g. <c>down_blocks.0.attentions.0.transformer_blocks.0.attn2</c>.</summary>
    public required string Name { get; init; }

    /// <summary><c>[d, D]</c>, maps text states to keys. The network's own tensor.</summary>
    public required Tensor KeyWeight { get; init; }

    /// <summary><c>[d, D]</c>, maps text states to values. The network's own tensor.</summary>
    public required Tensor ValueWeight { get; init; }

    /// <summary>Parameter name of <see cref="KeyWeight"/>.</summary>
    public string KeyName => Name + ".to_k.weight";

    /// <summary>Parameter name of <see cref="ValueWeight"/>.</summary>
    public string ValueName => Name + ".to_v.weight";
}
