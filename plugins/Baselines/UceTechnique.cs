namespace Lethe.Plugins.Baselines;

/// <summary>Where UCE sends the erased rows.</summary>
public enum UceTechnique
{
    /// <summary>To the surrogate's old projection.</summary>
    Replace,

    /// <summary>To the surrogate's old projection without its component along the concept's.</summary>
    Tensor,
}
