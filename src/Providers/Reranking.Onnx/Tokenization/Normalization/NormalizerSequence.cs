namespace Reranking.Onnx;

/// <summary>HuggingFace's <c>Sequence</c> of normalizers.</summary>
internal sealed class NormalizerSequence(Normalizer[] normalizers) : Normalizer
{
    public static Normalizer Read(ComponentJson json)
    {
        Normalizer[] normalizers = [.. json.GetComponents("normalizers", json.Kind).Select(TokenizerComponents.Normalizers.Read)];
        return normalizers.Length == 0 ? new IdentityNormalizer() : new NormalizerSequence(normalizers);
    }

    public override void Normalize(ReadOnlySpan<char> text, CharBuffer output, TokenizerScratch scratch)
    {
        CharBuffer source = scratch.RentBuffer();
        CharBuffer target = scratch.RentBuffer();
        source.Append(text);
        foreach (Normalizer normalizer in normalizers)
        {
            target.Clear();
            normalizer.Normalize(source.Span, target, scratch);
            (source, target) = (target, source);
        }

        output.Append(source.Span);
        scratch.ReturnBuffer(source);
        scratch.ReturnBuffer(target);
    }

    public override TextCut Cut(TextCut cut)
    {
        foreach (Normalizer normalizer in normalizers)
        {
            cut = cut.IsPossible ? normalizer.Cut(cut) : cut;
        }

        return cut;
    }
}
