using Lethe.Plugins.RealEra;
using Lethe.Sdk.Diffusion;

namespace Plugins.Tests.RealEra;

/// <summary>A text encoder in float64 with one token a word; a row depends on all words up to it, as under a causal mask, and is as long as CLIP's.</summary>
internal sealed class WordEncoder(int rows = 12, int width = 64) : ITextEncoder
{
    public int MaxLength => rows;

    public int Width => width;

    public Tensor Encode(IReadOnlyList<string> prompts) => torch.stack(prompts.Select(States));

    public int LastSubjectToken(string prompt) => Math.Min(Words(prompt).Length, rows - 2);

    public PromptPair Pair(string template, string concept, string anchor) =>
        new(this, Sentence.Of(template, concept), Sentence.Of(template, anchor));

    private Tensor States(string prompt)
    {
        var words = Words(prompt);
        return torch.stack(Enumerable.Range(0, rows).Select(row =>
        {
            var seen = string.Join(' ', words.Take(row)) + (row > words.Length ? $"<end {row}>" : "");
            using var generator = new torch.Generator(seen.Aggregate(17UL, (hash, letter) => unchecked((hash * 31) + letter)));
            return torch.randn([width], float64, generator: generator);
        }));
    }

    private static string[] Words(string prompt) => prompt.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
