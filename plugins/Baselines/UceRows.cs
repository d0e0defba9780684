using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;

namespace Lethe.Plugins.Baselines;

/// <summary>Turns prompts into the text states that UCE moves or keeps. Blocks belong to the caller's dispose scope.</summary>
internal static class UceRows
{
    /// <summary>First release: rows from the subject to the end, both sides cut to the same length.</summary>
    public static (long Start, long GuideStart, long Count) Aligned(long subject, long guideSubject, long length) =>
        (subject, guideSubject, length - Math.Max(subject, guideSubject));

    public static RowBlock Erased(ITextEncoder encoder, UcePair pair, UceOptions options)
    {
        var states = encoder.Encode([pair.Prompt, pair.Guide]);
        var (start, guideStart) = (encoder.LastSubjectToken(pair.Subject), encoder.LastSubjectToken(pair.GuideSubject));
        var count = options.Release == UceRelease.Rewrite ? 1 : Aligned(start, guideStart, encoder.MaxLength).Count;
        return new RowBlock
        {
            Inputs = states.select(0, 0).narrow(0, start, count),
            Targets = states.select(0, 1).narrow(0, guideStart, count),
            Weight = options.EraseWeight,
        };
    }

    public static RowBlock Kept(ITextEncoder encoder, string prompt, double weight, UceOptions options)
    {
        var states = encoder.Encode([prompt]).select(0, 0);
        return new RowBlock
        {
            Inputs = options.Release == UceRelease.Rewrite ? states.narrow(0, encoder.LastSubjectToken(prompt), 1) : states,
            Weight = weight,
        };
    }
}
