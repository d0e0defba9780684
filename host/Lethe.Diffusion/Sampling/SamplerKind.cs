namespace Lethe.Diffusion.Sampling;

/// <summary>How pictures are denoised; policies and commands name these in lower case with dashes.</summary>
public enum SamplerKind
{
    /// <summary>DDIM; `eta` says how much noise is added between steps.</summary>
    Ddim,

    /// <summary>Pseudo linear multi-step (PNDM).</summary>
    Pndm,

    /// <summary>Ancestral sampling of the forward process (DDPM).</summary>
    Ddpm,

    /// <summary>Euler's method.</summary>
    Euler,

    /// <summary>Euler's method on the noise levels of Karras et al.</summary>
    EulerKarras,

    /// <summary>Euler's method with noise after each step.</summary>
    EulerAncestral,

    /// <summary>DPM-Solver++ of second order, multistep (2M).</summary>
    DpmSolver,

    /// <summary>DPM-Solver++ 2M on the noise levels of Karras et al.</summary>
    DpmSolverKarras,

    /// <summary>Linear multistep.</summary>
    Lms,

    /// <summary>Linear multistep on the noise levels of Karras et al.</summary>
    LmsKarras,
}
