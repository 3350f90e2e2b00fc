namespace Reranking.Tokenizers.Tokenization.PostProcessing;

/// <summary>HuggingFace's <c>Sequence</c> of post-processors, of which only one may add tokens.</summary>
internal static class PostProcessorSequence
{
    public static PostProcessor Read(ComponentJson json)
    {
        PostProcessor[] adding =
        [
            .. json.GetComponents("processors", json.Kind).Select(TokenizerComponents.PostProcessors.Read).Where(processor => processor != PostProcessor.None),
        ];
        return adding.Length switch
        {
            0 => PostProcessor.None,
            1 => adding[0],
            _ => throw json.Unusable($"has a {json.Kind} with {adding.Length} that add tokens; expected one at most"),
        };
    }
}
