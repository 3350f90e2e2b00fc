namespace Reranking.Onnx;

/// <summary>The last stage: where the special tokens go.</summary>
/// <param name="Single">Around one text.</param>
/// <param name="Pair">Around a query and a document.</param>
internal sealed record PostProcessor(TokenTemplate Single, TokenTemplate Pair)
{
    /// <summary>Gets what a tokenizer without a post-processor does: no special tokens.</summary>
    public static PostProcessor None { get; } = new(
        new TokenTemplate([new TemplatePiece(TemplateSource.Query, [], 0)]),
        new TokenTemplate([new TemplatePiece(TemplateSource.Query, [], 0), new TemplatePiece(TemplateSource.Document, [], 1)]));

    public int HighestSpecialId => Math.Max(Single.HighestSpecialId, Pair.HighestSpecialId);
}
