using Reranking.Tokenizers.Tokenization.Alignment;

namespace Reranking.Tokenizers.Tokenization.Normalization;

/// <summary>HuggingFace's <c>Sequence</c> of normalizers.</summary>
internal sealed class NormalizerSequence(Normalizer[] normalizers) : Normalizer
{
    private delegate void Step(Normalizer normalizer, ReadOnlySpan<char> source, CharBuffer target, TokenizerScratch scratch);

    public override double MaxGrowth => normalizers.Aggregate(1.0, static (growth, normalizer) => growth * normalizer.MaxGrowth);

    public static Normalizer Read(ComponentJson json)
    {
        Normalizer[] normalizers = [.. json.GetComponents("normalizers", json.Kind).Select(TokenizerComponents.Normalizers.Read)];
        return normalizers.Length == 0 ? new IdentityNormalizer() : new NormalizerSequence(normalizers);
    }

    public override void Normalize(ReadOnlySpan<char> text, CharBuffer output, TokenizerScratch scratch) =>
        Run(text, output, scratch, static (normalizer, source, target, scratch) => normalizer.Normalize(source, target, scratch));

    public override void NormalizeStart(ReadOnlySpan<char> start, CharBuffer output, TokenizerScratch scratch) =>
        Run(start, output, scratch, static (normalizer, source, target, scratch) => normalizer.NormalizeStart(source, target, scratch));

    public override void Align(AlignedText source, AlignedText target)
    {
        foreach (Normalizer normalizer in normalizers)
        {
            var next = new AlignedText();
            normalizer.Align(source, next);
            source = next;
        }

        target.Append(source);
    }

    public override TextCut Cut(TextCut cut)
    {
        foreach (Normalizer normalizer in normalizers)
        {
            cut = cut.IsPossible ? normalizer.Cut(cut) : cut;
        }

        return cut;
    }

    private void Run(ReadOnlySpan<char> text, CharBuffer output, TokenizerScratch scratch, Step step)
    {
        CharBuffer source = scratch.RentBuffer();
        CharBuffer target = scratch.RentBuffer();
        source.Append(text);
        foreach (Normalizer normalizer in normalizers)
        {
            target.Clear();
            step(normalizer, source.Span, target, scratch);
            (source, target) = (target, source);
        }

        output.Append(source.Span);
        scratch.ReturnBuffer(source);
        scratch.ReturnBuffer(target);
    }
}
