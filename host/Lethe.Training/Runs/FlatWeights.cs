using Lethe.Diffusion.Networks;

namespace Lethe.Training.Runs;

/// <summary>
/// All weights of a network in one flat vector, so that the optimiser, the average and the checkpoint each handle one tensor.
/// Matrices and kernels come first, because only they decay. The lanes see the same memory, each with gradients of its own.
/// </summary>
internal sealed class FlatWeights : IDisposable
{
    private readonly List<(string Name, long[] Shape, long Start, long Count)> layout = [];

    public FlatWeights(StateDict initial)
    {
        var ordered = initial.Parameters().OrderBy(p => p.Value.dim() > 1 ? 0 : 1).ThenBy(p => p.Key, StringComparer.Ordinal).ToList();
        foreach (var (name, tensor) in ordered)
        {
            layout.Add((name, tensor.shape, Count, tensor.numel()));
            Count += tensor.numel();
            if (tensor.dim() > 1)
                DecayCount = Count;
        }

        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        Values = torch.cat([.. ordered.Select(p => p.Value.detach().to(torch.float32).reshape(-1))]).DetachFromDisposeScope();
    }

    /// <summary>All weights, float32 <c>[Count]</c>.</summary>
    public Tensor Values { get; }

    public long Count { get; }

    /// <summary>The first so many numbers belong to matrices and kernels.</summary>
    public long DecayCount { get; }

    /// <summary>Named views that share the memory of <see cref="Values"/> and collect gradients; the caller disposes them.</summary>
    public StateDict Lane() => View(Values, gradients: true, copy: false);

    /// <summary>An independent named copy of a vector in this layout; the caller disposes it.</summary>
    public StateDict Copy(Tensor flat) => View(flat, gradients: false, copy: true);

    /// <summary>The gradients of a lane as one vector in this layout, and forgets them.</summary>
    public Tensor TakeGradients(StateDict lane)
    {
        using var scope = torch.NewDisposeScope();
        var parts = new List<Tensor>(layout.Count);
        foreach (var (name, _, _, count) in layout)
        {
            var weight = lane[name];
            parts.Add(weight.grad is { } gradient ? gradient.reshape(-1) : torch.zeros([count]));
            weight.grad = null;
        }

        return torch.cat(parts).MoveToOuterDisposeScope();
    }

    public void Dispose() => Values.Dispose();

    private StateDict View(Tensor flat, bool gradients, bool copy)
    {
        var named = new StateDict { Source = "the training run" };
        using var noGrad = torch.no_grad();
        foreach (var (name, shape, start, count) in layout)
        {
            using var scope = torch.NewDisposeScope();
            var view = flat.narrow(0, start, count).reshape(shape).detach();
            named.Add(name, copy ? view.clone() : view);
        }

        if (gradients)
            named.RequireGradients(true);
        return named;
    }
}
