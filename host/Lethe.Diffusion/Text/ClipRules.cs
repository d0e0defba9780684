using Microsoft.ML.Tokenizers;

namespace Lethe.Diffusion.Text;

/// <summary><see cref="ClipText.Normalize"/> as the byte-pair tokenizer asks for it.</summary>
internal sealed class ClipNormalizer : Normalizer
{
    public override string Normalize(string original) => ClipText.Normalize(original);

    public override string Normalize(ReadOnlySpan<char> original) => ClipText.Normalize(original.ToString());
}

/// <summary><see cref="ClipText.Pieces"/> as the byte-pair tokenizer asks for it.</summary>
internal sealed class ClipPreTokenizer(IReadOnlyList<string> specials) : PreTokenizer
{
    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => ClipText.Pieces(text, specials);

    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => ClipText.Pieces(text.ToString(), specials);
}
