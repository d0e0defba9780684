using System.Text.Json;
using Lethe.Sdk.Diffusion;

namespace Plugins.Tests.Baselines;

/// <summary>A text encoder that looks states up in a table.</summary>
internal sealed class TableEncoder(JsonElement cases, Tensor states) : ITextEncoder
{
    private readonly List<string> _prompts = [.. cases.GetProperty("prompts").EnumerateArray().Select(text => text.GetString()!)];
    private readonly List<int> _last = [.. cases.GetProperty("last_token_index").EnumerateArray().Select(index => index.GetInt32())];

    public int MaxLength => (int)states.shape[1];

    public int Width => (int)states.shape[2];

    public Tensor Encode(IReadOnlyList<string> prompts) => torch.stack(prompts.Select(prompt => states.select(0, IndexOf(prompt))));

    public int LastSubjectToken(string prompt) => _last[IndexOf(prompt)];

    private int IndexOf(string prompt) => _prompts.IndexOf(prompt.Length == 0 ? " " : prompt);
}
