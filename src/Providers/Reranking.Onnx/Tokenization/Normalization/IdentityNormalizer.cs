namespace Reranking.Onnx;

/// <summary>What a tokenizer without a normalizer does: nothing but the repair of lone surrogates.</summary>
internal sealed class IdentityNormalizer : Normalizer
{
    public override void Normalize(ReadOnlySpan<char> text, CharBuffer output, TokenizerScratch scratch)
    {
        while (!text.IsEmpty)
        {
            int surrogate = text.IndexOfAnyInRange('\uD800', '\uDFFF');
            int plain = surrogate < 0 ? text.Length : surrogate;
            output.Append(text[..plain]);
            text = text[plain..];
            if (!text.IsEmpty)
            {
                output.AppendCodePoint(CodePoints.Decode(text, 0, out int length));
                text = text[length..];
            }
        }
    }

    public override int StartOf(int codePoint) => codePoint;

    public override int EndOf(int codePoint) => codePoint;
}
