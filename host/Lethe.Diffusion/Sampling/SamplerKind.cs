namespace Lethe.Diffusion.Sampling;

/// <summary>How pictures are denoised.</summary>
public enum SamplerKind
{
    Ddim,
    Pndm,
    Ddpm,
    Euler,
    EulerKarras,
    EulerAncestral,
    DpmSolver,
    DpmSolverKarras,
    Lms,
    LmsKarras,
}
