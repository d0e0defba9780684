using Lethe.Diffusion.Checkpoints;
using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;

namespace Lethe.Diffusion.Tests;

/// <summary>A model that computes in half precision: bfloat16, which the processor has too. Everything around the networks stays float32.</summary>
public sealed class HalfPrecisionTests
{
    [Fact]
    public void Sample_Half_IsNearlyThePictureOfSinglePrecision()
    {
        using var scope = torch.NewDisposeScope();
        using var single = StableDiffusion.Open(TinySd.Folder);
        using var half = Half();
        var request = new SamplingRequest { Prompts = ["a cat", "a dog"], Seeds = [1, 2], Steps = 4 };

        var (expected, actual) = (single.Sample(request), half.Sample(request));

        Assert.All(half.Checkpoint.UNet.Weights.Weights, weight => Assert.Equal(ScalarType.BFloat16, weight.Value.dtype));
        Assert.Equal(ScalarType.Float32, actual.dtype);
        Assert.NotEqual(expected.data<float>().ToArray(), actual.data<float>().ToArray());
        TinySd.AssertRelative(expected, actual, 0.05, "latents");
        TinySd.AssertRelative(single.Autoencoder.Decode(expected), half.Autoencoder.Decode(expected), 0.05, "pictures");
        TinySd.AssertRelative(single.TextEncoder.Encode(["a cat"]), half.TextEncoder.Encode(["a cat"]), 0.05, "text states");
        Assert.Equal(ScalarType.Float32, half.TextEncoder.Encode(["a cat"]).dtype);
    }

    [Fact]
    public void Encode_Half_IsNearlyWhatSinglePrecisionGives()
    {
        using var scope = torch.NewDisposeScope();
        using var single = StableDiffusion.Open(TinySd.Folder);
        using var half = Half();
        using var generator = new torch.Generator(3);
        var picture = torch.rand([1, 3, 64, 64], generator: generator) * 2 - 1;

        TinySd.AssertRelative(single.Autoencoder.Encode(picture), half.Autoencoder.Encode(picture), 0.05, "latents");
    }

    [Fact]
    public void Attach_EditsInSinglePrecision_ActAsOnAModelInSinglePrecision()
    {
        using var scope = torch.NewDisposeScope();
        using var single = StableDiffusion.Open(TinySd.Folder);
        using var half = Half();
        var layer = single.Denoiser.CrossAttention[0];
        using var generator = new torch.Generator(4);
        using var weights = ModelEdit.Weights(new Dictionary<string, Tensor> { [layer.KeyName] = layer.KeyWeight * -1 });
        using var lowRank = ModelEdit.LowRank(new Dictionary<string, LowRankFactors>
        {
            [layer.ValueName] = new()
            {
                Up = torch.randn([layer.ValueWeight.shape[0], 2], generator: generator),
                Down = torch.randn([2, layer.ValueWeight.shape[1]], generator: generator),
            },
        });
        using var adapter = ModelEdit.Adapter(new Doubled(), new Dictionary<string, Tensor>());
        var before = Predict(half);

        List<ModelEdit> edits = [weights, lowRank, adapter];
        var attached = edits.SelectMany(edit => (IDisposable[])[half.Denoiser.Attach(edit), single.Denoiser.Attach(edit)]).ToList();

        Assert.Equal(ScalarType.BFloat16, half.Denoiser.CrossAttention[0].KeyWeight.dtype);
        TinySd.AssertRelative(Predict(single), Predict(half), 0.05, "the prediction");
        attached.ForEach(item => item.Dispose());
        Assert.Equal(before.data<float>().ToArray(), Predict(half).data<float>().ToArray());
    }

    private static StableDiffusion Half() => StableDiffusion.Open(TinySd.Folder, new OpenOptions { ComputeType = ScalarType.BFloat16 });

    private static Tensor Predict(StableDiffusion model)
    {
        using var still = torch.no_grad();
        using var generator = new torch.Generator(5);
        return model.Denoiser.PredictNoise(torch.randn([1, 4, 16, 16], generator: generator), torch.tensor(new long[] { 500 }), model.TextEncoder.Encode(["a cat"]));
    }

    private sealed class Doubled : IProjectionAdapter
    {
        public Tensor Apply(CrossAttentionLayer layer, Projection projection, Tensor textStates, Tensor projected)
        {
            Assert.Equal((ScalarType.Float32, ScalarType.Float32), (textStates.dtype, projected.dtype));
            return projected * 2;
        }
    }
}
