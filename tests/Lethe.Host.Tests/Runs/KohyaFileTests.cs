using Lethe.Diffusion.Checkpoints;
using Lethe.Host.Runs;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Tests.Runs;

public sealed class KohyaFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lethe-test-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Write_LinearAndConvolution_GivesTheSameProductUnderTheCommonNames()
    {
        using var scope = torch.NewDisposeScope();
        const string linear = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight", conv = "conv_in.weight";
        using var edit = (LowRankEdit)ModelEdit.LowRank(new Dictionary<string, LowRankFactors>
        {
            [linear] = new() { Down = torch.randn([2, 4]), Up = torch.randn([6, 2]) },
            [conv] = new() { Down = torch.randn([3, 36]), Up = torch.randn([8, 3]) },
        }, 0.5);
        var shapes = new Dictionary<string, Tensor> { [linear] = torch.zeros([6, 4]), [conv] = torch.zeros([8, 4, 3, 3]) };
        var path = Path.Combine(folder, "edit.kohya.safetensors");

        KohyaFile.Write(path, edit, shapes, new Dictionary<string, string> { ["lethe.eraser"] = "x" });

        using var file = SafetensorsFile.Open(path);
        const string module = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k";
        var (down, up, alpha) = (file.Read(module + ".lora_down.weight"), file.Read(module + ".lora_up.weight"), file.Read(module + ".alpha").item<float>());
        var expected = 0.5 * edit.Factors[linear].Up.matmul(edit.Factors[linear].Down);
        Assert.True((up.matmul(down) * (alpha / 2) - expected).abs().max().item<float>() < 1e-5);
        Assert.Equal([3, 4, 3, 3], file.Read("lora_unet_conv_in.lora_down.weight").shape);
        Assert.Equal([8, 3, 1, 1], file.Read("lora_unet_conv_in.lora_up.weight").shape);
        Assert.Equal("x", file.Metadata["lethe.eraser"]);
        Assert.Equal("Dynamic", file.Metadata["ss_network_dim"]);
    }
}
