using Lethe.Sdk.Anchors;
using Lethe.Sdk.Diffusion;

namespace Lethe.Sdk.Training;

/// <summary>The prompts under which concepts are trained, encoded once: every phrase of a concept in every template.</summary>
public sealed class ConceptPrompts : IDisposable
{
    private const string Bare = "{}", WithArticle = "{a}";

    private readonly IReadOnlyList<IReadOnlyList<Tensor>> _states;

    /// <summary>Encodes the prompts.</summary>
    /// <param name="encoder">The model's text encoder.</param>
    /// <param name="concepts">At least one.</param>
    /// <param name="templates">At least one; see <see cref="IsTemplate"/>.</param>
    public ConceptPrompts(ITextEncoder encoder, IReadOnlyList<Concept> concepts, IReadOnlyList<string> templates)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(concepts);
        ArgumentNullException.ThrowIfNull(templates);
        Texts = [.. concepts.Select(concept => (IReadOnlyList<string>)[.. concept.Phrases
            .SelectMany(phrase => templates.Select(template => Fill(template, phrase.Trim()))).Distinct(StringComparer.Ordinal)])];
        using var still = torch.no_grad();
        _states = [.. Texts.Select(texts => (IReadOnlyList<Tensor>)[.. texts.Select(text => encoder.Encode([text]).DetachFromDisposeScope())])];
    }

    /// <summary>The prompts of each concept, in order.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Texts { get; }

    /// <summary>Whether a text holds <c>{}</c>, which stands for the phrase, or <c>{a}</c>, the phrase after <c>a</c> or <c>an</c>, once and no other braces.</summary>
    /// <param name="text">The text.</param>
    public static bool IsTemplate(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var rest = text.Replace(WithArticle, Bare, StringComparison.Ordinal).Split(Bare);
        return rest.Length == 2 && !rest.Any(part => part.Contains('{', StringComparison.Ordinal) || part.Contains('}', StringComparison.Ordinal));
    }

    /// <summary>Draws a concept, each as likely as the others, then one of its prompts.</summary>
    /// <param name="generator">Source of randomness; two draws.</param>
    /// <returns>Index of the concept and the text states <c>[1, L, D]</c>, which stay this object's.</returns>
    public (int Concept, Tensor States) Draw(torch.Generator generator)
    {
        var concept = Below(_states.Count, generator);
        return (concept, _states[concept][Below(_states[concept].Count, generator)]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var states in _states.SelectMany(states => states))
            states.Dispose();
    }

    private static string Fill(string template, string phrase)
    {
        var article = phrase.Length > 0 && "aeiou".Contains(char.ToLowerInvariant(phrase[0]), StringComparison.Ordinal) ? "an " : "a ";
        return template.Replace(WithArticle, article + phrase, StringComparison.Ordinal).Replace(Bare, phrase, StringComparison.Ordinal);
    }

    private static int Below(int count, torch.Generator generator)
    {
        using var drawn = torch.randint(count, [1], generator: generator);
        return (int)drawn.item<long>();
    }
}
