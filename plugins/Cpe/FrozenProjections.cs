using Lethe.Sdk.Diffusion;

namespace Lethe.Plugins.Cpe;

/// <summary>What the losses need of the frozen model: the projections' weights, their coefficients and one Gram matrix. Made once a model.</summary>
internal sealed class FrozenProjections : IDisposable
{
    /// <param name="layout">Which projections.</param>
    /// <param name="weights"><c>[sum d, D]</c>: all projections below each other; taken over.</param>
    /// <param name="coefficients">lambda of each projection.</param>
    /// <param name="tokens">Tokens T of a prompt.</param>
    public FrozenProjections(AdapterLayout layout, Tensor weights, IReadOnlyList<double> coefficients, int tokens)
    {
        (Layout, Weights, Coefficients) = (layout, weights.DetachFromDisposeScope(), coefficients);
        Shares = [.. layout.Projections.Select((projection, p) => coefficients[p] / (layout.Projections.Count * (double)tokens * projection.Width))];
        using var scope = torch.NewDisposeScope();
        var rows = torch.cat([.. layout.Projections.Select((projection, p) => torch.full([projection.Width, 1], Shares[p], weights.dtype))]);
        Gram = weights.mT.matmul(weights * rows).DetachFromDisposeScope();
    }

    /// <summary>Which projections, in which order.</summary>
    public AdapterLayout Layout { get; }

    /// <summary><c>[sum d, D]</c>.</summary>
    public Tensor Weights { get; }

    /// <summary>lambda of each projection: how strongly a change of its output can change the layer's.</summary>
    public IReadOnlyList<double> Coefficients { get; }

    /// <summary><c>w_p = lambda_p / (n T d_p)</c>: what turns a sum of squares into the paper's mean over tokens, channels and n projections.</summary>
    public IReadOnlyList<double> Shares { get; }

    /// <summary><c>G = sum_p w_p W_p' W_p [D, D]</c>.</summary>
    public Tensor Gram { get; }

    /// <summary>Reads them off a model.</summary>
    /// <param name="denoiser">The model's denoiser, attached weight edits included.</param>
    /// <param name="tokens">Tokens T of a prompt.</param>
    public static FrozenProjections Of(IDenoiser denoiser, int tokens)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var layers = denoiser.CrossAttention;
        var others = denoiser.Parameters(ParameterSelection.CrossAttention);
        var coefficients = layers.SelectMany(layer => Lipschitz(layer, others[layer.Name + ".to_q.weight"], others[layer.Name + ".to_out.0.weight"], tokens));
        var weights = torch.cat([.. layers.SelectMany(layer => new[] { layer.KeyWeight, layer.ValueWeight })]).cpu();
        return new FrozenProjections(new AdapterLayout(layers), weights, [.. coefficients], tokens);
    }

    /// <summary>
    /// Bounds on how a change of keys and of values changes a layer's output: a value passes through <c>W_O</c>; a key through the softmax,
    /// the query and <c>W_O W_V</c>. Deviation, as in the authors' program: the paper's norms of queries and texts are left out, the softmax's
    /// constant is 1/T.
    /// </summary>
    private static double[] Lipschitz(CrossAttentionLayer layer, Tensor query, Tensor output, int tokens) =>
    [
        SpectralNorm.Of(output.matmul(layer.ValueWeight)) * SpectralNorm.Of(query) / tokens,
        SpectralNorm.Of(output),
    ];

    /// <inheritdoc/>
    public void Dispose()
    {
        Weights.Dispose();
        Gram.Dispose();
    }
}
