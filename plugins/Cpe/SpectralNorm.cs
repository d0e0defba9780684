namespace Lethe.Plugins.Cpe;

/// <summary>Largest singular values.</summary>
internal static class SpectralNorm
{
    private const int MostSteps = 300;
    private const double Precision = 1e-9;

    /// <summary>The largest singular value of a matrix, by power iteration on its smaller Gram matrix in float64.</summary>
    public static double Of(Tensor matrix)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var m = matrix.to(ScalarType.Float64);
        var gram = m.shape[0] < m.shape[1] ? m.matmul(m.mT) : m.mT.matmul(m);
        using var generator = new torch.Generator(0);
        var vector = torch.randn([gram.shape[0]], ScalarType.Float64, generator: generator);
        var largest = 0.0;
        for (var step = 0; step < MostSteps; step++)
        {
            using var inner = torch.NewDisposeScope();
            var next = gram.mv(vector / vector.norm());
            // |A' A v| grows towards the square of the norm and never beyond it.
            var estimate = next.norm().ToDouble();
            if (estimate <= largest * (1 + Precision) && step > 0)
                return Math.Sqrt(estimate);
            largest = estimate;
            vector.copy_(next);
        }

        return Math.Sqrt(largest);
    }
}
