namespace Lethe.Evaluation.Metrics;

/// <summary>H_o of MACE and RealEra: one number for efficacy, specificity and generality.</summary>
public static class HarmonicMean
{
    /// <summary>
    /// <c>3 / ((1 - acc_e)^-1 + acc_s^-1 + (1 - acc_g)^-1)</c>, all as fractions; 0 when one of the three terms is 0.
    /// </summary>
    public static double Of(double accE, double accS, double accG)
    {
        double[] terms = [1 - accE, accS, 1 - accG];
        return terms.Any(term => term <= 0) ? 0 : terms.Length / terms.Sum(term => 1 / term);
    }
}
