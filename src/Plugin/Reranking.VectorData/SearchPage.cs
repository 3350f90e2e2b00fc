namespace Reranking;

/// <summary>What one search asks for.</summary>
/// <param name="Query">The text to rerank by; blank where the search is not reranked.</param>
/// <param name="Skip">How many of the ranking's first results are left out.</param>
/// <param name="Top">How many results follow at most.</param>
/// <param name="Options">How the candidates are reranked; a copy for this search.</param>
internal readonly record struct SearchPage(string Query, int Skip, int Top, RerankingOptions Options)
{
    /// <summary>Gets how long the ranking must be for the page to be cut out of it.</summary>
    public int End => (int)Math.Min((long)Skip + Top, int.MaxValue);

    /// <summary>Gets how many candidates the first stage shall find, with nothing skipped.</summary>
    public int FetchCount => string.IsNullOrWhiteSpace(Query) ? End : Math.Max(Options.CandidateCount, End);
}
