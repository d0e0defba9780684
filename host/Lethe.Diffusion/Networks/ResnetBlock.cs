namespace Lethe.Diffusion.Networks;

/// <summary>Two normalised convolutions around a residual connection, shifted by the time embedding where there is one.</summary>
internal sealed class ResnetBlock
{
    private readonly GroupNorm norm1;
    private readonly GroupNorm norm2;
    private readonly Convolution conv1;
    private readonly Convolution conv2;
    private readonly Convolution? shortcut;
    private readonly Linear? timeProjection;

    /// <summary>A <paramref name="timeWidth"/> of 0 makes a block without a time embedding.</summary>
    public ResnetBlock(WeightScope at, long inputs, long outputs, long timeWidth, long groups, double epsilon)
    {
        norm1 = new GroupNorm(at["norm1"], groups, inputs, epsilon);
        conv1 = new Convolution(at["conv1"], inputs, outputs);
        timeProjection = timeWidth > 0 ? new Linear(at["time_emb_proj"], timeWidth, outputs) : null;
        norm2 = new GroupNorm(at["norm2"], groups, outputs, epsilon);
        conv2 = new Convolution(at["conv2"], outputs, outputs);
        shortcut = inputs == outputs ? null : new Convolution(at["conv_shortcut"], inputs, outputs, kernel: 1, padding: 0);
    }

    /// <param name="x">Activations <c>[B, C, H, W]</c>.</param>
    /// <param name="activatedTime">silu of the time embedding, <c>[B or 1, timeWidth]</c>: the same for all blocks, so computed once.</param>
    /// <param name="consumes">Nobody needs <paramref name="x"/> afterwards, so it is disposed as early as possible.</param>
    public Tensor Forward(Tensor x, Tensor? activatedTime = null, bool consumes = false)
    {
        using var scope = torch.NewDisposeScope();
        // Feature maps are what fills the memory: each is freed as soon as the next one is there.
        var residual = shortcut?.Forward(x) ?? x;
        Tensor hidden;
        using (var activated = norm1.ForwardSilu(x, consumes && shortcut is not null))
        {
            if (consumes && shortcut is not null)
                x.Dispose();
            hidden = conv1.Forward(activated);
        }

        if (timeProjection is not null && activatedTime is not null)
        {
            using var before = hidden;
            hidden = before + timeProjection.Forward(activatedTime).unsqueeze(-1).unsqueeze(-1);
        }

        using (var before = hidden)
        using (var activated = norm2.ForwardSilu(before, consumes: true))
        {
            before.Dispose();
            hidden = conv2.Forward(activated);
        }

        var sum = (torch.is_grad_enabled() ? residual + hidden : hidden.add_(residual)).MoveToOuterDisposeScope();
        if (consumes)
            x.Dispose();
        return sum;
    }
}
