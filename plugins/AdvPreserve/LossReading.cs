namespace Lethe.Plugins.AdvPreserve;

/// <summary>Paper and program differ; each reading fixes `space`, `negative-guidance` and `latents` together.</summary>
public enum LossReading
{
    /// <summary>The paper's formula: noise is compared, the concept goes to the empty prompt, both losses look at the same pictures.</summary>
    Paper,

    /// <summary>The program behind the paper's tables: predicted pictures are compared, the concept is pushed beyond the empty prompt, each loss has pictures of its own prompt.</summary>
    Code,
}
