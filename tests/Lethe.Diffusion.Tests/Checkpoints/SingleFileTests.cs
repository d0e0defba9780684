using System.Text.Json;
using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Schedules;
using Lethe.Diffusion.Verification;

namespace Lethe.Diffusion.Tests.Checkpoints;

public sealed class SingleFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Open_GoldenFile_HasTheFoldersWeightsBitForBit()
    {
        using var whole = DiffusionCheckpoint.Open(TinySd.Folder);
        using var single = DiffusionCheckpoint.Open(GoldenFile, new OpenOptions { ConfigFolder = TinySd.Folder });

        AssertSame(whole.UNet.Weights, single.UNet.Weights);
        AssertSame(whole.Autoencoder.Weights, single.Autoencoder.Weights);
        AssertSame(whole.TextEncoder.Weights, single.TextEncoder.Weights);
    }

    [Fact]
    public void Names_EveryGoldenPair_TranslatesBothWays()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Golden.Path("single-file", "keys.json")));
        var names = new LdmNames(
            UNet2DConfig.Load(Path.Combine(TinySd.Folder, "unet", "config.json")), AutoencoderKLConfig.Load(Path.Combine(TinySd.Folder, "vae", "config.json")));
        foreach (var pair in json.RootElement.GetProperty("diffusers_to_ldm").EnumerateObject())
        {
            var (diffusers, ldm) = (pair.Name[(pair.Name.IndexOf('.') + 1)..], pair.Value.GetString()!);
            if (pair.Name.StartsWith("unet.", StringComparison.Ordinal))
            {
                Assert.Equal(ldm, LdmNames.UNetPrefix + names.UNetToLdm(diffusers));
                Assert.Equal(diffusers, names.UNetToDiffusers(ldm[LdmNames.UNetPrefix.Length..]));
            }
            else if (pair.Name.StartsWith("vae.", StringComparison.Ordinal))
            {
                // The list has the autoencoder's old attention names.
                foreach (var (old, now) in new[] { ("query", "to_q"), ("key", "to_k"), ("value", "to_v"), ("proj_attn", "to_out.0") })
                    diffusers = diffusers.Replace($".{old}.", $".{now}.", StringComparison.Ordinal);
                Assert.Equal(ldm, LdmNames.AutoencoderPrefix + names.AutoencoderToLdm(diffusers));
                Assert.Equal(diffusers, names.AutoencoderToDiffusers(ldm[LdmNames.AutoencoderPrefix.Length..]));
            }
        }
    }

    [Fact]
    public void Save_GoldenFolderAsHalf_GivesTheGoldenFilesTensors()
    {
        using var whole = DiffusionCheckpoint.Open(TinySd.Folder);
        var path = folder.File("tiny.safetensors");

        SingleFile.Save(whole, path, torch.float16, new Dictionary<string, string> { ["lethe.version"] = "1" });

        using var golden = SafetensorsFile.Open(GoldenFile);
        using var saved = SafetensorsFile.Open(path);
        Assert.Equal("1", saved.Metadata["lethe.version"]);
        Assert.Equal(golden.Entries.Keys.Where(SingleFile.IsWeight), saved.Entries.Keys);
        foreach (var name in saved.Entries.Keys)
        {
            Assert.Equal(golden.Entries[name].Shape, saved.Entries[name].Shape);
            Assert.True(Bytes(golden, name).AsSpan().SequenceEqual(Bytes(saved, name)), name);
        }
    }

    [Fact]
    public void Open_GoldenFile_ComputesWhatWasRecorded()
    {
        using var model = StableDiffusion.Open(GoldenFile, new OpenOptions { ConfigFolder = TinySd.Folder });
        var expected = Directory.CreateDirectory(folder.File("expected")).FullName;
        foreach (var file in (string[])["prompts.json", "text.safetensors", "unet.safetensors", "vae.safetensors"])
            File.Copy(Path.Combine(TinySd.Folder, "expected", file), Path.Combine(expected, file));

        Assert.All(RecordedOutputs.Compare(model, expected), difference => Assert.True(difference.Holds, difference.ToString()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SaveAndOpen_WithoutConfiguration_ReadsEverythingOffTheShapes(bool second)
    {
        using var scope = torch.NewDisposeScope();
        using var source = DiffusionCheckpoint.Open(TinyModel.WritePlain(folder.File("source"), second));
        var path = folder.File("single.safetensors");
        SingleFile.Save(source, path);

        using var single = DiffusionCheckpoint.Open(path);

        Assert.Equal(source.UNet.Config with { Source = "", AttentionHeads = [], BlockOutChannels = [], DownBlockTypes = [], UpBlockTypes = [], SampleSize = 64 },
            single.UNet.Config with { Source = "", AttentionHeads = [], BlockOutChannels = [], DownBlockTypes = [], UpBlockTypes = [], SampleSize = 64 });
        Assert.Equal(source.UNet.Config.BlockOutChannels, single.UNet.Config.BlockOutChannels);
        Assert.Equal(source.UNet.Config.DownBlockTypes, single.UNet.Config.DownBlockTypes);
        Assert.Equal([0, 1], Enumerable.Range(0, 2).Where(level => source.UNet.Config.HeadsAt(level) == single.UNet.Config.HeadsAt(level)));
        Assert.Equal(source.TextEncoder.Config with { Source = "" }, single.TextEncoder.Config with { Source = "" });
        Assert.Equal(second ? PredictionType.Velocity : PredictionType.Epsilon, single.Scheduler.Prediction);
        Assert.Equal(second ? "Stable Diffusion 2.x" : "Stable Diffusion 1.x", single.Family);
        Assert.Equal(second ? 0 : 49407, single.OpenTokenizer().PadId);
        AssertSame(source.UNet.Weights, single.UNet.Weights);
        AssertSame(source.Autoencoder.Weights, single.Autoencoder.Weights);
        AssertSame(source.TextEncoder.Weights, single.TextEncoder.Weights);
        using var file = SafetensorsFile.Open(path);
        Assert.Equal(second, file.Entries.ContainsKey("cond_stage_model.model.transformer.resblocks.0.attn.in_proj_weight"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SaveAsFolder_OfASingleFile_OpensToTheSameModel(bool second)
    {
        using var source = DiffusionCheckpoint.Open(TinyModel.WritePlain(folder.File("source"), second));
        SingleFile.Save(source, folder.File("single.safetensors"));
        using var single = DiffusionCheckpoint.Open(folder.File("single.safetensors"));

        DiffusersFolder.Save(single, folder.File("again"));

        using var again = DiffusionCheckpoint.Open(folder.File("again"));
        AssertSame(source.UNet.Weights, again.UNet.Weights);
        AssertSame(source.TextEncoder.Weights, again.TextEncoder.Weights);
        Assert.Equal(single.UNet.Config.AttentionHeads, again.UNet.Config.AttentionHeads);
        Assert.Equal(single.Scheduler, again.Scheduler);
        Assert.Equal(single.OpenTokenizer().Encode("a cat"), again.OpenTokenizer().Encode("a cat"));
        Assert.Equal(ModelInspector.Describe(folder.File("single.safetensors")).Components.Sum(part => part.Parameters),
            ModelInspector.Describe(folder.File("again")).Components.Sum(part => part.Parameters));
    }

    [Theory]
    [InlineData("conditioner.embedders.0.transformer.text_model.x", "Stable Diffusion XL")]
    [InlineData("model.diffusion_model.joint_blocks.0.x", "Stable Diffusion 3")]
    [InlineData("double_blocks.0.img_attn.x", "Flux")]
    [InlineData("lora_unet_down_blocks_0.lora_down.weight", "low-rank adapter")]
    [InlineData("control_model.x", "ControlNet")]
    [InlineData("first_stage_model.encoder.x", "an autoencoder alone")]
    [InlineData("down_blocks.0.resnets.0.x", "one part of a model")]
    [InlineData("anything", "has no tensor `model.diffusion_model.input_blocks")]
    public void Open_AnotherModel_IsRefusedByItsName(string tensor, string name)
    {
        using var scope = torch.NewDisposeScope();
        var path = folder.File("other.safetensors");
        SafetensorsWriter.Write(path, [KeyValuePair.Create(tensor, torch.zeros([1]))]);

        var error = Assert.Throws<CheckpointException>(() => DiffusionCheckpoint.Open(path).Dispose());

        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.EndsWith("expected Stable Diffusion 1.x or 2.x", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("StableDiffusionXLPipeline", "Stable Diffusion XL")]
    [InlineData("StableDiffusion3Pipeline", "Stable Diffusion 3")]
    [InlineData("FluxPipeline", "Flux")]
    [InlineData("StableDiffusionInpaintPipeline", "inpainting")]
    [InlineData("SomethingElse", "another kind of model")]
    public void Open_AnotherPipeline_IsRefusedByItsName(string className, string name)
    {
        var source = TinyModel.Write(folder.File("copy"));
        File.WriteAllText(Path.Combine(source, "model_index.json"), $$"""{ "_class_name": "{{className}}" }""");

        var error = Assert.Throws<CheckpointException>(() => DiffusionCheckpoint.Open(source).Dispose());

        Assert.Contains($"`_class_name` is `{className}`", error.Message, StringComparison.Ordinal);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_LinkOutOfTheFolder_IsRefused()
    {
        var source = TinyModel.Write(folder.File("copy"));
        var weights = Path.Combine(source, "unet", "diffusion_pytorch_model.safetensors");
        File.Move(weights, folder.File("outside.safetensors"));
        File.CreateSymbolicLink(weights, folder.File("outside.safetensors"));

        var error = Assert.Throws<CheckpointException>(() => DiffusionCheckpoint.Open(source).Dispose());

        Assert.Contains("lies outside of", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OnlyOneVariant_IsTaken()
    {
        var source = TinyModel.Write(folder.File("copy"));
        var weights = Path.Combine(source, "unet", "diffusion_pytorch_model.safetensors");
        File.Move(weights, Path.ChangeExtension(weights, ".fp16.safetensors"));

        using var model = DiffusionCheckpoint.Open(source);

        Assert.Contains("unet/diffusion_pytorch_model.fp16.safetensors", model.FileHashes.Keys);
    }

    private static string GoldenFile => Golden.Path("single-file", "tiny-sd-ldm.safetensors");

    private static byte[] Bytes(SafetensorsFile file, string name)
    {
        using var bytes = new MemoryStream();
        file.CopyTo(name, bytes);
        return bytes.ToArray();
    }

    private static void AssertSame(StateDict expected, StateDict actual)
    {
        Assert.Equal(expected.Names.Where(name => !name.EndsWith("position_ids", StringComparison.Ordinal)),
            actual.Names.Where(name => !name.EndsWith("position_ids", StringComparison.Ordinal)));
        foreach (var weight in expected.Weights.Where(weight => weight.Value.IsFloat()))
            Assert.True(weight.Value.bytes.SequenceEqual(actual[weight.Name].bytes), weight.Name);
    }
}
