using System.Text.Json;
using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Tests.Checkpoints;

namespace Lethe.EndToEnd;

/// <summary>Models in their two layouts, from file to file.</summary>
public sealed class ModelsTests : IDisposable
{
    private readonly Studio _studio = new();

    public void Dispose() => _studio.Dispose();

    [Fact]
    public async Task Convert_ToFileAndBack_GivesTheSameWeights()
    {
        Ok(await Lethe("models", "convert", "model", "single.safetensors"));
        Ok(await Lethe("models", "convert", "single.safetensors", "again", "--config", "model"));

        foreach (var file in (string[])["unet/diffusion_pytorch_model.safetensors", "vae/diffusion_pytorch_model.safetensors", "text_encoder/model.safetensors"])
        {
            using var before = SafetensorsFile.Open(_studio.In("model/" + file));
            using var after = SafetensorsFile.Open(_studio.In("again/" + file));
            Assert.Equal(before.Entries.Keys, after.Entries.Keys);
            Assert.All(before.Entries.Keys, name => Assert.Equal(Bytes(before, name), Bytes(after, name)));
        }
    }

    [Fact]
    public async Task Show_Json_TellsFamilyParametersAndHashes()
    {
        var shown = await Lethe("models", "show", "model", "--json");

        Ok(shown);
        using var json = JsonDocument.Parse(shown.Out);
        var data = json.RootElement.GetProperty("data");
        Assert.Equal("Stable Diffusion 1.x", data.GetProperty("family").GetString());
        Assert.Equal("folder", data.GetProperty("layout").GetString());
        Assert.Equal(3, data.GetProperty("components").GetArrayLength());
        Assert.Equal(64, data.GetProperty("files")[0].GetProperty("sha256").GetString()!.Length);
        Assert.Equal("down_blocks.0.attentions.0.transformer_blocks.0.attn2", data.GetProperty("cross_attention")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task Verify_RecordedThenChanged_EndsWithGateMissed()
    {
        Ok(await Lethe("models", "verify", "model", "--record", "recorded"));
        Ok(await Lethe("models", "verify", "model", "--expected", "recorded"));
        var path = _studio.In("model/unet/diffusion_pytorch_model.safetensors");
        var bytes = File.ReadAllBytes(path);
        // The highest byte of the last number: sign and exponent.
        bytes[^1] ^= 0x80;
        File.WriteAllBytes(path, bytes);

        var changed = await Lethe("models", "verify", "model", "--expected", "recorded");

        Assert.Equal(4, changed.ExitCode);
        Assert.Contains("unet: eps.t481", changed.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_SingleFile_WritesASingleFileWithEveryOtherTensorUnchanged()
    {
        Ok(await Lethe("models", "convert", "model", "single.safetensors"));
        // What no shape tells: heads, groups, the tokenizer.
        foreach (var file in Directory.EnumerateFiles(_studio.In("model"), "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".safetensors", StringComparison.Ordinal)))
        {
            var target = _studio.In(Path.Combine("single.config", Path.GetRelativePath(_studio.In("model"), file)));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        File.WriteAllText(_studio.In("policy.yaml"), Studio.Policy.Replace("model: model", "model: single.safetensors", StringComparison.Ordinal));

        Ok(await Lethe("apply", "policy.yaml", "--output", "run"));

        using var before = SafetensorsFile.Open(_studio.In("single.safetensors"));
        using var after = SafetensorsFile.Open(_studio.In("run/model/single.safetensors"));
        Assert.Equal(before.Entries.Values.Select(entry => (entry.Name, entry.StoredType)), after.Entries.Values.Select(entry => (entry.Name, entry.StoredType)));
        var changed = before.Entries.Keys.Where(name => !Bytes(before, name).SequenceEqual(Bytes(after, name))).ToList();
        Assert.NotEmpty(changed);
        Assert.All(changed, name => Assert.Matches(@"^model\.diffusion_model\..*\.attn2\.to_[kv]\.weight$", name));
        Assert.Contains("lethe.policy_sha256", after.Metadata.Keys);
        Assert.Contains("lethe.plugins", after.Metadata.Keys);
        Assert.True(File.Exists(_studio.In("run/model/single.config/unet/config.json")));
        var shown = await Lethe("models", "show", "run/model/single.safetensors");
        Ok(shown);
        Assert.Matches(@"metadata    lethe\.plugins: .*\n(metadata .*\n)*metadata    lethe\.policy_sha256: ", shown.Out);
    }

    [Fact]
    public async Task Apply_FolderOfPickles_WritesAFolderOfSafetensorsWithEveryOtherTensorUnchanged()
    {
        string[] files = ["unet/diffusion_pytorch_model", "vae/diffusion_pytorch_model", "text_encoder/model"];
        foreach (var file in files)
        {
            var path = _studio.In($"model/{file}.safetensors");
            File.WriteAllBytes(_studio.In($"model/{file.Replace("/model", "/pytorch_model", StringComparison.Ordinal)}.bin"), TorchBytes.Of(path));
            Directory.CreateDirectory(Path.GetDirectoryName(_studio.In("before/" + file))!);
            File.Move(path, _studio.In($"before/{file}.safetensors"));
        }
        File.WriteAllText(_studio.In("model/unet/diffusion_pytorch_model.non_ema.bin"), "not opened");

        Ok(await Lethe("apply", "policy.yaml", "--output", "run"));

        var changed = new List<string>();
        foreach (var file in files)
        {
            using var before = SafetensorsFile.Open(_studio.In($"before/{file}.safetensors"));
            using var after = SafetensorsFile.Open(_studio.In($"run/model/{file}.safetensors"));
            Assert.Equal(before.Entries.Values.Select(entry => (entry.Name, entry.StoredType)), after.Entries.Values.Select(entry => (entry.Name, entry.StoredType)));
            changed.AddRange(before.Entries.Keys.Where(name => !Bytes(before, name).SequenceEqual(Bytes(after, name))));
        }
        Assert.NotEmpty(changed);
        Assert.All(changed, name => Assert.Matches(@"\.attn2\.to_[kv]\.weight$", name));
        Assert.Empty(Directory.EnumerateFiles(_studio.In("run/model"), "*.bin", SearchOption.AllDirectories));
    }

    private static byte[] Bytes(SafetensorsFile file, string name)
    {
        using var bytes = new MemoryStream();
        file.CopyTo(name, bytes);
        return bytes.ToArray();
    }

    private static void Ok(LetheResult result) => Assert.True(result.ExitCode == 0, result.Error + result.Out);

    private Task<LetheResult> Lethe(params string[] arguments) => LetheProcess.RunAsync(_studio.Root, arguments);
}
