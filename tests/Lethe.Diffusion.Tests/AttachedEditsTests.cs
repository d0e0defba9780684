using FsCheck;
using FsCheck.Fluent;
using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;

namespace Lethe.Diffusion.Tests;

public sealed class AttachedEditsTests : IDisposable
{
    private const string Convolution = "conv_in.weight";

    private readonly DisposeScope scope = torch.NewDisposeScope();
    private readonly torch.Generator generator = new(11);

    [Fact]
    public void Attach_ThenDetach_LeavesNoTrace()
    {
        using var model = StableDiffusion.Open(TinySd.Folder);
        var before = Snapshot(model);
        var prediction = Predict(model.Denoiser);
        using var edit = Everything(model.Denoiser);
        var tensors = LiveTensors.Count();

        var attachment = model.Denoiser.Attach(edit);
        Assert.NotEqual(prediction, Predict(model.Denoiser));
        attachment.Dispose();
        attachment.Dispose();

        Assert.Equal(tensors, LiveTensors.Count());
        Assert.Equal(prediction, Predict(model.Denoiser));
        AssertSame(before, Snapshot(model));
    }

    [Fact]
    public void Attach_Combined_ActsInTheOrderWeightsLowRankAdaptersGuidance()
    {
        using var model = StableDiffusion.Open(TinySd.Folder);
        var name = model.Denoiser.CrossAttention[0].KeyName;
        var replacement = Random(model.Denoiser.CrossAttention[0].KeyWeight.shape);
        var factors = Factors(model.Denoiser.CrossAttention[0].KeyWeight.shape);
        var expected = replacement + 0.5 * factors.Up.matmul(factors.Down);
        var lowRank = ModelEdit.LowRank(new Dictionary<string, LowRankFactors> { [name] = factors }, 0.5);
        Assert.True(lowRank.TryCombine(ModelEdit.Weights(new Dictionary<string, Tensor> { [name] = replacement }), out var both, out _));

        using var attachment = model.Denoiser.Attach(both);

        var actual = model.Denoiser.Parameters(ParameterSelection.ByName(candidate => candidate == name))[name];
        Assert.Equal(Values(expected), Values(actual));
        Assert.Equal(Values(expected), Values(model.Denoiser.CrossAttention[0].KeyWeight));
    }

    [Fact]
    public void Detach_InAnyOrder_RestoresTheOriginal()
    {
        using var model = StableDiffusion.Open(TinySd.Folder);
        var before = Snapshot(model);
        var shape = model.Denoiser.Parameters(ParameterSelection.All)[Convolution].shape;
        using var replaced = ModelEdit.Weights(new Dictionary<string, Tensor> { [Convolution] = Random(shape) });
        using var added = ModelEdit.LowRank(new Dictionary<string, LowRankFactors> { [Convolution] = Factors(shape) });

        var first = model.Denoiser.Attach(replaced);
        var second = model.Denoiser.Attach(added);
        first.Dispose();
        second.Dispose();

        AssertSame(before, Snapshot(model));
    }

    /// <summary>Whatever is on, the value is the fold of the edits in the order they came; with nothing on, it is the original tensor.</summary>
    [Fact]
    public void AttachAndDetach_AnySequence_ValueIsTheFoldOfWhatIsOn()
    {
        using var model = StableDiffusion.Open(TinySd.Folder);
        var original = model.Checkpoint.UNet.Weights[Convolution];
        var edits = Enumerable.Range(0, 4).Select(i => i < 2
            ? ModelEdit.Weights(new Dictionary<string, Tensor> { [Convolution] = Random(original.shape) })
            : ModelEdit.LowRank(new Dictionary<string, LowRankFactors> { [Convolution] = Factors(original.shape) }, i)).ToArray();

        Prop.ForAll(Gen.Choose(0, 3).ListOf().ToArbitrary(), toggles =>
        {
            using var inner = torch.NewDisposeScope();
            var on = new List<(int Edit, IDisposable Attachment)>();
            var holds = true;
            foreach (var toggle in toggles)
            {
                var at = on.FindIndex(item => item.Edit == toggle);
                if (at < 0)
                {
                    on.Add((toggle, model.Denoiser.Attach(edits[toggle])));
                }
                else
                {
                    on[at].Attachment.Dispose();
                    on.RemoveAt(at);
                }
                var expected = on.Aggregate(original, (value, item) => edits[item.Edit] switch
                {
                    LowRankEdit edit => value + edit.Scale * edit.Factors[Convolution].Up
                        .matmul(edit.Factors[Convolution].Down).reshape(value.shape),
                    var edit => edit.Tensors[Convolution],
                });
                holds &= Values(expected).SequenceEqual(Values(model.Checkpoint.UNet.Weights[Convolution]));
            }
            foreach (var item in on) item.Attachment.Dispose();
            return holds && ReferenceEquals(original, model.Checkpoint.UNet.Weights[Convolution]);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void PredictNoise_TrainedWeights_SeesThemAtOnceAndSendsGradients()
    {
        using var model = StableDiffusion.Open(TinySd.Folder);
        var trained = model.Denoiser.Parameters(ParameterSelection.CrossAttentionKeysAndValues).ToTrainable();
        using var edit = ModelEdit.Weights(trained);
        using var attachment = model.Denoiser.Attach(edit);
        var before = Predict(model.Denoiser);

        Forward(model.Denoiser).mean().backward();
        using (torch.no_grad())
        {
            foreach (var tensor in trained.Values) tensor.add_(1);
        }

        Assert.All(trained.Values, tensor => Assert.NotNull(tensor.grad));
        Assert.NotEqual(before, Predict(model.Denoiser));
    }

    [Fact]
    public void PredictNoise_TrainedLowRank_SeesEachStep()
    {
        using var model = StableDiffusion.Open(TinySd.Folder);
        var layer = model.Denoiser.CrossAttention[0];
        var factors = Factors(layer.ValueWeight.shape);
        factors.Up.requires_grad_();
        using var edit = ModelEdit.LowRank(new Dictionary<string, LowRankFactors> { [layer.ValueName] = factors });
        using var attachment = model.Denoiser.Attach(edit);

        var before = Predict(model.Denoiser);
        Forward(model.Denoiser).mean().backward();
        Forward(model.Denoiser).mean().backward();
        using (torch.no_grad()) factors.Up.mul_(2);

        Assert.NotNull(factors.Up.grad);
        Assert.NotEqual(before, Predict(model.Denoiser));
    }

    [Fact]
    public void Freeze_LaterEdits_DoNotTouchTheTeacher()
    {
        using var model = StableDiffusion.Open(TinySd.Folder);
        var trained = model.Denoiser.Parameters(ParameterSelection.CrossAttentionKeysAndValues).ToTrainable();
        using var edit = ModelEdit.Weights(trained);
        using var attachment = model.Denoiser.Attach(edit);
        using var teacher = model.Denoiser.Freeze();
        var before = Predict(teacher);

        using (torch.no_grad())
        {
            foreach (var tensor in trained.Values) tensor.add_(1);
        }
        using var another = Everything(model.Denoiser);
        using var later = model.Denoiser.Attach(another);

        Assert.Equal(before, Predict(teacher));
        Assert.False(Forward(teacher).requires_grad);
    }

    [Fact]
    public void Attach_Adapter_SeesEveryProjectionOnce()
    {
        using var model = StableDiffusion.Open(TinySd.Folder);
        var seen = new List<(string, Projection)>();
        using var edit = ModelEdit.Adapter(new Adapter((layer, projection, _, projected) =>
        {
            seen.Add((layer.Name, projection));
            return projected;
        }), new Dictionary<string, Tensor>());
        var before = Predict(model.Denoiser);

        using var attachment = model.Denoiser.Attach(edit);

        Assert.Equal(before, Predict(model.Denoiser));
        Assert.Equal(
            model.Denoiser.CrossAttention.SelectMany(l => new[] { (l.Name, Projection.Key), (l.Name, Projection.Value) }).Order(),
            seen.Order());
    }

    [Fact]
    public void Attach_JoiningAdapters_ActJointlyUntilOneIsDetached()
    {
        using var model = StableDiffusion.Open(TinySd.Folder);
        using var loud = ModelEdit.Adapter(new Loudest(3), new Dictionary<string, Tensor>());
        using var between = ModelEdit.Adapter(new Adapter((_, _, _, projected) => projected + 1), new Dictionary<string, Tensor>());
        using var quiet = ModelEdit.Adapter(new Loudest(2), new Dictionary<string, Tensor>());
        using var first = model.Denoiser.Attach(quiet);
        var alone = Predict(model.Denoiser);

        var second = model.Denoiser.Attach(between);
        var third = model.Denoiser.Attach(loud);
        var together = Predict(model.Denoiser);
        first.Dispose();
        Assert.NotEqual(together, Predict(model.Denoiser));
        third.Dispose();
        second.Dispose();
        using var again = model.Denoiser.Attach(loud);
        using var after = model.Denoiser.Attach(between);

        // The joint adapter stands where the first of its parts stood: times three, plus one.
        Assert.Equal(together, Predict(model.Denoiser));
        Assert.NotEqual(together, alone);
    }

    [Fact]
    public void Sample_GuidanceEdit_DecidesTheNoise()
    {
        using var model = StableDiffusion.Open(TinySd.Folder);
        var request = new SamplingRequest { Prompts = ["a cat", "a dog"], Seeds = [1, 2], Steps = 3, GuidanceScale = 3 };
        var without = model.Sample(request);
        var extras = 0;
        using var edit = ModelEdit.Guidance(new Rule(step =>
        {
            extras += step.Extra.Count;
            return step.Unconditional + step.GuidanceScale * (step.Conditional - step.Unconditional);
        }));

        using (model.Denoiser.Attach(edit))
        {
            Assert.Equal(0, (model.Sample(request) - without).abs().max().item<float>(), 1e-3);
            Assert.Throws<ArgumentException>(() => model.Denoiser.Attach(ModelEdit.Guidance(new Rule(step => step.Conditional))));
        }

        Assert.Equal(3, extras);
        Assert.Equal(Values(without), Values(model.Sample(request)));
    }

    [Fact]
    public void Attach_WhatDoesNotFit_IsRefusedAndChangesNothing()
    {
        using var model = StableDiffusion.Open(TinySd.Folder);
        var before = Snapshot(model);
        var fits = Random(model.Denoiser.Parameters(ParameterSelection.All)[Convolution].shape);

        var unknown = Assert.Throws<ArgumentException>(() =>
            model.Denoiser.Attach(ModelEdit.Weights(new Dictionary<string, Tensor> { [Convolution] = fits, ["no.such"] = fits })));
        var misshapen = Assert.Throws<ArgumentException>(() =>
            model.Denoiser.Attach(ModelEdit.Weights(new Dictionary<string, Tensor> { [Convolution] = Random([2, 2]) })));
        var thin = Assert.Throws<ArgumentException>(() => model.Denoiser.Attach(
            ModelEdit.LowRank(new Dictionary<string, LowRankFactors> { [Convolution] = Factors([3, 5]) })));

        var half = Assert.Throws<ArgumentException>(() =>
            model.Denoiser.Attach(ModelEdit.Weights(new Dictionary<string, Tensor> { [Convolution] = fits.to(float16) })));

        Assert.Contains("Float16", half.Message, StringComparison.Ordinal);
        Assert.Contains("`no.such`", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("`[2, 2]`", misshapen.Message, StringComparison.Ordinal);
        Assert.Contains("`[3, 5]`", thin.Message, StringComparison.Ordinal);
        AssertSame(before, Snapshot(model));
    }

    [Fact]
    public void CrossAttention_Layers_AreInRegistrationOrder()
    {
        using var model = StableDiffusion.Open(TinySd.Folder);

        var kinds = model.Denoiser.CrossAttention.Select(layer => layer.Name.Split('_')[0]).ToList();

        Assert.Equal([.. Enumerable.Repeat("down", 6), .. Enumerable.Repeat("up", 9), "mid"], kinds);
    }

    public void Dispose()
    {
        scope.Dispose();
        generator.Dispose();
    }

    private static Dictionary<string, Tensor> Snapshot(StableDiffusion model) =>
        model.Checkpoint.UNet.Weights.Weights.ToDictionary(weight => weight.Name, weight => weight.Value);

    private static void AssertSame(Dictionary<string, Tensor> before, Dictionary<string, Tensor> after) =>
        Assert.All(before, pair => Assert.Same(pair.Value, after[pair.Key]));

    private static float[] Values(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();

    private static float[] Predict(IDenoiser denoiser)
    {
        using var inner = torch.NewDisposeScope();
        return Values(Forward(denoiser));
    }

    private static Tensor Forward(IDenoiser denoiser)
    {
        using var inner = torch.NewDisposeScope();
        using var generator = new torch.Generator(3);
        var latents = torch.randn([1, 4, 16, 16], generator: generator);
        var states = torch.randn([1, 77, 16], generator: generator);
        return denoiser.PredictNoise(latents, torch.tensor(new[] { 400L }), states).MoveToOuterDisposeScope();
    }

    private Tensor Random(long[] shape) => torch.randn(shape, generator: generator);

    private LowRankFactors Factors(long[] shape) => new()
    {
        Up = Random([shape[0], 2]),
        Down = Random([2, shape[1..].Aggregate(1L, (a, b) => a * b)]),
    };

    /// <summary>One edit of each kind, on a convolution and on projections.</summary>
    private ModelEdit Everything(IDenoiser denoiser)
    {
        var layer = denoiser.CrossAttention[^1];
        var weights = ModelEdit.Weights(new Dictionary<string, Tensor> { [layer.KeyName] = Random(layer.KeyWeight.shape).DetachFromDisposeScope() });
        var factors = Factors(denoiser.Parameters(ParameterSelection.All)[Convolution].shape);
        factors.Up.DetachFromDisposeScope();
        factors.Down.DetachFromDisposeScope();
        var lowRank = ModelEdit.LowRank(new Dictionary<string, LowRankFactors> { [Convolution] = factors });
        var adapter = ModelEdit.Adapter(new Adapter((_, _, _, projected) => projected * 1.5), new Dictionary<string, Tensor>());
        var guidance = ModelEdit.Guidance(new Rule(step => step.Conditional.clone()));
        Assert.True(guidance.TryCombine(adapter, out var combined, out _));
        Assert.True(combined.TryCombine(lowRank, out combined, out _));
        Assert.True(combined.TryCombine(weights, out combined, out _));
        return combined;
    }

    private sealed class Adapter(Func<CrossAttentionLayer, Projection, Tensor, Tensor, Tensor> apply) : IProjectionAdapter
    {
        public Tensor Apply(CrossAttentionLayer layer, Projection projection, Tensor textStates, Tensor projected) =>
            apply(layer, projection, textStates, projected);
    }

    private sealed class Loudest(double factor) : IJoiningAdapter
    {
        private readonly double factor = factor;

        public Tensor Apply(CrossAttentionLayer layer, Projection projection, Tensor textStates, Tensor projected) => projected * factor;

        public IProjectionAdapter? TryJoin(IProjectionAdapter next) => next is Loudest other ? new Loudest(Math.Max(factor, other.factor)) : null;
    }

    private sealed class Rule(Func<GuidanceStep, Tensor> combine) : IGuidance, IGuidanceRun
    {
        public IReadOnlyList<string> ExtraPrompts => ["nudity"];

        public IGuidanceRun Start() => this;

        public Tensor Combine(GuidanceStep step) => combine(step);

        public void Dispose()
        {
        }
    }
}
