namespace Lethe.Diffusion.Networks;

/// <summary>CLIP's text encoder, under the parameter names of transformers. Does not own its weights.</summary>
public sealed class ClipTextModel : IDisposable
{
    private readonly Weight tokenEmbedding;
    private readonly Weight positionEmbedding;
    private readonly ClipEncoderLayer[] layers;
    private readonly LayerNorm finalNorm;
    private readonly Tensor causalMask;

    public ClipTextModel(ClipTextConfig config, StateDict weights)
    {
        config.Validate();
        Config = config;
        Weights = weights;
        var root = new WeightScope(weights)["text_model"];
        tokenEmbedding = root.Require("embeddings.token_embedding.weight", config.VocabularySize, config.Width);
        positionEmbedding = root.Require("embeddings.position_embedding.weight", config.Positions, config.Width);
        layers = [.. Enumerable.Range(0, config.Layers).Select(i => new ClipEncoderLayer(
            root["encoder.layers"][i], config.Width, config.FeedForwardWidth, config.Heads, config.Activation == "quick_gelu", config.NormEpsilon))];
        finalNorm = new LayerNorm(root["final_layer_norm"], config.Width, config.NormEpsilon);
        using var scope = torch.NewDisposeScope();
        causalMask = torch.full([config.Positions, config.Positions], double.NegativeInfinity, dtype: torch.float32).triu(1).DetachFromDisposeScope();
    }

    public ClipTextConfig Config { get; }

    public StateDict Weights { get; }

    /// <summary>The token embeddings, <c>[VocabularySize, D]</c>.</summary>
    public Weight TokenEmbedding => tokenEmbedding;

    /// <summary>Token ids <c>[B, N]</c> (int64) to the last hidden state after the final norm, <c>[B, N, D]</c>.</summary>
    public Tensor Forward(Tensor ids)
    {
        using var scope = torch.NewDisposeScope();
        return ForwardEmbeddings(Embed(ids)).MoveToOuterDisposeScope();
    }

    /// <summary>Token plus position embeddings <c>[B, N, D]</c>, the input of <see cref="ForwardEmbeddings"/>.</summary>
    public Tensor Embed(Tensor ids)
    {
        if (ids.dim() != 2 || ids.size(1) > Config.Positions)
            throw new ArgumentException(
                $"token ids have shape `{Shapes.Text(ids.shape)}`, expected `[B, N]` with N at most `{Config.Positions}`", nameof(ids));
        using var scope = torch.NewDisposeScope();
        var tokens = tokenEmbedding.Content[ids].to(tokenEmbedding.ComputeType);
        return (tokens + positionEmbedding.Value.narrow(0, 0, ids.size(1))).MoveToOuterDisposeScope();
    }

    /// <summary>As <see cref="Forward"/>, from token plus position embeddings, so that gradients can reach them.</summary>
    public Tensor ForwardEmbeddings(Tensor inputEmbeddings)
    {
        using var scope = torch.NewDisposeScope();
        var mask = MaskFor(inputEmbeddings);
        var hidden = inputEmbeddings;
        foreach (var layer in layers)
            hidden = layer.Forward(hidden, mask);
        return finalNorm.Forward(hidden).MoveToOuterDisposeScope();
    }

    /// <summary>The last hidden state together with the pooled row and every layer's state.</summary>
    public ClipTextOutput ForwardAll(Tensor ids)
    {
        using var scope = torch.NewDisposeScope();
        var states = new List<Tensor> { Embed(ids) };
        var mask = MaskFor(states[0]);
        foreach (var layer in layers)
            states.Add(layer.Forward(states[^1], mask));
        var last = finalNorm.Forward(states[^1]);
        var pooled = Pool(last, ids);
        foreach (var state in states)
            state.MoveToOuterDisposeScope();
        return new ClipTextOutput(last.MoveToOuterDisposeScope(), pooled.MoveToOuterDisposeScope(), states);
    }

    /// <summary>The rows of the first end tokens: <c>[B, N, D]</c> to <c>[B, D]</c>.</summary>
    public Tensor Pool(Tensor lastHiddenState, Tensor ids)
    {
        var (batch, length) = (ids.size(0), ids.size(1));
        using var scope = torch.NewDisposeScope();
        var values = ids.cpu().contiguous().data<long>().ToArray();
        var rows = new List<Tensor>();
        for (var sample = 0; sample < batch; sample++)
        {
            var row = values.AsSpan((int)(sample * length), (int)length);
            var end = Config.EndToken == 2 ? -1 : row.IndexOf(Config.EndToken);
            if (end < 0)
                end = IndexOfLargest(row);
            rows.Add(lastHiddenState.narrow(0, sample, 1).narrow(1, end, 1).reshape(1, -1));
        }

        return torch.cat(rows, 0).MoveToOuterDisposeScope();
    }

    public void Dispose() => causalMask.Dispose();

    private Tensor MaskFor(Tensor embeddings)
    {
        var length = embeddings.size(1);
        var mask = length == Config.Positions ? causalMask : causalMask.narrow(0, 0, length).narrow(1, 0, length);
        return mask.to(embeddings);
    }

    private static int IndexOfLargest(ReadOnlySpan<long> row)
    {
        var best = 0;
        for (var i = 1; i < row.Length; i++)
            best = row[i] > row[best] ? i : best;
        return best;
    }
}
