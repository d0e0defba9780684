namespace Lethe.Sdk.Diffusion;

/// <summary>The tokenizer and the text encoder of a model. Safe to call from one thread at a time.</summary>
public interface ITextEncoder
{
    /// <summary>Tokens of one prompt, start, end and padding included: L, 77 for Stable Diffusion 1.x.</summary>
    int MaxLength { get; }

    /// <summary>Width D of one text state, 768 for Stable Diffusion 1.x.</summary>
    int Width { get; }

    /// <summary>The text states of prompts after the encoder's final normalisation.</summary>
    /// <param name="prompts">One prompt for each row; the empty prompt is allowed; what does not fit is cut off.</param>
    /// <returns><c>[B, L, D]</c> in float32 on the model's device, without gradient. The caller disposes it.</returns>
    Tensor Encode(IReadOnlyList<string> prompts);

    /// <summary>
    /// Row of the last subject token: the number of tokens without padding, start and end included, less two. The empty prompt gives 0,
    /// the row of the start token. Trailing punctuation is a token like any other: strip it first.
    /// </summary>
    /// <param name="prompt">The prompt.</param>
    int LastSubjectToken(string prompt);
}
