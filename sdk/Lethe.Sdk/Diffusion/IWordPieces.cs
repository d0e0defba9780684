namespace Lethe.Sdk.Diffusion;

/// <summary>Optional power of an <see cref="ITextEncoder"/>: it names the words of its vocabulary.</summary>
public interface IWordPieces
{
    /// <summary>Every entry that ends a word, in order, without the end-of-word marker: what can be written as a prompt of its own.</summary>
    IReadOnlyList<string> Words { get; }
}
