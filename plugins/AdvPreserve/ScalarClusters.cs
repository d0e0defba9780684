namespace Lethe.Plugins.AdvPreserve;

/// <summary>
/// k-means of numbers, solved exactly: in one dimension clusters are runs of the sorted numbers, and the best last boundary moves one way only,
/// so dynamic programming with divide and conquer finds the optimum in O(k n log n). Deviation: the authors take a library's local optimum.
/// </summary>
internal static class ScalarClusters
{
    /// <summary>The mean of each cluster, rising.</summary>
    /// <param name="values">In any order.</param>
    /// <param name="count">Clusters, 1 to the number of values.</param>
    public static double[] Centres(IReadOnlyList<double> values, int count)
    {
        double[] sorted = [.. values.Order()];
        var n = sorted.Length;
        // Around the mean, so that the difference of sums below loses no digits.
        var middle = sorted.Average();
        var (sum, square) = (new double[n + 1], new double[n + 1]);
        for (var i = 0; i < n; i++)
        {
            var value = sorted[i] - middle;
            (sum[i + 1], square[i + 1]) = (sum[i] + value, square[i] + value * value);
        }

        var cost = new double[n + 1];
        Array.Fill(cost, double.PositiveInfinity);
        cost[0] = 0;
        var starts = new int[count][];
        for (var cluster = 0; cluster < count; cluster++)
        {
            var next = new double[n + 1];
            Array.Fill(next, double.PositiveInfinity);
            var start = starts[cluster] = new int[n + 1];
            Fill(cluster + 1, n, cluster, n - 1);
            cost = next;

            void Fill(int from, int to, int lowest, int highest)
            {
                if (from > to)
                    return;
                var end = (from + to) / 2;
                for (var first = lowest; first <= Math.Min(highest, end - 1); first++)
                {
                    if (cost[first] + Spread(first, end) is var total && total < next[end])
                        (next[end], start[end]) = (total, first);
                }

                Fill(from, end - 1, lowest, start[end]);
                Fill(end + 1, to, start[end], highest);
            }
        }

        var centres = new double[count];
        for (var (cluster, end) = (count - 1, n); cluster >= 0; end = starts[cluster--][end])
            centres[cluster] = middle + (sum[end] - sum[starts[cluster][end]]) / (end - starts[cluster][end]);
        return centres;

        double Spread(int first, int end)
        {
            var total = sum[end] - sum[first];
            return square[end] - square[first] - total * total / (end - first);
        }
    }
}
