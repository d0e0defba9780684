using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Images;
using Lethe.Diffusion.Sampling;
using Lethe.Sdk.Diffusion;

namespace Lethe.Diffusion.Tests;

public sealed class StableDiffusionTests
{
    [Fact]
    public void Draw_SameSeeds_GivesTheSameBytes()
    {
        using var model = StableDiffusion.Open(TinySd.Folder);
        var request = Request(["a cat", "a dog"], [1, 2]);

        var first = model.Draw(request);
        var second = model.Draw(request);

        Assert.Equal(first.Select(ImageFile.Encode), second.Select(ImageFile.Encode));
        Assert.Equal((128, 128), (first[0].Width, first[0].Height));
    }

    [Fact]
    public void Sample_PictureAlone_EqualsThePictureInABatch()
    {
        using var scope = torch.NewDisposeScope();
        using var model = StableDiffusion.Open(TinySd.Folder);

        var batch = model.Sample(Request(["a cat", "a dog", "a cat"], [1, 2, 3]));
        var alone = model.Sample(Request(["a cat"], [3]));

        // Not bit for bit: matrix products of other sizes sum in another order.
        TinySd.AssertRelative(batch.narrow(0, 2, 1), alone, 1e-4, "the third picture");
    }

    [Fact]
    public void Sample_SmallerBatches_GiveTheSamePicturesInOrder()
    {
        using var scope = torch.NewDisposeScope();
        using var model = StableDiffusion.Open(TinySd.Folder);
        var request = Request(["a cat", "a dog", "a cat"], [1, 2, 3]);
        var news = new List<SamplingProgress>();

        var whole = model.Sample(request);
        model.BatchSize = 2;
        var parts = model.Sample(request, news.Add);

        TinySd.AssertRelative(whole, parts, 1e-4, "latents");
        Assert.Equal(Enumerable.Range(1, 8), news.Select(item => item.Step));
        Assert.Equal([0, 0, 0, 2, 2, 2, 2, 3], news.Select(item => item.Pictures));
        Assert.All(news, item => Assert.Equal(8, item.Steps));
    }

    [Fact]
    public void Sample_StoppedEarly_ReturnsTheLatentsOnTheWay()
    {
        using var scope = torch.NewDisposeScope();
        using var model = StableDiffusion.Open(TinySd.Folder);

        var start = model.Sample(Request(["a cat"], [3], stopAt: 1000));
        var early = model.Sample(Request(["a cat"], [3], stopAt: 501));

        using var generator = new torch.Generator(3);
        Assert.Equal(torch.randn([1, 4, 16, 16], generator: generator).data<float>().ToArray(), start.data<float>().ToArray());
        Assert.NotEqual(start.data<float>().ToArray(), early.data<float>().ToArray());
    }

    [Fact]
    public void Sample_Cancelled_StopsWithinAStep()
    {
        using var model = StableDiffusion.Open(TinySd.Folder);
        using var cancel = new CancellationTokenSource();
        var steps = 0;

        Assert.Throws<OperationCanceledException>(() => model.Sample(Request(["a cat"], [3]), progress =>
        {
            steps = progress.Step;
            if (steps == 2) cancel.Cancel();
        }, cancel.Token));

        Assert.Equal(2, steps);
    }

    [Fact]
    public void Sample_GuidanceOfOne_IgnoresTheNegativePrompt()
    {
        using var scope = torch.NewDisposeScope();
        using var model = StableDiffusion.Open(TinySd.Folder);

        var plain = model.Sample(new SamplingRequest { Prompts = ["a cat"], Seeds = [1], Steps = 2, GuidanceScale = 1 });
        var negative = model.Sample(
            new SamplingRequest { Prompts = ["a cat"], Seeds = [1], Steps = 2, GuidanceScale = 1, NegativePrompt = "a dog" });

        Assert.Equal(plain.data<float>().ToArray(), negative.data<float>().ToArray());
    }

    [Fact]
    public void Encode_Prompts_MatchesGoldenStates()
    {
        using var scope = torch.NewDisposeScope();
        using var model = StableDiffusion.Open(TinySd.Folder);
        var inputs = TinySd.Expected("sampling/inputs");

        var states = model.TextEncoder.Encode(["a photo of an astronaut riding a horse on mars", ""]);

        TinySd.AssertClose(inputs["cond"].narrow(0, 0, 1), states.narrow(0, 0, 1), 2e-5);
        TinySd.AssertClose(inputs["uncond"].narrow(0, 0, 1), states.narrow(0, 1, 1), 2e-5);
    }

    [Fact]
    public void Draw_Repeated_LeavesNoTensorBehind()
    {
        using var model = StableDiffusion.Open(TinySd.Folder);
        var request = Request(["a cat"], [1]);
        model.Draw(request);
        var before = LiveTensors.Count();

        model.Sampler = SamplerKind.Pndm;
        model.Draw(request);

        Assert.Equal(before, LiveTensors.Count());
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Draw_StepAfterStep_DoesNotGrowMemory()
    {
        using var model = StableDiffusion.Open(TinySd.Folder);
        var request = new SamplingRequest { Prompts = ["a cat"], Seeds = [1], Steps = 25 };
        Draw(4);
        var (tensors, memory) = (LiveTensors.Count(), Resident());

        Draw(12);

        Assert.Equal(tensors, LiveTensors.Count());
        Assert.True(Resident() - memory < 32 << 20, $"grew by {(Resident() - memory) >> 20} MB");

        void Draw(int times)
        {
            for (var i = 0; i < times; i++)
                model.Draw(request);
        }

        static long Resident()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            using var process = System.Diagnostics.Process.GetCurrentProcess();
            return process.WorkingSet64;
        }
    }

    [Theory]
    [InlineData(0, 0, 7.5)]
    [InlineData(2, 1, 7.5)]
    [InlineData(1, 1, -1)]
    [InlineData(1, 1, double.NaN)]
    public void Sample_ImpossibleRequest_IsRefused(int prompts, int seeds, double guidance)
    {
        using var model = StableDiffusion.Open(TinySd.Folder);

        Assert.Throws<ArgumentException>(() => model.Sample(new SamplingRequest
        {
            Prompts = [.. Enumerable.Repeat("a cat", prompts)],
            Seeds = [.. Enumerable.Repeat(1L, seeds)],
            GuidanceScale = guidance,
        }));
    }

    /// <summary>Nothing is left of the picture at the first timestep: every sampler but PNDM draws all the same.</summary>
    [Fact]
    public void Sample_VelocitiesFromNoSignal_IsFiniteWithEverySampler()
    {
        using var scope = torch.NewDisposeScope();
        using var model = WithSchedule("v_prediction");

        foreach (var sampler in Enum.GetValues<SamplerKind>().Where(kind => kind != SamplerKind.Pndm))
        {
            model.Sampler = sampler;
            var latents = model.Sample(Request(["a cat"], [1]));
            Assert.True(torch.isfinite(latents).all().item<bool>(), $"{sampler}");
        }

        Assert.Contains("rescale_betas_zero_snr", Assert.Throws<CheckpointException>(() => model.Sampler = SamplerKind.Pndm).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sample_NoiseFromNoSignal_IsRefused()
    {
        using var model = WithSchedule("epsilon");

        Assert.Throws<CheckpointException>(() => model.Sampler = SamplerKind.Ddim);
        Assert.Contains("predicts noise", Assert.Throws<CheckpointException>(() => model.Sample(Request(["a cat"], [1]))).Message, StringComparison.Ordinal);
    }

    /// <summary>The reference model as if it had been trained down to no signal.</summary>
    private static StableDiffusion WithSchedule(string prediction)
    {
        using var folder = new TemporaryFolder();
        foreach (var part in (string[])["unet", "vae", "text_encoder", "tokenizer"])
            Copy(part);
        File.Copy(Path.Combine(TinySd.Folder, "model_index.json"), folder.File("model_index.json"));
        Directory.CreateDirectory(folder.File("scheduler"));
        folder.Write("scheduler/scheduler_config.json", $$"""
            { "_class_name": "DDIMScheduler", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "clip_sample": false, "set_alpha_to_one": false,
              "prediction_type": "{{prediction}}", "rescale_betas_zero_snr": true, "timestep_spacing": "trailing" }
            """);
        return StableDiffusion.Open(folder.Path);

        void Copy(string part)
        {
            Directory.CreateDirectory(folder.File(part));
            foreach (var file in Directory.EnumerateFiles(Path.Combine(TinySd.Folder, part)))
                File.Copy(file, folder.File($"{part}/{Path.GetFileName(file)}"));
        }
    }

    private static SamplingRequest Request(string[] prompts, long[] seeds, int? stopAt = null) =>
        new() { Prompts = prompts, Seeds = seeds, Steps = 4, StopAtTimestep = stopAt };
}
