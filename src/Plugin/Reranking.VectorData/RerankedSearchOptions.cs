namespace Reranking;

/// <summary>How <see cref="RerankedVectorSearch{TRecord}"/> and <see cref="RerankedHybridSearch{TRecord}"/> rerank.</summary>
/// <remarks>They are copied when the search is decorated: later changes have no effect.</remarks>
public sealed class RerankedSearchOptions
{
    /// <summary>Gets or sets the function that returns the query text of a search value that is not a string, such as an embedding or a picture.</summary>
    /// <value>
    /// A function from the search value to its text. If it returns <see langword="null"/> or white space, that search is not reranked. The default is
    /// <see langword="null"/>: a search value that is not a string is refused, because otherwise reranking would silently not take place.
    /// </value>
    public Func<object, string?>? QuerySelector { get; set; }

    /// <summary>Gets or sets how the candidates are reranked.</summary>
    /// <value>
    /// The default is <see langword="null"/>: the defaults of the reranker. <see cref="RerankingOptions.TopN"/> is ignored: the <c>top</c> of a search
    /// applies.
    /// </value>
    public RerankingOptions? Reranking { get; set; }
}
