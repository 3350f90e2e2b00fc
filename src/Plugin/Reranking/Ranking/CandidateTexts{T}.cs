namespace Reranking.Ranking;

/// <summary>The candidates of one call, parted into those to score, those beyond the count, and those without a text.</summary>
/// <remarks>Candidates come one at a time, so that a list and a stream stop at the same one and give the same ranking.</remarks>
/// <param name="textSelector">Returns the text of a candidate.</param>
/// <param name="options">The options of the call.</param>
/// <param name="mustStay">Returns whether the text of a candidate must stay on this machine; or <see langword="null"/> if no rule says so.</param>
/// <param name="isQueryBlank">Whether nothing is scored.</param>
internal sealed class CandidateTexts<T>(Func<T, string?> textSelector, RerankingOptions options, Func<T, bool>? mustStay, bool isQueryBlank)
{
    // Without a bound, a stream of candidates without text would be read for ever in search of one that fills the ranking up.
    private const int LongestTail = 10_000;

    private readonly List<T> _candidates = [];
    private readonly List<int> _scored = [];
    private readonly List<int> _beyond = [];
    private readonly List<int> _blank = [];
    private readonly List<string> _documents = [];

    /// <summary>Gets how many candidates were added: those that can be part of the ranking.</summary>
    public int Count => _candidates.Count;

    /// <summary>Gets a value indicating whether the texts to score must stay on this machine, because one of them must or the whole call.</summary>
    public bool KeepLocal { get; private set; } = options.KeepLocal;

    /// <summary>Gets the texts to score, in first-stage order.</summary>
    public IReadOnlyList<string> Documents => _documents;

    /// <summary>Gets a value indicating whether no further candidate can be scored.</summary>
    public bool AreAllToScoreKnown => Count >= options.CandidateCount;

    /// <summary>Gets a value indicating whether further candidates can change nothing, or can only fill the ranking up after very many that did not.</summary>
    public bool IsComplete
    {
        get
        {
            bool drops = options.UnscoredCandidates == UnscoredCandidates.Drop;
            if (isQueryBlank)
            {
                return Count >= (drops ? Math.Min(options.TopN, options.CandidateCount) : options.TopN);
            }

            // Without a threshold the ranking is filled up with what was not scored, and with blank texts only after that. A fallback takes all as they come.
            return Count >= options.CandidateCount
                && (drops || Count - Math.Max(options.CandidateCount, options.TopN) >= LongestTail
                    || (Count >= options.TopN && (options.MinScore is not null || _scored.Count + _beyond.Count >= options.TopN)));
        }
    }

    /// <summary>Adds the next candidate of the first-stage order.</summary>
    public void Add(T candidate)
    {
        int index = _candidates.Count;
        _candidates.Add(candidate);
        if (isQueryBlank)
        {
            return;
        }

        string? text = textSelector(candidate);
        if (string.IsNullOrWhiteSpace(text))
        {
            _blank.Add(index);
        }
        else if (index < options.CandidateCount)   // by position, so that who is scored does not depend on how many were fetched
        {
            KeepLocal = KeepLocal || mustStay?.Invoke(candidate) == true;
            _scored.Add(index);
            _documents.Add(text);
        }
        else
        {
            _beyond.Add(index);
        }
    }

    /// <summary>Ranks by score; then what was not scored, then what has no text, each in first-stage order.</summary>
    public List<RankedCandidate<T>> ByRelevance(RelevanceScores scores)
    {
        var ranking = new List<RankedCandidate<T>>(Count);
        ILookup<bool, (int Index, RelevanceScore Score)> read = _scored
            .Select((index, position) => (Index: index, Score: scores[position]))
            .ToLookup(static candidate => candidate.Score.IsScored);
        ranking.AddRange(read[true]
            .OrderByDescending(static candidate => candidate.Score.Stage)
            .ThenByDescending(static candidate => candidate.Score.RawValue)   // stable: equal scores keep the first-stage order
            .Select(candidate => new RankedCandidate<T>(_candidates[candidate.Index], candidate.Index, candidate.Score)));
        ranking.AddRange(read[false].Select(candidate => Unscored(candidate.Index)));   // they stand before those beyond
        ranking.AddRange(_beyond.Select(Unscored));
        ranking.AddRange(_blank.Select(Unscored));
        return ranking;
    }

    /// <summary>Returns the first candidates in first-stage order.</summary>
    public List<RankedCandidate<T>> InFirstStageOrder(int topN) => [.. Enumerable.Range(0, Math.Min(topN, Count)).Select(Unscored)];

    private RankedCandidate<T> Unscored(int index) => new(_candidates[index], index, null);
}
