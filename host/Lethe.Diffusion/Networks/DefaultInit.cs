namespace Lethe.Diffusion.Networks;

/// <summary>PyTorch's default initial values, decided by a weight's name and shape.</summary>
internal sealed class DefaultInit(Generator generator)
{
    private readonly Dictionary<string, double> bounds = new(StringComparer.Ordinal);

    /// <summary>Builds all weights that <paramref name="build"/> asks for, in the order it asks, so that equal seeds give equal weights.</summary>
    public static StateDict Fill(Func<string, long[], Tensor> create, Action<StateDict> build)
    {
        var weights = new StateDict { Source = "the new network" };
        using var noGrad = torch.no_grad();
        weights.CreateMissing = create;
        build(weights);
        weights.CreateMissing = null;
        return weights;
    }

    /// <summary>
    /// Matrices and kernels, and the biases after them: uniform within 1/sqrt(inputs) (PyTorch's Kaiming rule with a = sqrt(5));
    /// normalisation: scale 1, shift 0.
    /// </summary>
    public Tensor Create(string name, long[] shape)
    {
        var dot = name.LastIndexOf('.');
        var (layer, leaf) = (name[..Math.Max(dot, 0)], name[(dot + 1)..]);
        if (shape.Length >= 2)
        {
            var inputs = 1L;
            foreach (var size in shape.AsSpan(1))
                inputs *= size;
            bounds[layer] = 1 / Math.Sqrt(inputs);
            return Uniform(shape, bounds[layer]);
        }

        if (leaf == "bias")
            return bounds.TryGetValue(layer, out var bound) ? Uniform(shape, bound) : torch.zeros(shape);
        return torch.ones(shape);
    }

    public Tensor Normal(long[] shape, double deviation)
    {
        using var scope = torch.NewDisposeScope();
        return torch.randn(shape, generator: generator).mul_(deviation).MoveToOuterDisposeScope();
    }

    private Tensor Uniform(long[] shape, double bound)
    {
        using var scope = torch.NewDisposeScope();
        return torch.rand(shape, generator: generator).mul_(2 * bound).sub_(bound).MoveToOuterDisposeScope();
    }
}
