namespace Reranking.Onnx;

/// <summary>HuggingFace's <c>BertProcessing</c>: <c>[CLS] query [SEP] document [SEP]</c>.</summary>
internal static class BertProcessing
{
    public static PostProcessor Read(ComponentJson json)
    {
        int[] cls = [json.GetTokenId("cls")];
        int[] sep = [json.GetTokenId("sep")];
        TemplatePiece[] single =
        [
            new(TemplateSource.SpecialTokens, cls, 0),
            new(TemplateSource.Query, [], 0),
            new(TemplateSource.SpecialTokens, sep, 0),
        ];
        TemplatePiece[] pair = [.. single, new(TemplateSource.Document, [], 1), new(TemplateSource.SpecialTokens, sep, 1)];
        return new PostProcessor(new TokenTemplate(single), new TokenTemplate(pair));
    }
}
