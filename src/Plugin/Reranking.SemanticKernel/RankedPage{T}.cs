using Microsoft.SemanticKernel.Data;

namespace Reranking;

/// <summary>The page that was asked for, and what happened on the way to it.</summary>
internal sealed class RankedPage<T>
{
    private readonly RerankingResult<T> _result;
    private readonly RankedCandidate<T>[] _page;

    public RankedPage(RerankingResult<T> result, int skip)
    {
        _result = result;

        // What was not scored follows in first-stage order, blank texts included: put last of all, they would move from page to page as later pages fetch more.
        _page = [.. result.Ranking.OrderBy(static ranked => ranked.Relevance is null ? ranked.Index : -1).Skip(skip)];
        Items = [.. _page.Select(static ranked => ranked.Candidate)];
    }

    /// <summary>Gets the results, best first.</summary>
    public List<T> Items { get; }

    /// <summary>Puts the page in the place of the results that it was ranked from.</summary>
    public KernelSearchResults<T> ToSearchResults(KernelSearchResults<T> found)
    {
        var metadata = found.Metadata is null ? [] : new Dictionary<string, object?>(found.Metadata);
        metadata[RerankedTextSearchMetadata.Scores] = Array.ConvertAll(_page, static ranked => ranked.Relevance);
        metadata[RerankedTextSearchMetadata.FirstStageIndices] = Array.ConvertAll(_page, static ranked => ranked.Index);
        metadata[RerankedTextSearchMetadata.Outcome] = _result.Outcome;
        metadata[RerankedTextSearchMetadata.Reason] = _result.Reason;
        metadata[RerankedTextSearchMetadata.ModelId] = _result.ModelId;
        return new KernelSearchResults<T>(Items.ToAsyncEnumerable(), found.TotalCount, metadata);
    }
}
