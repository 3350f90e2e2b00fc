namespace Reranking.Onnx;

/// <summary>Every component that is supported: one more is a class and a line here.</summary>
internal static class TokenizerComponents
{
    public static ComponentRegistry<Normalizer> Normalizers { get; } = new(new()
    {
        ["BertNormalizer"] = BertNormalizer.Read,
        ["Lowercase"] = static _ => new LowercaseNormalizer(),
        ["Sequence"] = NormalizerSequence.Read,
    });

    public static ComponentRegistry<PreTokenizer> PreTokenizers { get; } = new(new()
    {
        ["BertPreTokenizer"] = static _ => new BertPreTokenizer(),
    });

    public static ComponentRegistry<TokenModel> Models { get; } = new(new()
    {
        ["WordPiece"] = WordPieceModel.Read,
    });

    public static ComponentRegistry<PostProcessor> PostProcessors { get; } = new(new()
    {
        ["BertProcessing"] = BertProcessing.Read,
        ["TemplateProcessing"] = TemplateProcessing.Read,
    });
}
