using Lethe.Diffusion.Networks;

namespace Lethe.Diffusion.Tests.Networks;

/// <summary>Networks whose weights stay in half precision, against the same network with the weights widened beforehand: to the bit.</summary>
public sealed class NarrowWeightTests
{
    [Fact]
    public void UNet_NarrowWeights_SameNoiseAndSameGradients()
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator(8);
        var config = new UNet2DConfig { SampleSize = 8, CrossAttentionWidth = 24, BlockOutChannels = [32, 64, 64, 64] };
        using var weights = UNetInit.Create(config, generator);
        using var narrowWeights = Narrowed(weights);
        using var wideWeights = Widened(narrowWeights);
        using var wide = new UNet2DConditionModel(config, wideWeights);
        using var narrow = new UNet2DConditionModel(config, narrowWeights);
        var (latents, states) = (torch.randn([2, 4, 16, 16], generator: generator), torch.randn([2, 5, 24], generator: generator));

        var (expected, actual) = (Pass(wide), Pass(narrow));

        Assert.Equal(expected.Noise, actual.Noise);
        Assert.Equal(expected.Gradients, actual.Gradients);
        var widened = narrowWeights.Weights.Where(weight => !weight.IsNarrow && weight.Shape.Length > 1).Select(weight => weight.Name);
        Assert.Equal(narrow.CrossAttentionProjections.Select(projection => projection.Weight.Name).Order(StringComparer.Ordinal), widened);

        (float[] Noise, List<float[]> Gradients) Pass(UNet2DConditionModel network)
        {
            foreach (var projection in network.CrossAttentionProjections)
                projection.Weight.Value.requires_grad = true;
            var noise = network.Forward(latents, torch.tensor([500L]), states);
            noise.square().mean().backward();
            return (noise.detach().contiguous().data<float>().ToArray(),
                [.. network.CrossAttentionProjections.Select(projection => projection.Weight.Value.grad!.contiguous().data<float>().ToArray())]);
        }
    }

    [Fact]
    public void UNet_NarrowWeightsWithoutGradients_SameNoise()
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        using var generator = new torch.Generator(8);
        // Large enough that upsampling goes its own way.
        var config = new UNet2DConfig { SampleSize = 32, CrossAttentionWidth = 24, BlockOutChannels = [32, 64, 64, 64] };
        using var weights = UNetInit.Create(config, generator);
        using var narrowWeights = Narrowed(weights);
        using var wideWeights = Widened(narrowWeights);
        using var wide = new UNet2DConditionModel(config, wideWeights);
        using var narrow = new UNet2DConditionModel(config, narrowWeights);
        var (latents, states) = (torch.randn([2, 4, 48, 48], generator: generator), torch.randn([2, 5, 24], generator: generator));

        TinySd.AssertClose(wide.Forward(latents, torch.tensor([500L]), states), narrow.Forward(latents, torch.tensor([500L]), states), 0);
        Assert.All(narrowWeights.Weights, weight => Assert.Equal(weight.Shape.Length > 1, weight.IsNarrow));
    }

    [Fact]
    public void TextEncoder_NarrowWeights_SameStates()
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator(8);
        var config = new ClipTextConfig { VocabularySize = 100, Width = 32, FeedForwardWidth = 64, Layers = 2, Heads = 2 };
        using var weights = ClipInit.CreateText(config, generator);
        using var narrowWeights = Narrowed(weights);
        using var wideWeights = Widened(narrowWeights);
        using var wide = new ClipTextModel(config, wideWeights);
        using var narrow = new ClipTextModel(config, narrowWeights);
        var ids = torch.tensor([1L, 2, 3, 99], [1, 4]);

        TinySd.AssertClose(wide.Forward(ids), narrow.Forward(ids), 0);
        Assert.True(narrow.TokenEmbedding.IsNarrow);
    }

    [Fact]
    public void Value_OfANarrowWeight_WidensItForGood()
    {
        using var scope = torch.NewDisposeScope();
        var weight = new Weight("w", torch.tensor(new[] { 0.5f, -3 }).to(ScalarType.BFloat16), ScalarType.BFloat16, isNarrow: true);

        var value = weight.Value;

        Assert.Equal([0.5f, -3], value.data<float>().ToArray());
        Assert.Same(value, weight.Value);
        Assert.Same(value, weight.Content);
        Assert.Equal(ScalarType.BFloat16, weight.StoredType);
    }

    [Theory]
    [InlineData(ScalarType.Float32, true)]
    [InlineData(ScalarType.BFloat16, false)]
    public void Move_NarrowWeights_StayNarrowOnlyWhereTheNetworkComputesInFloat32(ScalarType compute, bool stays)
    {
        using var weights = new StateDict();
        weights.AddNarrow("w", torch.ones([2, 2], ScalarType.BFloat16));

        weights.Move(torch.CPU, compute);

        Assert.Equal(stays, weights.Find("w").IsNarrow);
        Assert.Equal(compute, weights.Find("w").ComputeType);
        Assert.Equal(compute, weights["w"].dtype);
    }

    private static StateDict Narrowed(StateDict weights)
    {
        var narrowed = new StateDict();
        // Those of norms are small; nobody keeps them narrow.
        foreach (var weight in weights.Weights.Where(weight => weight.Shape.Length > 1))
            narrowed.AddNarrow(weight.Name, weight.Value.to(ScalarType.Float16));
        foreach (var weight in weights.Weights.Where(weight => weight.Shape.Length == 1))
            narrowed.Add(weight.Name, weight.Value.clone());
        return narrowed;
    }

    private static StateDict Widened(StateDict weights)
    {
        var widened = new StateDict();
        foreach (var weight in weights.Weights)
            widened.Add(weight.Name, weight.Content.to(ScalarType.Float32));
        return widened;
    }
}
