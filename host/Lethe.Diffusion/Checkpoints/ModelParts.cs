using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Schedules;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>A model's configuration and the files it is made of, before any weight is read.</summary>
internal sealed record ModelParts
{
    public required UNet2DConfig UNet { get; init; }

    public required AutoencoderKLConfig Autoencoder { get; init; }

    public required ClipTextConfig Text { get; init; }

    public required SchedulerConfig Scheduler { get; init; }

    /// <summary>The folder with the tokenizer; null for CLIP's own.</summary>
    public required string? TokenizerFolder { get; init; }

    /// <summary>Weight files by component: <c>unet</c>, <c>vae</c>, <c>text_encoder</c>.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Weights { get; init; }

    /// <summary>All files.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    public static string FamilyOf(UNet2DConfig unet, ClipTextConfig text) =>
        unet.UseLinearProjection || text.Activation == "gelu" ? "Stable Diffusion 2.x" : "Stable Diffusion 1.x";

    /// <summary>Refuses networks that do not fit each other, and those of another model.</summary>
    public ModelParts Checked(string path)
    {
        ForeignModel.RefuseInputs(UNet.InChannels, Autoencoder.LatentChannels, $"`{path}`");
        return Text.Width == UNet.CrossAttentionWidth
            ? this
            : throw new CheckpointException(
                $"`{path}`: the text encoder is `{Text.Width}` wide, but the U-Net expects `cross_attention_dim` `{UNet.CrossAttentionWidth}`");
    }
}
