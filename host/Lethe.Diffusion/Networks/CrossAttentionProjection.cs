namespace Lethe.Diffusion.Networks;

/// <summary>
/// A key or value projection of the text (<c>attn2.to_k</c>, <c>attn2.to_v</c>): the place where concepts enter the image,
/// and where adapters attach. Detaching leaves no trace: the weight itself is never touched.
/// </summary>
public sealed class CrossAttentionProjection
{
    private readonly List<Func<Tensor, Tensor, Tensor>> adapters = [];

    internal CrossAttentionProjection(WeightScope at, long textWidth, long channels)
    {
        Name = at.Prefix;
        Weight = at.Require("weight", channels, textWidth);
    }

    /// <summary>The full name of the layer, without <c>.weight</c>.</summary>
    public string Name { get; }

    /// <summary>The projection <c>[channels, text width]</c>.</summary>
    public Weight Weight { get; }

    /// <summary>True for a key projection, false for a value projection.</summary>
    public bool IsKey => Name.EndsWith("to_k", StringComparison.Ordinal);

    /// <summary>How many adapters are attached.</summary>
    public int AdapterCount => adapters.Count;

    /// <summary>
    /// Attaches <c>(textStates [B, M, D], projected [B, M, C]) =&gt; projected'</c>; adapters apply in the order they were attached.
    /// Disposing the result detaches it again.
    /// </summary>
    public IDisposable Attach(Func<Tensor, Tensor, Tensor> adapter)
    {
        // A fresh delegate, so that the same adapter attached twice can be detached one by one.
        var own = new Func<Tensor, Tensor, Tensor>((text, projected) => adapter(text, projected));
        adapters.Add(own);
        return new Attachment(() => adapters.RemoveAll(other => ReferenceEquals(other, own)));
    }

    /// <summary>Text states <c>[B, M, D]</c> to keys or values <c>[B, M, C]</c>, all adapters applied.</summary>
    public Tensor Project(Tensor textStates)
    {
        using var scope = torch.NewDisposeScope();
        var projected = Frozen.Linear(Weight.Match(textStates), Weight.Content, null);
        // Adapters compute in the number format of the text states, whatever the network's is.
        foreach (var adapter in adapters)
            projected = adapter(textStates, projected.to(textStates.dtype));
        return Weight.Match(projected).MoveToOuterDisposeScope();
    }

    private sealed class Attachment(Action detach) : IDisposable
    {
        private Action? detach = detach;

        public void Dispose() => Interlocked.Exchange(ref detach, null)?.Invoke();
    }
}
