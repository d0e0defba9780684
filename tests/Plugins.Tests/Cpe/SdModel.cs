using Lethe.Sdk.Diffusion;

namespace Plugins.Tests.Cpe;

/// <summary>The cross-attention layers of Stable Diffusion 1.x, or of a smaller network of the same shape.</summary>
internal static class SdModel
{
    public static IReadOnlyList<(string Name, long Width)> Layers { get; } =
    [
        .. Blocks("down_blocks.0", 2, 320), .. Blocks("down_blocks.1", 2, 640), .. Blocks("down_blocks.2", 2, 1280),
        .. Blocks("up_blocks.1", 3, 1280), .. Blocks("up_blocks.2", 3, 640), .. Blocks("up_blocks.3", 3, 320), .. Blocks("mid_block", 1, 1280),
    ];

    /// <summary>Layers with weights of no particular value.</summary>
    public static IReadOnlyList<CrossAttentionLayer> CrossAttention(long textWidth = 768) =>
        [.. Layers.Select(layer => Layer(layer.Name, torch.zeros([layer.Width, textWidth]), torch.zeros([layer.Width, textWidth])))];

    public static CrossAttentionLayer Layer(string name, Tensor key, Tensor value) => new() { Name = name, KeyWeight = key, ValueWeight = value };

    private static IEnumerable<(string, long)> Blocks(string prefix, int count, long width) =>
        Enumerable.Range(0, count).Select(i => ($"{prefix}.attentions.{i}.transformer_blocks.0.attn2", width));
}
