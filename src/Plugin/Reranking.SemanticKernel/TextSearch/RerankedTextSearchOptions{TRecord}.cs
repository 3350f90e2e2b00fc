namespace Reranking;

/// <summary>How <see cref="RerankedTextSearch{TRecord}"/> reranks.</summary>
/// <typeparam name="TRecord">The type of the records.</typeparam>
/// <remarks>They are copied when the search is decorated: later changes have no effect.</remarks>
public sealed class RerankedTextSearchOptions<TRecord>
{
    /// <summary>Gets or sets the function that returns the text of a record to score. A record without text is not scored.</summary>
    /// <value>
    /// It is used where whole records are searched for; strings and text search results need none. The default is <see langword="null"/>: the property that
    /// is marked with <c>TextSearchResultValue</c>, which has to be a string.
    /// </value>
    public Func<TRecord, string?>? TextSelector { get; set; }

    /// <summary>Gets or sets how the candidates are reranked.</summary>
    /// <value>
    /// The default is <see langword="null"/>: the defaults of the reranker. <see cref="RerankingOptions.TopN"/> is not used by searches, since their <c>Top</c>
    /// says how many results there are; it is the default <c>count</c> of the functions that <see cref="RerankedSearchPlugin"/> makes.
    /// </value>
    public RerankingOptions? Reranking { get; set; }
}
