namespace Reranking;

/// <summary>How <see cref="RerankedVectorSearch{TRecord}"/> and <see cref="RerankedHybridSearch{TRecord}"/> rerank.</summary>
/// <remarks>They are copied when the search is decorated: later changes have no effect.</remarks>
public sealed class RerankedSearchOptions
{
    /// <summary>Gets or sets what gives the query text of a search value that is not a string, such as an embedding or a picture.</summary>
    /// <value>
    /// A function from the search value to its text. Where it gives <see langword="null"/> or white space, that search is not reranked. The default is
    /// <see langword="null"/>: a search value that is not a string is refused, because reranking would silently not take place.
    /// </value>
    public Func<object, string?>? QuerySelector { get; set; }

    /// <summary>Gets or sets how the candidates are reranked.</summary>
    /// <value>
    /// The default is <see langword="null"/>: as the reranker was set up. <see cref="RerankingOptions.TopN"/> is not used, since the <c>top</c> of a search says how many
    /// results there are.
    /// </value>
    public RerankingOptions? Reranking { get; set; }
}
