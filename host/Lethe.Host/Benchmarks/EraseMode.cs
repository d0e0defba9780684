namespace Lethe.Host.Benchmarks;

/// <summary>How many concepts one edited model forgets.</summary>
public enum EraseMode
{
    /// <summary>One model for each concept; the other concepts are kept.</summary>
    Each,

    /// <summary>One model that forgets all of them, or one for each split.</summary>
    Together,
}
