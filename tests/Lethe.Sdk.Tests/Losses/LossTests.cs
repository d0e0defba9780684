using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;
using Lethe.Sdk.Losses;
using Plugins.Tests;

namespace Lethe.Sdk.Tests.Losses;

public sealed class LossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TinyModel _model = new();

    public void Dispose()
    {
        _model.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Value_StudentIsTheTeacherAndTargetTheSurrogate_IsZero()
    {
        var step = Step("beer mug", "beer mug");

        Assert.Equal(0, new ProjectionAlignment().Value(step).item<float>());
        Assert.Equal(0, new NoiseAlignment().Value(step).item<float>());
        Assert.Equal(0, new Anchoring().Value(step).item<float>());
    }

    [Fact]
    public void ProjectionAlignment_Value_IsTheMeanSquareOverAllProjections()
    {
        var step = Step("beer mug", "teacup");
        var expected = _model.Denoiser.Parameters(ParameterSelection.CrossAttentionKeysAndValues).Values
            .Average(weight => (step.Target - step.Surrogate).matmul(weight.mT).square().mean().item<float>());

        Assert.Equal(expected, new ProjectionAlignment().Value(step).item<float>(), 1e-4);
    }

    [Fact]
    public void Total_Weights_SumAndReport()
    {
        var step = Step("beer mug", "teacup");
        var losses = new WeightedLosses().Add(2, new ProjectionAlignment()).Add(0.5, new NoiseAlignment()).Add(0, new Anchoring());

        var total = losses.Total(step).item<float>();

        Assert.Equal(["noise-alignment", "projection-alignment"], losses.Values.Keys);
        Assert.Equal((2 * losses.Values["projection-alignment"]) + (0.5 * losses.Values["noise-alignment"]), total, 1e-4);
    }

    [Fact]
    public void Total_Backward_ReachesTrainedCopiesOnly()
    {
        var weights = _model.Denoiser.Parameters(ParameterSelection.CrossAttentionKeysAndValues).ToTrainable();
        using var edit = ModelEdit.Weights(weights);
        using var teacher = _model.Denoiser.Freeze();
        using var attached = _model.Denoiser.Attach(edit);
        var step = Step("beer mug", "teacup", teacher);

        new WeightedLosses().Add(1, new ProjectionAlignment()).Total(step).backward();

        Assert.All(weights.Values, weight => Assert.NotNull(weight.grad));
        Assert.All(teacher.Parameters(ParameterSelection.All).Values, weight => Assert.Null(weight.grad));
    }

    [Fact]
    public void Add_NegativeWeight_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new WeightedLosses().Add(-1, new Anchoring()));

    [Fact]
    public void Value_WithoutLatents_NamesTheTerm()
    {
        var step = new LossStep
        {
            Student = _model.Denoiser,
            Teacher = _model.Denoiser,
            Target = _model.Encode(["a"]),
            Surrogate = _model.Encode(["b"]),
        };

        Assert.Contains("`noise-alignment`", Assert.Throws<InvalidOperationException>(() => new NoiseAlignment().Value(step)).Message, StringComparison.Ordinal);
    }

    private LossStep Step(string target, string surrogate, IDenoiser? teacher = null) => new()
    {
        Student = _model.Denoiser,
        Teacher = teacher ?? _model.Denoiser,
        Latents = torch.zeros([1, 4, 2, 2]),
        Timesteps = torch.tensor(new long[] { 10 }),
        Target = _model.Encode([target]),
        Surrogate = _model.Encode([surrogate]),
        Preserved = _model.Encode(["wooden door"]),
    };
}
