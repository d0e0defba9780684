using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Networks;

namespace Lethe.Diffusion.Tests.Networks;

/// <summary>The text encoder and the whole CLIP model against openai/CLIP.</summary>
public sealed class ClipGoldenTests
{
    [Fact]
    public void ForwardAll_Prompts_MatchesReference()
    {
        var expected = TinySd.Expected("text");
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        using var encoder = TinySd.TextEncoder();

        using var output = encoder.ForwardAll(expected["input_ids"]);

        TinySd.AssertClose(expected["last_hidden_state"], output.LastHiddenState, 2e-5, "last");
        TinySd.AssertClose(expected["pooled"], output.Pooled, 2e-5, "pooled");
        TinySd.AssertClose(expected["hidden_states.0"], output.HiddenStates[0], 2e-5, "0");
        TinySd.AssertClose(expected["hidden_states.1"], output.HiddenStates[1], 2e-5, "1");
        TinySd.AssertClose(expected["penultimate_hidden_state"], output.HiddenStates[^2], 2e-5, "penultimate");
        TinySd.AssertClose(expected["hidden_states.last_before_norm"], output.HiddenStates[^1], 2e-5, "before norm");
    }

    [Fact]
    public void Forward_Prompts_EqualsForwardAll()
    {
        var expected = TinySd.Expected("text");
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        using var encoder = TinySd.TextEncoder();

        var last = encoder.Forward(expected["input_ids"]);

        TinySd.AssertClose(expected["last_hidden_state"], last, 2e-5);
    }

    [Fact]
    public void ClipModel_ImagesAndTexts_MatchesReference()
    {
        var expected = TinySd.ReadAll(Golden.Path("metrics", "tiny-clip", "expected.safetensors"));
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        using var file = SafetensorsFile.Open(Golden.Path("metrics", "tiny-clip", "model.safetensors"));
        using var weights = file.ReadAll();
        using var clip = new ClipModel(ClipConfig.Load(Golden.Path("metrics", "tiny-clip", "config.json")), weights);
        var pixels = torch.cat([.. Enumerable.Range(0, 4).Select(i => expected[$"image{i}.pixel_values"].unsqueeze(0))], 0);

        var images = clip.ImageFeatures(pixels);
        var texts = clip.TextFeatures(expected["input_ids"]);

        TinySd.AssertClose(expected["image_features"], images, 1e-5, "images");
        TinySd.AssertClose(expected["text_features"], texts, 1e-5, "texts");
        TinySd.AssertClose(expected["logits_per_image"], clip.LogitsPerImage(images, texts), 2e-4, "logits");
    }
}
