namespace Reranking.Onnx;

/// <summary>HuggingFace's <c>RobertaProcessing</c>: <c>&lt;s&gt; query &lt;/s&gt;&lt;/s&gt; document &lt;/s&gt;</c>, all of one type.</summary>
internal static class RobertaProcessing
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
        TemplatePiece[] pair =
        [
            .. single,
            new(TemplateSource.SpecialTokens, sep, 0),
            new(TemplateSource.Document, [], 0),
            new(TemplateSource.SpecialTokens, sep, 0),
        ];
        return new PostProcessor(new TokenTemplate(single), new TokenTemplate(pair));
    }
}
