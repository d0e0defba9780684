namespace Lethe.Training.Stages;

/// <summary>Temperature scaling (Guo et al. 2017) of a head's outputs, and how far confidence is from the share of right answers.</summary>
public static class Calibration
{
    private const int Bins = 15;
    private const int Tried = 121;
    private const double Lowest = 0.25;
    private const double Highest = 4;

    /// <summary>The temperature of a fixed series from 0.25 to 4 with the least log loss on the given rows; 1 without rows.</summary>
    /// <param name="outputs">Rows of outputs, one after the other.</param>
    /// <param name="truth">The right column of each row.</param>
    /// <param name="rows">Which rows count.</param>
    public static double Fit(float[] outputs, IReadOnlyList<int> truth, IReadOnlyList<int> rows)
    {
        if (rows.Count == 0)
            return 1;
        var width = outputs.Length / truth.Count;
        var (best, least) = (1.0, double.PositiveInfinity);
        for (var i = 0; i < Tried; i++)
        {
            var temperature = Lowest * Math.Pow(Highest / Lowest, (double)i / (Tried - 1));
            var loss = rows.Sum(row => -Math.Log(Math.Max(1e-30, Softmax(outputs.AsSpan(row * width, width), temperature)[truth[row]])));
            if (loss < least)
                (best, least) = (temperature, loss);
        }

        return best;
    }

    /// <summary>First choice and its probability of every row.</summary>
    public static (int Choice, double Confidence)[] Choices(float[] outputs, int rows, double temperature)
    {
        var width = outputs.Length / Math.Max(1, rows);
        return [.. Enumerable.Range(0, rows).Select(row =>
        {
            var shares = Softmax(outputs.AsSpan(row * width, width), temperature);
            var choice = Array.IndexOf(shares, shares.Max());
            return (choice, shares[choice]);
        })];
    }

    /// <summary>Expected calibration error: mean distance of confidence and share of right answers over 15 even bins, weighted by their pictures.</summary>
    public static double Error(IEnumerable<(double Confidence, bool Right)> answers)
    {
        var all = answers.ToList();
        return all
            .GroupBy(answer => Math.Min(Bins - 1, (int)(answer.Confidence * Bins)))
            .Sum(bin => Math.Abs(bin.Sum(answer => answer.Confidence) - bin.Count(answer => answer.Right))) / Math.Max(1, all.Count);
    }

    /// <summary>Probabilities of one row.</summary>
    public static double[] Softmax(ReadOnlySpan<float> outputs, double temperature)
    {
        var shares = new double[outputs.Length];
        var highest = float.NegativeInfinity;
        foreach (var output in outputs)
            highest = Math.Max(highest, output);
        var sum = 0.0;
        for (var i = 0; i < shares.Length; i++)
            sum += shares[i] = Math.Exp((outputs[i] - highest) / temperature);
        for (var i = 0; i < shares.Length; i++)
            shares[i] /= sum;
        return shares;
    }
}
