using System.Text.Json;
using Lethe.Diffusion.Checkpoints;

namespace Lethe.Diffusion.Verification;

/// <summary>Token ids and text states.</summary>
internal static class RecordedText
{
    private const double Tolerance = 2e-5;

    /// <summary>Prompts on which tokenizers are known to disagree are left out.</summary>
    public static IEnumerable<OutputDifference> Tokens(StableDiffusion model, string path)
    {
        var tokenizer = ((PromptEncoder)model.TextEncoder).Tokenizer;
        var wrong = 0;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            foreach (var item in json.RootElement.GetProperty("prompts").EnumerateArray())
            {
                if (item.TryGetProperty("ids_open_clip", out _) || (item.TryGetProperty("hf_fast_differs", out var differs) && differs.GetBoolean()))
                    continue;
                var ids = item.GetProperty("ids").EnumerateArray().Select(id => id.GetInt64());
                wrong += ids.SequenceEqual(tokenizer.Encode(item.GetProperty("prompt").GetString()!)) ? 0 : 1;
            }
        }
        catch (Exception problem) when (problem is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new CheckpointException($"`{path}` is not a recording of prompts: {problem.Message.TrimEnd('.')}", problem);
        }

        yield return new OutputDifference("prompts: prompts with other ids", wrong, 0, IsRelative: false);
    }

    public static IEnumerable<OutputDifference> States(StableDiffusion model, string path)
    {
        var expected = RecordedOutputs.ReadAll(path);
        using var noGradient = torch.no_grad();
        using var output = model.Checkpoint.TextEncoder.ForwardAll(expected.Of("input_ids", path));
        foreach (var (name, tensor) in expected)
        {
            var actual = name switch
            {
                "last_hidden_state" => output.LastHiddenState,
                "pooled" => output.Pooled,
                "penultimate_hidden_state" => output.HiddenStates[^2],
                "hidden_states.last_before_norm" => output.HiddenStates[^1],
                _ when name.StartsWith("hidden_states.", StringComparison.Ordinal) && int.TryParse(name["hidden_states.".Length..], out var layer)
                    && layer < output.HiddenStates.Count => output.HiddenStates[layer],
                _ => null,
            };
            if (actual is not null)
                yield return OutputDifference.Absolute($"text: {name}", tensor, actual, Tolerance);
        }
    }
}
