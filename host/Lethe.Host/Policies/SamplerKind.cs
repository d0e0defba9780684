namespace Lethe.Host.Policies;

/// <summary>The samplers that a policy can name.</summary>
public enum SamplerKind
{
    /// <summary>DDIM without noise between steps.</summary>
    Ddim,

    /// <summary>Pseudo linear multi-step (PNDM).</summary>
    Pndm,
}
