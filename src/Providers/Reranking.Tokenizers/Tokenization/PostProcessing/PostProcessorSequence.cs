namespace Reranking.Tokenizers.Tokenization.PostProcessing;

/// <summary>HuggingFace's <c>Sequence</c> of post-processors, of which only one may add tokens.</summary>
internal static class PostProcessorSequence
{
    public static PostProcessor Read(ComponentJson json)
    {
        PostProcessor[] all = [.. json.GetComponents("processors", json.Kind).Select(TokenizerComponents.PostProcessors.Read)];
        PostProcessor[] adding = [.. all.Where(static processor => processor.AddsTokens)];
        bool[] trims = [.. all.SelectMany(static processor => processor.SpaceTrims)];
        return adding.Length switch
        {
            0 => PostProcessor.None with { SpaceTrims = trims },
            1 => adding[0] with { SpaceTrims = trims },
            _ => throw json.Unusable($"has a {json.Kind} with {adding.Length} that add tokens; expected one at most"),
        };
    }
}
