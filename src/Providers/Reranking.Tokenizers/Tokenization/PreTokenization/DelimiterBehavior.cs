namespace Reranking.Tokenizers.Tokenization.PreTokenization;

/// <summary>Where delimiters go; the names are HuggingFace's.</summary>
internal enum DelimiterBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}
