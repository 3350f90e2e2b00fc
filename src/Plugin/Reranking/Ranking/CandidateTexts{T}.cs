namespace Reranking;

/// <summary>The candidates of one call, parted into those to score, those beyond the count, and those without a text.</summary>
internal sealed class CandidateTexts<T>
{
    private readonly IReadOnlyList<T> _candidates;
    private readonly List<int> _scored = [];
    private readonly List<int> _beyond = [];
    private readonly List<int> _blank = [];
    private readonly List<string> _documents = [];

    public CandidateTexts(IReadOnlyList<T> candidates, Func<T, string?> textSelector, RerankingOptions options)
    {
        _candidates = candidates;
        int count = options.UnscoredCandidates == UnscoredCandidates.Drop ? Math.Min(candidates.Count, options.CandidateCount) : candidates.Count;
        for (int i = 0; i < count; i++)
        {
            string? text = textSelector(candidates[i]);
            if (string.IsNullOrWhiteSpace(text))
            {
                _blank.Add(i);
            }
            else if (i < options.CandidateCount)
            {
                _scored.Add(i);
                _documents.Add(text);
            }
            else
            {
                _beyond.Add(i);
            }
        }

        Count = count;
    }

    /// <summary>Gets how many candidates can be part of the ranking.</summary>
    public int Count { get; }

    /// <summary>Gets the texts to score, in first-stage order.</summary>
    public IReadOnlyList<string> Documents => _documents;

    /// <summary>Ranks by score; then what was not scored, then what has no text, each in first-stage order.</summary>
    public List<RankedCandidate<T>> ByRelevance(RelevanceScores scores)
    {
        var ranking = new List<RankedCandidate<T>>(Count);
        ranking.AddRange(_scored
            .Select((index, position) => new RankedCandidate<T>(_candidates[index], index, scores[position]))
            .OrderByDescending(static ranked => ranked.Score!.Value.RawScore));   // stable: equal scores keep the first-stage order
        ranking.AddRange(_beyond.Select(Unscored));
        ranking.AddRange(_blank.Select(Unscored));
        return ranking;
    }

    /// <summary>Gives the first candidates in first-stage order.</summary>
    public List<RankedCandidate<T>> InFirstStageOrder(int topN) => [.. Enumerable.Range(0, Math.Min(topN, Count)).Select(Unscored)];

    private RankedCandidate<T> Unscored(int index) => new(_candidates[index], index, null);
}
