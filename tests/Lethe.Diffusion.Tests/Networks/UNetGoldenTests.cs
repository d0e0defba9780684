namespace Lethe.Diffusion.Tests.Networks;

/// <summary>The U-Net against diffusers 0.24; tolerances are ten times the reference's own float32 error.</summary>
public sealed class UNetGoldenTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(481)]
    [InlineData(981)]
    public void Forward_OneTimestep_MatchesReference(int timestep)
    {
        var expected = TinySd.Expected("unet");
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        using var unet = TinySd.UNet();

        var eps = unet.Forward(expected["sample"], torch.tensor(new[] { (long)timestep }), expected["encoder_hidden_states"]);

        TinySd.AssertClose(expected[$"eps.t{timestep}"], eps, 5e-5);
    }

    [Fact]
    public void Forward_TimestepPerSample_MatchesReference()
    {
        var expected = TinySd.Expected("unet");
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        using var unet = TinySd.UNet();

        var eps = unet.Forward(expected["sample"], expected["per_sample_timesteps"], expected["encoder_hidden_states"]);

        TinySd.AssertClose(expected["eps.per_sample_timesteps"], eps, 5e-5);
    }

    [Fact]
    public void Forward_OddSizes_MatchesReference()
    {
        var expected = TinySd.Expected("unet");
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        using var unet = TinySd.UNet();

        var eps = unet.Forward(expected["odd.sample"], expected["odd.timestep"], expected["odd.encoder_hidden_states"]);

        TinySd.AssertClose(expected["odd.eps"], eps, 5e-5);
    }

    [Fact]
    public void Forward_Observed_EveryBlockMatchesReference()
    {
        var expected = TinySd.Expected("unet");
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        using var unet = TinySd.UNet();
        var seen = 0;

        unet.Forward(expected["sample"], torch.tensor(new[] { 481L }), expected["encoder_hidden_states"], (name, output) =>
        {
            TinySd.AssertClose(expected["act." + name], output.narrow(0, 0, 1), 5e-5, name);
            seen++;
        });

        Assert.Equal(expected.Keys.Count(name => name.StartsWith("act.", StringComparison.Ordinal)), seen);
    }

    [Fact]
    public void Forward_PrecomputedKeysValues_GivesTheSameBits()
    {
        var expected = TinySd.Expected("unet");
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        using var unet = TinySd.UNet();
        using var text = unet.PrecomputeKeysValues(expected["encoder_hidden_states"]);
        var timestep = torch.tensor(new[] { 481L });

        var once = unet.Forward(expected["sample"], timestep, text);
        var again = unet.Forward(expected["sample"], timestep, expected["encoder_hidden_states"]);

        Assert.Equal(again.data<float>().ToArray(), once.data<float>().ToArray());
    }

    [Fact]
    public void Backward_NoiseLoss_MatchesReference()
    {
        var expected = TinySd.Expected("grads");
        using var scope = torch.NewDisposeScope();
        using var unet = TinySd.UNet();
        using var encoder = TinySd.TextEncoder();
        foreach (var projection in unet.CrossAttentionProjections)
            projection.Weight.Value.requires_grad = true;
        var embeddings = encoder.Embed(expected["text_input_ids"]).detach().requires_grad_();
        var states = encoder.ForwardEmbeddings(embeddings);
        TinySd.AssertClose(expected["encoder_hidden_states"], states, 2e-5, "states");
        var leaf = states.detach().requires_grad_();

        var eps = unet.Forward(expected["noisy"], expected["timesteps"], leaf);
        var loss = torch.nn.functional.mse_loss(eps, expected["noise"]);
        loss.backward();
        (states * leaf.grad!).sum().backward();

        Assert.Equal(expected["loss"].item<float>(), loss.item<float>(), 1e-6f);
        TinySd.AssertRelative(expected["grad.encoder_hidden_states"], leaf.grad!, 1e-4, "text states");
        TinySd.AssertRelative(expected["grad.text_input_embeddings"], embeddings.grad!, 1e-4, "embeddings");
        foreach (var projection in unet.CrossAttentionProjections)
            TinySd.AssertRelative(expected[$"grad.{projection.Name}.weight"], projection.Weight.Value.grad!, 1e-4, projection.Name);
    }
}
