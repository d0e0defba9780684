namespace Lethe.Diffusion.Checkpoints;

/// <summary>How a model lies on disk.</summary>
public enum ModelLayout
{
    /// <summary>A folder as diffusers writes it.</summary>
    Folder,

    /// <summary>One file with the names of the original CompVis checkpoints.</summary>
    SingleFile,
}
