using Lethe.Diffusion.Checkpoints;

namespace Lethe.Diffusion.Tests.Checkpoints;

/// <summary>Opening, saving and refusing whole model folders, on a tiny random model and on the reference model.</summary>
public sealed class DiffusersFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Open_ReferenceFolder_PredictsTheReferenceNoise()
    {
        var expected = TinySd.Expected("unet");
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();

        using var model = DiffusersFolder.Open(TinySd.Folder);

        var eps = model.UNet.Forward(expected["sample"], torch.tensor(new[] { 481L }), expected["encoder_hidden_states"]);
        TinySd.AssertClose(expected["eps.t481"], eps, 5e-5);
        Assert.Contains("unet/diffusion_pytorch_model.safetensors", model.FileHashes.Keys);
        Assert.All(model.FileHashes.Values, hash => Assert.Equal(64, hash.Length));
    }

    [Fact]
    public void Open_LegacyHalfPrecisionVariant_LoadsTheSameAutoencoder()
    {
        using var scope = torch.NewDisposeScope();
        var published = Golden.Path("tiny-sd", "vae_legacy_names.fp16.safetensors");
        var copy = Path.Combine(folder.Path, "copy");
        foreach (var file in Directory.EnumerateFiles(TinySd.Folder, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(TinySd.Folder, file).Replace(".safetensors", ".fp16.safetensors", StringComparison.Ordinal));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file.Contains("/vae/diffusion", StringComparison.Ordinal) ? published : file, target);
        }

        using var plain = DiffusersFolder.Open(TinySd.Folder);
        using var legacy = DiffusersFolder.Open(copy, variant: "fp16");

        Assert.Equal(plain.Autoencoder.Weights.Names, legacy.Autoencoder.Weights.Names);
        foreach (var name in plain.Autoencoder.Weights.Names)
            Assert.True(plain.Autoencoder.Weights[name].bytes.SequenceEqual(legacy.Autoencoder.Weights[name].bytes), name);
    }

    [Fact]
    public void Save_Unchanged_EveryTensorIsBitIdentical()
    {
        using var scope = torch.NewDisposeScope();
        var source = Copy();
        using var model = DiffusersFolder.Open(source);
        var target = Path.Combine(folder.Path, "saved");

        DiffusersFolder.Save(model, target, metadata: new Dictionary<string, string> { ["lethe"] = "test" });

        foreach (var file in new[]
            { "unet/diffusion_pytorch_model.safetensors", "vae/diffusion_pytorch_model.safetensors", "text_encoder/model.safetensors" })
        {
            using var before = SafetensorsFile.Open(Path.Combine(source, file));
            using var after = SafetensorsFile.Open(Path.Combine(target, file));
            Assert.Equal("test", after.Metadata["lethe"]);
            Assert.Equal(before.Entries.Keys, after.Entries.Keys);
            foreach (var (name, entry) in before.Entries)
            {
                Assert.Equal(entry.StoredType, after.Entries[name].StoredType);
                Assert.True(before.Read(name).bytes.SequenceEqual(after.Read(name).bytes), name);
            }
        }

        using var again = DiffusersFolder.Open(target);
        Assert.Equal(model.FileHashes["tokenizer/vocab.json"], again.FileHashes["tokenizer/vocab.json"]);
    }

    [Theory]
    [InlineData("unet/diffusion_pytorch_model.safetensors", "conv_in.weight", "tensor `conv_in.weight` is missing")]
    [InlineData("text_encoder/model.safetensors", "text_model.final_layer_norm.bias", "tensor `text_model.final_layer_norm.bias` is missing")]
    public void Open_MissingTensor_IsRefusedByName(string file, string tensor, string expected)
    {
        var copy = Copy();
        Rewrite(Path.Combine(copy, file), tensors => tensors.Remove(tensor));

        Assert.Contains(expected, Refusal(copy), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WrongShape_IsRefusedWithBothShapes()
    {
        var copy = Copy();
        Rewrite(Path.Combine(copy, "unet/diffusion_pytorch_model.safetensors"), tensors => tensors["conv_in.weight"] = torch.zeros([8, 5, 3, 3]));

        Assert.Contains(
            "tensor `conv_in.weight` has shape `[8, 5, 3, 3]`, expected `[8, 4, 3, 3]`", Refusal(copy), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NaN_IsRefusedByName()
    {
        var copy = Copy();
        Rewrite(Path.Combine(copy, "vae/diffusion_pytorch_model.safetensors"), tensors => tensors["quant_conv.bias"] = torch.zeros([8]) / 0.0);

        Assert.Contains("tensor `quant_conv.bias` holds NaN or infinity", Refusal(copy), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"layers_per_block\": 1", "\"layers_per_block\": 2000000000", "`layers_per_block` is `2000000000`")]
    [InlineData("\"norm_num_groups\": 4", "\"norm_num_groups\": 0", "`norm_num_groups` is `0`")]
    [InlineData("\"norm_num_groups\": 4", "\"norm_num_groups\": 7", "a multiple of `norm_num_groups`")]
    [InlineData("\"attention_head_dim\": 2", "\"attention_head_dim\": 5", "gives `5` heads")]
    [InlineData("\"act_fn\": \"silu\"", "\"act_fn\": \"mish\"", "`act_fn` is `\"mish\"`")]
    [InlineData("\"act_fn\": \"silu\"", "\"class_embed_type\": \"timestep\"", "`class_embed_type` is")]
    [InlineData("\"in_channels\": 4", "\"in_channels\": \"4\"", "`in_channels` is `\"4\"`")]
    public void Open_HostileConfiguration_IsRefusedByKey(string old, string now, string expected)
    {
        var copy = Copy();
        var path = Path.Combine(copy, "unet", "config.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace(old, now, StringComparison.Ordinal));

        var refusal = Refusal(copy);

        Assert.Contains(path, refusal, StringComparison.Ordinal);
        Assert.Contains(expected, refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../unet/diffusion_pytorch_model.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("model.bin")]
    public void Open_ShardOutsideItsFolder_IsRefused(string shard)
    {
        var copy = Copy();
        File.Delete(Path.Combine(copy, "unet", "diffusion_pytorch_model.safetensors"));
        File.WriteAllText(
            Path.Combine(copy, "unet", "diffusion_pytorch_model.safetensors.index.json"), $$$"""{"weight_map":{"conv_in.weight":"{{{shard}}}"}}""");

        Assert.Contains("`conv_in.weight` is in", Refusal(copy), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Shards_LoadsTheSameWeights()
    {
        using var scope = torch.NewDisposeScope();
        var copy = Copy();
        var path = Path.Combine(copy, "unet", "diffusion_pytorch_model.safetensors");
        var tensors = TinySd.ReadAll(path);
        File.Delete(path);
        var map = tensors.Keys.ToDictionary(name => name, name => name.Length % 2 == 0 ? "part-1.safetensors" : "part-2.safetensors");
        foreach (var shard in map.Values.Distinct())
            SafetensorsWriter.Write(Path.Combine(copy, "unet", shard), tensors.Where(item => map[item.Key] == shard));
        File.WriteAllText(path + ".index.json", System.Text.Json.JsonSerializer.Serialize(new { weight_map = map }));

        using var model = DiffusersFolder.Open(copy);

        Assert.Equal(tensors.Count, model.UNet.Weights.Count);
    }

    [Fact]
    public void Save_IntoAnExistingFolder_IsRefusedAndChangesNothing()
    {
        using var model = DiffusersFolder.Open(Copy());
        var target = Directory.CreateDirectory(Path.Combine(folder.Path, "taken")).FullName;

        Assert.Throws<CheckpointException>(() => DiffusersFolder.Save(model, target));

        Assert.Empty(Directory.EnumerateFileSystemEntries(target));
    }

    [Fact]
    public void Save_WeightThatDoesNotFit_LeavesNothingBehind()
    {
        using var scope = torch.NewDisposeScope();
        using var model = DiffusersFolder.Open(Copy());
        using (torch.no_grad())
            model.UNet.Weights["conv_in.bias"].fill_(1e9);

        Assert.Throws<CheckpointException>(() => DiffusersFolder.Save(model, Path.Combine(folder.Path, "saved"), torch.float16));

        Assert.Equal(["copy"], Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }

    private static string Refusal(string path) => Assert.Throws<CheckpointException>(() => DiffusersFolder.Open(path).Dispose()).Message;

    private static void Rewrite(string path, Action<Dictionary<string, Tensor>> change)
    {
        using var scope = torch.NewDisposeScope();
        var tensors = TinySd.ReadAll(path);
        change(tensors);
        SafetensorsWriter.Write(path, tensors);
    }

    private string Copy() => TinyModel.Write(Path.Combine(folder.Path, "copy"));
}
