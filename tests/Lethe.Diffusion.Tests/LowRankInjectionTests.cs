using Lethe.Diffusion.Checkpoints;
using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;

namespace Lethe.Diffusion.Tests;

public sealed class LowRankInjectionTests : IDisposable
{
    private const double Scale = 0.5;

    private readonly DisposeScope scope = torch.NewDisposeScope();
    private readonly torch.Generator generator = new(17);

    public void Dispose()
    {
        scope.Dispose();
        generator.Dispose();
    }

    [Fact]
    public void ToLowRank_Untrained_ChangesNoPrediction()
    {
        using var model = StableDiffusion.Open(TinySd.Folder);
        var before = Predict(model.Denoiser);
        using var edit = model.Denoiser.Parameters(ParameterSelection.All).ToLowRank(3, generator);

        using var attachment = model.Denoiser.Attach(edit);

        Assert.Equal(before, Predict(model.Denoiser));
        Assert.Contains("conv_in.weight", edit.Factors.Keys);
        Assert.Contains(edit.Factors.Keys, name => name.EndsWith("attn2.to_out.0.weight", StringComparison.Ordinal));
        Assert.DoesNotContain(edit.Factors.Keys, name => name.EndsWith(".bias", StringComparison.Ordinal));
    }

    [Fact]
    public void ToLowRank_SameSeed_GivesTheSameFactors()
    {
        using var model = StableDiffusion.Open(TinySd.Folder);
        var parameters = model.Denoiser.Parameters(ParameterSelection.CrossAttention);
        using var first = parameters.ToLowRank(4, new torch.Generator(2));
        using var second = parameters.ToLowRank(4, new torch.Generator(2));

        Assert.All(first.Tensors, pair => Assert.True(pair.Value.allclose(second.Tensors[pair.Key], 0, 0)));
        var wide = first.Factors.First(pair => pair.Value.Down.shape[1] > 4).Value.Down;
        Assert.InRange(wide.std().item<float>(), 0.15, 0.35);
    }

    /// <summary>With <c>W - s B A</c> below the product <c>s B A</c> the network is the golden one, so <c>dB = s dW A'</c> and <c>dA = s B' dW</c>.</summary>
    [Fact]
    public void Backward_FactorsOfTheGoldenNetwork_GetTheGoldenGradients()
    {
        var expected = TinySd.Expected("grads");
        using var model = StableDiffusion.Open(TinySd.Folder);
        var original = model.Denoiser.Parameters(ParameterSelection.CrossAttentionKeysAndValues);
        using var edit = original.ToLowRank(3, generator, Scale);
        Fill(edit);
        using var below = ModelEdit.Weights(edit.Factors.ToDictionary(pair => pair.Key, pair => (original[pair.Key] - Product(pair.Value)).detach()));
        using var first = model.Denoiser.Attach(below);
        using var second = model.Denoiser.Attach(edit);

        var eps = model.Denoiser.PredictNoise(expected["noisy"], expected["timesteps"], expected["encoder_hidden_states"]);
        var loss = torch.nn.functional.mse_loss(eps, expected["noise"]);
        loss.backward();

        Assert.Equal(expected["loss"].item<float>(), loss.item<float>(), 1e-6f);
        foreach (var (name, factors) in edit.Factors)
        {
            var golden = expected["grad." + name];
            TinySd.AssertRelative(Scale * golden.matmul(factors.Down.detach().mT), factors.Up.grad!, 2e-4, name + ".up");
            TinySd.AssertRelative(Scale * factors.Up.detach().mT.matmul(golden), factors.Down.grad!, 2e-4, name + ".down");
        }
    }

    [Fact]
    public void Fold_TrainedFactors_IsWhatTheAttachedEditDoes()
    {
        using var model = StableDiffusion.Open(TinySd.Folder);
        var original = model.Denoiser.Parameters(ParameterSelection.ByName(name => name.EndsWith("to_q.weight", StringComparison.Ordinal) || name == "conv_in.weight"));
        using var edit = original.ToLowRank(2, generator, Scale);
        Fill(edit);
        using var folded = edit.Fold(original);

        var attached = Through(model.Denoiser, edit);

        Assert.Equal(edit.Factors.Keys, folded.Tensors.Keys);
        Assert.Equal(attached, Through(model.Denoiser, folded));
        Assert.NotEqual(attached, Predict(model.Denoiser));
        Assert.All(folded.Tensors.Values, tensor => Assert.False(tensor.requires_grad));
    }

    [Fact]
    public void Attach_OnTopOfWeights_DetachesToTheSameTensors()
    {
        using var model = StableDiffusion.Open(TinySd.Folder);
        var original = model.Denoiser.Parameters(ParameterSelection.CrossAttentionKeysAndValues);
        var before = Predict(model.Denoiser);
        var weights = ModelEdit.Weights(original.ToDictionary(pair => pair.Key, pair => pair.Value.detach() * 1.1));
        var lowRank = original.ToLowRank(2, generator);
        Fill(lowRank);
        Assert.True(weights.TryCombine(lowRank, out var both, out _));

        var attachment = model.Denoiser.Attach(both);
        Assert.NotEqual(before, Predict(model.Denoiser));
        attachment.Dispose();

        Assert.Equal(before, Predict(model.Denoiser));
        var after = model.Denoiser.Parameters(ParameterSelection.CrossAttentionKeysAndValues);
        Assert.All(original, pair => Assert.Same(pair.Value, after[pair.Key]));
        both.Dispose();
    }

    [Fact]
    public void Snapshot_SavedAndRead_ActsAsTheTrainedEdit()
    {
        using var model = StableDiffusion.Open(TinySd.Folder);
        using var trained = model.Denoiser.Parameters(ParameterSelection.CrossAttention).ToLowRank(2, generator, Scale);
        Fill(trained);
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using (var snapshot = trained.Snapshot())
        {
            Assert.All(snapshot.Tensors.Values, tensor => Assert.False(tensor.requires_grad));
            SafetensorsWriter.Write(path, snapshot.Tensors);
        }

        var read = TinySd.ReadAll(path);
        File.Delete(path);
        using var loaded = ModelEdit.LowRank(
            trained.Factors.Keys.ToDictionary(name => name, name => new LowRankFactors { Down = read[name + ".down"], Up = read[name + ".up"] }), Scale);

        Assert.Equal(Through(model.Denoiser, trained), Through(model.Denoiser, loaded));
    }

    [Fact]
    public void ToLowRank_OnlyBiases_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new Dictionary<string, Tensor> { ["bias"] = torch.zeros([3]) }.ToLowRank(2, generator));

    private void Fill(LowRankEdit edit)
    {
        using var still = torch.no_grad();
        foreach (var up in edit.Factors.Values.Select(factors => factors.Up))
            up.normal_(0, 0.1, generator);
    }

    private static Tensor Product(LowRankFactors factors) => Scale * factors.Up.matmul(factors.Down);

    private static float[] Through(IDenoiser denoiser, ModelEdit edit)
    {
        using var attachment = denoiser.Attach(edit);
        return Predict(denoiser);
    }

    private static float[] Predict(IDenoiser denoiser)
    {
        using var inner = torch.NewDisposeScope();
        using var fixedSeed = new torch.Generator(3);
        var latents = torch.randn([1, 4, 16, 16], generator: fixedSeed);
        var states = torch.randn([1, 77, 16], generator: fixedSeed);
        return denoiser.PredictNoise(latents, torch.tensor(new[] { 400L }), states).detach().contiguous().data<float>().ToArray();
    }
}
