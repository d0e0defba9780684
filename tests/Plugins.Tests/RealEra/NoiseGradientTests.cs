using Lethe.Diffusion;
using Lethe.Plugins.RealEra;
using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;
using Lethe.Sdk.Losses;

namespace Plugins.Tests.RealEra;

/// <summary>The losses of both kinds of steps on the tiny golden model: their gradients are those of the numbers.</summary>
public sealed class NoiseGradientTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly torch.Generator _generator = new(31);

    public void Dispose()
    {
        _scope.Dispose();
        _generator.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Backward_StepOnTheTinyModel_IsTheSlopeOfTheLoss(int step)
    {
        var folder = GoldenFile.Find("tiny-sd/model_index.json");
        Assert.SkipWhen(folder is null, "golden data is not there; set LETHE_GOLDEN");
        using var model = StableDiffusion.Open(Path.GetDirectoryName(folder)!);
        using var teacher = model.Denoiser.Freeze();
        using var pair = new PromptPair(model.TextEncoder, Sentence.Of("a photo of the {}", "red car"), Sentence.Of("a photo of the {}", "sky"));
        var terms = RealEraMethod.Terms(step, pair, RealEraSettings.Of(new RealEraOptions { Preset = RealEraPreset.Sd14 }, 768), _generator);
        using var factors = model.Denoiser.Parameters(ParameterSelection.CrossAttentionKeysAndValues).ToLowRank(2, _generator);
        using (torch.no_grad())
        {
            foreach (var up in factors.Factors.Values.Select(pair => pair.Up))
                up.normal_(0, 0.2, _generator);
        }

        using var attached = model.Denoiser.Attach(factors);
        var latents = torch.randn([1, .. model.LatentShape], generator: _generator);
        var parameters = factors.AsParameters();
        Loss().backward();
        var gradients = parameters.Select(parameter => parameter.grad!.clone()).ToList();
        var norm = Math.Sqrt(gradients.Sum(gradient => gradient.square().sum().item<float>()));

        var slope = (At(0.005) - At(-0.005)) / 0.01;

        Assert.Equal(norm, slope, 0.02 * norm);
        Assert.All(teacher.Parameters(ParameterSelection.All).Values, tensor => Assert.Null(tensor.grad));

        Tensor Loss() => terms.Select(term => NoiseAlignment.Between(
            model.Denoiser, term.States, teacher, NoiseCombination.Of(term.Wanted), latents, torch.tensor(new[] { 500L })) * term.Weight).Aggregate((a, b) => a + b);

        // Along the gradient itself, where the slope is its length.
        double At(double distance)
        {
            using var still = torch.no_grad();
            Move(distance);
            var value = Loss().to(ScalarType.Float64).ToDouble();
            Move(-distance);
            return value;
        }

        void Move(double distance)
        {
            foreach (var (parameter, gradient) in parameters.Zip(gradients))
                parameter.add_(gradient, distance / norm);
        }
    }
}
