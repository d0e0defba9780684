using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Losses;
using Lethe.Sdk.Training;
using Plugins.Tests;

namespace Lethe.Sdk.Tests.Training;

public sealed class StudentTeacherTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TinyModel _model = new();

    public void Dispose()
    {
        _model.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Dispose_AfterTraining_LeavesTheNetworkAndTheTeacherAsTheyWere()
    {
        var before = Noise(_model.Denoiser);
        using (var pair = new StudentTeacher(_model.Denoiser, ParameterSelection.CrossAttentionKeysAndValues))
        {
            using (torch.no_grad())
                pair.Parameters[0].add_(1);

            Assert.False(Noise(pair.Student).eq(before).all().item<bool>());
            Assert.True(Noise(pair.Teacher).eq(before).all().item<bool>());
        }

        Assert.True(Noise(_model.Denoiser).eq(before).all().item<bool>());
    }

    [Fact]
    public void ToEdit_OneTensorChanged_HoldsThatOneAndActsAsTheStudent()
    {
        using var pair = new StudentTeacher(_model.Denoiser, ParameterSelection.All);
        using (torch.no_grad())
            pair.Weights["up_blocks.0.attn2.to_v.weight"].mul_(2);
        var student = Noise(pair.Student);
        using var edit = pair.ToEdit();
        pair.Dispose();

        using var attached = _model.Denoiser.Attach(edit);

        Assert.Equal(["up_blocks.0.attn2.to_v.weight"], edit.Tensors.Keys);
        Assert.True(Noise(_model.Denoiser).eq(student).all().item<bool>());
    }

    [Fact]
    public void Constructor_NothingSelected_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new StudentTeacher(_model.Denoiser, ParameterSelection.ByName(_ => false)));

    [Fact]
    public void NoiseCombination_AwayFrom_IsReversedGuidance()
    {
        var (concept, empty) = (_model.Encode(["beer mug"]), _model.Encode([""]));
        var (latents, timesteps) = (torch.ones([2, 4, 2, 2]), torch.tensor(new long[] { 10 }));
        var (e, e0) = (_model.Denoiser.PredictNoise(latents, timesteps, concept), _model.Denoiser.PredictNoise(latents, timesteps, empty));

        var target = NoiseCombination.AwayFrom(empty, concept, empty, 1.5).Predict(_model.Denoiser, latents, timesteps);

        Assert.True(target.allclose(e0 - 1.5 * (e - e0), 0, 1e-5));
        Assert.False(target.requires_grad);
    }

    private Tensor Noise(IDenoiser denoiser)
    {
        using var still = torch.no_grad();
        return denoiser.PredictNoise(torch.zeros([1, 4, 2, 2]), torch.tensor(new long[] { 3 }), _model.Encode(["a beer mug"]));
    }
}
