namespace Lethe.Sdk.Erasers;

/// <summary>A rule that mixes the noise predictions of a sampling step.</summary>
public interface IGuidance
{
    /// <summary>Prompts whose noise the rule needs besides the prompt's own and the empty one.</summary>
    IReadOnlyList<string> ExtraPrompts { get; }

    /// <summary>Begins a picture or a batch; rules that remember earlier steps keep that memory in the returned object.</summary>
    /// <returns>The caller disposes it after the last step.</returns>
    IGuidanceRun Start();
}
