namespace Lethe.Evaluation.Metrics;

/// <summary>H_o and H_c of MACE and RealEra: one number for efficacy, specificity and (H_o) generality.</summary>
public static class HarmonicMean
{
    /// <summary>
    /// <c>3 / ((1 - acc_e)^-1 + acc_s^-1 + (1 - acc_g)^-1)</c>, all as fractions; 0 when one of the three terms is 0.
    /// </summary>
    public static double Of(double accE, double accS, double accG) => OfTerms(1 - accE, accS, 1 - accG);

    /// <summary><c>H_c = 2 / ((1 - acc_e)^-1 + acc_s^-1)</c>, MACE's figure for celebrities: without generality; 0 when a term is 0.</summary>
    public static double Of(double accE, double accS) => OfTerms(1 - accE, accS);

    private static double OfTerms(params double[] terms)
    {
        if (terms.FirstOrDefault(term => !(term is >= 0 and <= 1), 0) is var wrong && !(wrong is >= 0 and <= 1))
            throw new ArgumentException($"an accuracy gives the term `{wrong}`, expected fractions in [0, 1]");
        return terms.Any(term => term <= 0) ? 0 : terms.Length / terms.Sum(term => 1 / term);
    }
}
