using System.Text.Json;
using Lethe.Diffusion.Checkpoints;

namespace Lethe.Diffusion.Tests.Checkpoints;

/// <summary>Folders of diffusers whose weights are pickles.</summary>
public sealed class PickledWeightsTests : IDisposable
{
    private static readonly string[] Files = ["unet/diffusion_pytorch_model", "vae/diffusion_pytorch_model", "text_encoder/model"];
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(null, null)]
    [InlineData("fp16", "fp16")]
    [InlineData("fp16", null)]
    public void Open_Pickles_GivesTheWeightsOfTheSafetensors(string? saved, string? asked)
    {
        using var scope = torch.NewDisposeScope();
        using var expected = DiffusersFolder.Open(Write("plain"));

        using var model = DiffusersFolder.Open(Pickled(saved), asked);

        AssertSame(expected, model);
        Assert.Contains(model.FileHashes.Keys, file => file.EndsWith("pytorch_model" + (saved is null ? ".bin" : ".fp16.bin"), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("diffusion_pytorch_model.bin.index.json", "part")]
    [InlineData("diffusion_pytorch_model.bin.index.fp16.json", "diffusion_pytorch_model.fp16")]
    public void Open_ShardsOfPickles_GivesTheWeightsOfTheSafetensors(string index, string shard)
    {
        using var scope = torch.NewDisposeScope();
        using var expected = DiffusersFolder.Open(Write("plain"));
        var copy = Write("copy");
        Split(copy, index, shard);

        using var model = DiffusersFolder.Open(copy);

        AssertSame(expected, model);
    }

    [Fact]
    public void Open_SafetensorsBesidePickles_TakesTheSafetensors()
    {
        var copy = Write("copy");
        File.WriteAllText(Path.Combine(copy, "unet", "diffusion_pytorch_model.bin"), "anything");
        File.WriteAllText(Path.Combine(copy, "unet", "diffusion_pytorch_model.bin.index.json"), "{}");

        using var model = DiffusersFolder.Open(copy);

        Assert.DoesNotContain(model.FileHashes.Keys, file => file.EndsWith(".bin", StringComparison.Ordinal));
        Assert.Empty(PickledWeights.Of(copy));
    }

    [Fact]
    public void Open_PlainPickleBesideAVariant_TakesThePlainOneAsDiffusersDoes()
    {
        var copy = Pickled(null);
        File.WriteAllText(Path.Combine(copy, "unet", "diffusion_pytorch_model.fp16.safetensors"), "anything");

        using var model = DiffusersFolder.Open(copy);

        Assert.Contains("unet/diffusion_pytorch_model.bin", model.FileHashes.Keys);
    }

    [Fact]
    public void Open_PickleThatCalls_IsRefusedByFileAndName()
    {
        var copy = Pickled(null);
        var path = Path.Combine(copy, "text_encoder", "pytorch_model.bin");
        File.WriteAllBytes(path, TorchBytes.Around(TorchBytes.Global("os", "system"), TorchBytes.Tuple(TorchBytes.Text("true")), [(byte)'R']));

        var refusal = Refusal(copy);

        Assert.StartsWith($"`{path}`, byte ", refusal, StringComparison.Ordinal);
        Assert.Contains("`os.system`", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_PickleOfOldPyTorch_SaysWhatItIs()
    {
        var copy = Pickled(null);
        File.WriteAllBytes(Path.Combine(copy, "vae", "diffusion_pytorch_model.bin"), [0x80, 2, (byte)'}', (byte)'.']);

        Assert.Contains("vae/diffusion_pytorch_model.bin` starts with a pickle at byte 0", Refusal(copy), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../vae/diffusion_pytorch_model.bin")]
    [InlineData("part.safetensors")]
    public void Open_IndexThatNamesAnotherPlace_IsRefused(string shard)
    {
        var copy = Write("copy");
        File.Delete(Path.Combine(copy, "unet", "diffusion_pytorch_model.safetensors"));
        File.WriteAllText(Path.Combine(copy, "unet", "diffusion_pytorch_model.bin.index.json"), $$$"""{"weight_map":{"conv_in.weight":"{{{shard}}}"}}""");

        Assert.Contains("`conv_in.weight` is in", Refusal(copy), StringComparison.Ordinal);
        Assert.Empty(PickledWeights.Of(copy));
    }

    [Fact]
    public void Open_TwoVariantsOnly_AsksForOne()
    {
        var copy = Pickled("fp16");
        File.WriteAllText(Path.Combine(copy, "unet", "diffusion_pytorch_model.non_ema.bin"), "");

        var refusal = Refusal(copy);

        Assert.Contains("unet/diffusion_pytorch_model.safetensors` does not exist", refusal, StringComparison.Ordinal);
        Assert.Contains("`diffusion_pytorch_model.fp16.bin`, `diffusion_pytorch_model.non_ema.bin`; name a variant", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Save_Pickles_WritesTheSameNumbersAsSafetensors()
    {
        using var scope = torch.NewDisposeScope();
        var plain = Write("plain");
        var copy = Pickled(null);
        var checker = Directory.CreateDirectory(Path.Combine(copy, "safety_checker")).FullName;
        File.WriteAllBytes(Path.Combine(checker, "pytorch_model.bin"), TorchBytes.Of(Path.Combine(plain, "text_encoder", "model.safetensors")));
        File.WriteAllText(Path.Combine(checker, "pytorch_model.fp16.bin"), "");
        File.WriteAllText(Path.Combine(checker, "config.json"), "{}");
        using var model = DiffusersFolder.Open(copy);

        DiffusersFolder.Save(model, folder.File("saved"));

        foreach (var file in Files)
            AssertSame(Path.Combine(plain, file + ".safetensors"), folder.File($"saved/{file}.safetensors"));
        AssertSame(Path.Combine(plain, "text_encoder/model.safetensors"), folder.File("saved/safety_checker/model.safetensors"));
        Assert.DoesNotContain(Directory.EnumerateFiles(folder.File("saved"), "*", SearchOption.AllDirectories), PickledWeights.IsOne);
    }

    [Fact]
    public void Convert_ShardsAndIndex_OpensUnderTheNamesOfDiffusers()
    {
        using var scope = torch.NewDisposeScope();
        var copy = Write("copy");
        using var expected = DiffusersFolder.Open(copy);
        Split(copy, "diffusion_pytorch_model.bin.index.json", "diffusion_pytorch_model");
        var pickles = PickledWeights.Of(copy);

        foreach (var file in pickles)
        {
            PickledWeights.Convert(Path.Combine(copy, file), Path.Combine(copy, PickledWeights.SafetensorsName(file)));
            File.Delete(Path.Combine(copy, file));
        }

        Assert.Equal(3, pickles.Count);
        Assert.True(File.Exists(Path.Combine(copy, "unet", "diffusion_pytorch_model.safetensors.index.json")));
        using var model = DiffusersFolder.Open(copy);
        AssertSame(expected, model);
    }

    [Theory]
    [InlineData("unet/diffusion_pytorch_model.bin", "unet/diffusion_pytorch_model.safetensors")]
    [InlineData("vae/diffusion_pytorch_model.fp16.bin", "vae/diffusion_pytorch_model.fp16.safetensors")]
    [InlineData("text_encoder/pytorch_model.bin", "text_encoder/model.safetensors")]
    [InlineData("text_encoder/pytorch_model.bin.index.fp16.json", "text_encoder/model.safetensors.index.fp16.json")]
    [InlineData("pytorch_model-00001-of-00002.bin", "model-00001-of-00002.safetensors")]
    public void SafetensorsName_OfAPickle_IsWhatDiffusersLooksFor(string pickle, string expected) =>
        Assert.Equal(expected, PickledWeights.SafetensorsName(pickle));

    private static string Refusal(string path) => Assert.Throws<CheckpointException>(() => DiffusersFolder.Open(path).Dispose()).Message;

    private static void AssertSame(DiffusionCheckpoint expected, DiffusionCheckpoint actual)
    {
        foreach (var (before, after) in new[]
        {
            (expected.UNet.Weights, actual.UNet.Weights), (expected.Autoencoder.Weights, actual.Autoencoder.Weights),
            (expected.TextEncoder.Weights, actual.TextEncoder.Weights),
        })
        {
            Assert.Equal(before.Weights.Select(weight => (weight.Name, weight.StoredType)), after.Weights.Select(weight => (weight.Name, weight.StoredType)));
            foreach (var name in before.Names)
                Assert.True(before[name].bytes.SequenceEqual(after[name].bytes), name);
        }
    }

    private static void AssertSame(string expected, string actual)
    {
        using var before = SafetensorsFile.Open(expected);
        using var after = SafetensorsFile.Open(actual);
        Assert.Equal(before.Entries.Values.Select(entry => (entry.Name, entry.StoredType)), after.Entries.Values.Select(entry => (entry.Name, entry.StoredType)));
        foreach (var name in before.Entries.Keys)
            Assert.True(before.Read(name).bytes.SequenceEqual(after.Read(name).bytes), name);
    }

    /// <summary>Puts the U-Net into two pickles and an index.</summary>
    private static void Split(string model, string index, string shard)
    {
        var path = Path.Combine(model, "unet", "diffusion_pytorch_model.safetensors");
        using (var file = SafetensorsFile.Open(path))
        {
            var map = file.Entries.Keys.ToDictionary(name => name, name => $"{shard}-0000{1 + name.Length % 2}-of-00002.bin");
            foreach (var part in map.Values.Distinct())
                File.WriteAllBytes(Path.Combine(model, "unet", part), TorchBytes.Of(path, name => map[name] == part));
            File.WriteAllText(Path.Combine(model, "unet", index), JsonSerializer.Serialize(new { weight_map = map }));
        }

        File.Delete(path);
    }

    private string Write(string name) => TinyModel.Write(folder.File(name));

    /// <summary>The tiny model with pickles alone.</summary>
    private string Pickled(string? variant)
    {
        var copy = Write("pickled");
        foreach (var file in Files)
        {
            var path = Path.Combine(copy, file + ".safetensors");
            var stem = file == "text_encoder/model" ? "text_encoder/pytorch_model" : file;
            File.WriteAllBytes(Path.Combine(copy, stem + (variant is null ? "" : "." + variant) + ".bin"), TorchBytes.Of(path));
            File.Delete(path);
        }

        return copy;
    }
}
