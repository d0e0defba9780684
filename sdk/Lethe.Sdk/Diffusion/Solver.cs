namespace Lethe.Sdk.Diffusion;

/// <summary>How <see cref="PartialSampler"/> goes from one timestep to the next.</summary>
public enum Solver
{
    /// <summary>DDIM without noise (Song et al. 2020, arXiv:2010.02502, Eq. 12): one prediction a step.</summary>
    Ddim,

    /// <summary>
    /// Pseudo linear multistep (Liu et al. 2022, arXiv:2202.09778, Eq. 12): mixes the last four predictions. The second timestep comes twice,
    /// so there is one step more.
    /// </summary>
    Plms,
}
