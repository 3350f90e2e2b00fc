namespace Reranking.Onnx;

/// <summary>HuggingFace's <c>BertProcessing</c>: <c>[CLS] query [SEP] document [SEP]</c>.</summary>
internal static class BertProcessing
{
    public static PostProcessor Read(ComponentJson json) => Read(json, separatorsBetween: 1, documentType: 1);

    /// <summary>Reads the template with a number of separators between the texts, and a type id for all that belongs to the document.</summary>
    public static PostProcessor Read(ComponentJson json, int separatorsBetween, int documentType)
    {
        int[] cls = [json.GetTokenId("cls")];
        var sep = new TemplatePiece(TemplateSource.SpecialTokens, [json.GetTokenId("sep")], 0);
        TemplatePiece[] start = [new(TemplateSource.SpecialTokens, cls, 0), new(TemplateSource.Query, [], 0)];
        TemplatePiece[] end = [new(TemplateSource.Document, [], documentType), sep with { TypeId = documentType }];
        return new PostProcessor(new TokenTemplate([.. start, sep]), new TokenTemplate([.. start, .. Enumerable.Repeat(sep, separatorsBetween), .. end]));
    }
}
