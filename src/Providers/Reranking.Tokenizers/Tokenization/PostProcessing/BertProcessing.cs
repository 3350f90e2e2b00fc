namespace Reranking.Tokenizers.Tokenization.PostProcessing;

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

/// <summary>HuggingFace's <c>RobertaProcessing</c>: <c>&lt;s&gt; query &lt;/s&gt;&lt;/s&gt; document &lt;/s&gt;</c>, all of one type.</summary>
internal static class RobertaProcessing
{
    public static PostProcessor Read(ComponentJson json) =>
        BertProcessing.Read(json, separatorsBetween: 2, documentType: 0) with { SpaceTrims = ByteLevelProcessing.ReadTrims(json) };
}

/// <summary>HuggingFace's <c>ByteLevel</c>: adds no tokens, and takes spaces out of their parts of the text.</summary>
internal static class ByteLevelProcessing
{
    public static PostProcessor Read(ComponentJson json) => PostProcessor.None with { SpaceTrims = ReadTrims(json) };

    public static IReadOnlyList<bool> ReadTrims(ComponentJson json) =>
        json.GetOptionalBoolean("trim_offsets") ?? true ? [json.GetOptionalBoolean("add_prefix_space") ?? true] : [];
}
