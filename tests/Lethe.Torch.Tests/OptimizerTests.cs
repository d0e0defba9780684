using Lethe.Torch.Modules;
using Xunit;

namespace Lethe.Torch.Tests;

/// <summary>Against the papers' update rules, worked out in double precision here.</summary>
public sealed class OptimizerTests
{
    private static readonly double[] Gradients = [0.5, -1.5, 0.25, 2.0];

    [Theory]
    [InlineData(0.0, false)]
    [InlineData(0.1, false)]
    [InlineData(0.1, true)]
    public void Adam_FourSteps_FollowsThePaper(double decay, bool decoupled)
    {
        const double lr = 0.05, b1 = 0.9, b2 = 0.999, eps = 1e-8;
        using var scope = NewDisposeScope();
        using var weight = new Parameter(tensor(1.0));
        using var optimizer = decoupled
            ? optim.AdamW([weight], lr, b1, b2, eps, decay)
            : optim.Adam([weight], lr, b1, b2, eps, decay);
        double p = 1, m = 0, v = 0;

        for (var t = 1; t <= Gradients.Length; t++)
        {
            var g = Gradients[t - 1];
            weight.grad = tensor(g);
            optimizer.step();

            p *= decoupled ? 1 - lr * decay : 1;
            g += decoupled ? 0 : decay * p;
            m = b1 * m + (1 - b1) * g;
            v = b2 * v + (1 - b2) * g * g;
            p -= lr * (m / (1 - Math.Pow(b1, t))) / (Math.Sqrt(v / (1 - Math.Pow(b2, t))) + eps);
        }

        Assert.Equal(p, weight.item<double>(), 12);
    }

    [Fact]
    public void Adam_ParameterWithoutGradient_StaysAndKeepsItsOwnStepCount()
    {
        using var scope = NewDisposeScope();
        using var late = new Parameter(tensor(1.0));
        using var always = new Parameter(tensor(1.0));
        using var adam = optim.Adam([late, always], 0.1);

        always.grad = tensor(1.0);
        adam.step();
        Assert.Equal(1.0, late.item<double>());
        late.grad = tensor(1.0);
        adam.step();

        // The first Adam step has the size of the learning rate, whenever it comes.
        Assert.Equal(0.9, late.item<double>(), 6);
    }

    [Fact]
    public void Sgd_WithMomentum_FollowsPyTorch()
    {
        using var scope = NewDisposeScope();
        using var weight = new Parameter(tensor(1.0));
        using var sgd = optim.SGD([weight], 0.1, momentum: 0.9);

        foreach (var g in new[] { 1.0, 1.0 })
        {
            weight.grad = tensor(g);
            sgd.step();
        }

        Assert.Equal(1 - 0.1 - 0.1 * 1.9, weight.item<double>(), 12);
    }

    [Fact]
    public void ClipGradNorm_AboveTheLimit_ScalesAllGradients()
    {
        using var scope = NewDisposeScope();
        using var a = new Parameter(tensor(0f));
        using var b = new Parameter(tensor(0f));
        (a.grad, b.grad) = (tensor(3f), tensor(4f));

        var norm = nn.utils.clip_grad_norm_([a, b], 1);

        Assert.Equal(5, norm, 5);
        Assert.Equal(0.6f, a.grad!.item<float>(), 5);
    }
}
