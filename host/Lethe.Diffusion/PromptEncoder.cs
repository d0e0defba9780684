using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Text;
using Lethe.Sdk.Diffusion;

namespace Lethe.Diffusion;

/// <summary>Tokenizer and text encoder together.</summary>
public sealed class PromptEncoder : ITextEncoder, IWordPieces
{
    private readonly ClipTextModel network;

    /// <param name="tokenizer">The tokenizer that the network was trained with.</param>
    /// <param name="network">Not owned.</param>
    /// <exception cref="CheckpointException">The two do not fit each other.</exception>
    public PromptEncoder(ClipTokenizer tokenizer, ClipTextModel network)
    {
        if (tokenizer.VocabularySize > network.Config.VocabularySize)
            throw new CheckpointException(
                $"{network.Config.Source}: `vocab_size` is `{network.Config.VocabularySize}`, expected at least `{tokenizer.VocabularySize}` as in `vocab.json`");
        if (network.Config.Positions < ClipTokenizer.ContextLength)
            throw new CheckpointException(
                $"{network.Config.Source}: `max_position_embeddings` is `{network.Config.Positions}`, expected at least `{ClipTokenizer.ContextLength}`");
        (Tokenizer, this.network) = (tokenizer, network);
    }

    public ClipTokenizer Tokenizer { get; }

    /// <summary>Where text states are made.</summary>
    public Device Device => network.TokenEmbedding.Content.device;

    /// <summary>The network, for what needs more than text states.</summary>
    public ClipTextModel Network => network;

    /// <inheritdoc/>
    public int MaxLength => ClipTokenizer.ContextLength;

    /// <inheritdoc/>
    public int Width => network.Config.Width;

    /// <inheritdoc/>
    public IReadOnlyList<string> Words => Tokenizer.Words;

    /// <inheritdoc/>
    public Tensor Encode(IReadOnlyList<string> prompts)
    {
        ArgumentOutOfRangeException.ThrowIfZero(prompts.Count, nameof(prompts));
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        // Each distinct prompt once and alone, so that its states do not depend on the company it came in.
        var states = prompts.Distinct().ToDictionary(prompt => prompt, EncodeOne);
        return torch.cat([.. prompts.Select(prompt => states[prompt])], 0).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public int LastSubjectToken(string prompt) => Math.Min(Tokenizer.Tokenize(prompt).Count, MaxLength - 2);

    private Tensor EncodeOne(string prompt)
    {
        using var scope = torch.NewDisposeScope();
        var ids = torch.tensor(Tokenizer.Encode(prompt), [1, ClipTokenizer.ContextLength], device: Device);
        return network.Forward(ids).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }
}
