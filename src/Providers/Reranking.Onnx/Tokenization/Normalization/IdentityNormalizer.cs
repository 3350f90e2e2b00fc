namespace Reranking.Onnx;

/// <summary>What a tokenizer without a normalizer does: nothing but the repair of lone surrogates.</summary>
internal sealed class IdentityNormalizer : Normalizer
{
    public override void Normalize(ReadOnlySpan<char> text, CharBuffer output, TokenizerScratch scratch) =>
        output.AppendRepaired(text);

    public override TextCut Cut(TextCut cut) => cut;

    public override int SettledLength(ReadOnlySpan<char> start) => start.Length;
}
