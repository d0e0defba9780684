using Lethe.Diffusion.Checkpoints;

namespace Lethe.Diffusion.Tests.Networks;

/// <summary>Runs alone, because the count of living tensors is the whole process's.</summary>
[CollectionDefinition("Alone", DisableParallelization = true)]
public sealed class RunsAlone;

/// <summary>Networks keep no tensor of a pass once its result is disposed.</summary>
[Collection("Alone")]
public sealed class TensorLeakTests
{
    [Fact]
    public void Pass_ThroughEveryNetwork_LeavesNoTensor()
    {
        using var folder = new TemporaryFolder();
        var beforeOpening = torch.Tensor.TotalCount;
        using (var model = DiffusersFolder.Open(TinyModel.Write(folder.Path)))
        {
            model.UNet.Weights.RequireGradients(true);
            Pass(model);
            foreach (var weight in model.UNet.Weights.Weights)
                weight.Value.grad = null;
            var before = torch.Tensor.TotalCount;

            Pass(model);

            Assert.Equal(before, torch.Tensor.TotalCount);
        }

        Assert.Equal(beforeOpening, torch.Tensor.TotalCount);
    }

    private static void Pass(DiffusionCheckpoint model)
    {
        using var ids = torch.zeros([1, 77], dtype: torch.int64);
        using var states = model.TextEncoder.Forward(ids);
        using var text = model.UNet.PrecomputeKeysValues(states);
        using var latents = torch.zeros([1, 4, 8, 8]);
        using var timestep = torch.tensor(new[] { 7L });
        using var predicted = model.UNet.Forward(latents, timestep, text);
        using var loss = predicted.mean();
        loss.backward();
        using var image = model.Autoencoder.Decode(latents);
        var (mean, logVariance) = model.Autoencoder.Encode(image);
        mean.Dispose();
        logVariance.Dispose();
    }
}
