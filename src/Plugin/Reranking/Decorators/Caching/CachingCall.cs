using System.Diagnostics;

namespace Reranking.Decorators.Caching;

/// <summary>One call of <see cref="CachingRelevanceScorer"/>: its distinct documents, what is known of their scores, and what the scorer answered.</summary>
internal sealed class CachingCall(string query, DistinctTexts texts, RelevanceScoringOptions? options, string[] keys, in TagList tags)
{
    private readonly List<RelevanceScores> _answers = [];
    private readonly TagList _tags = tags;
    private int _scoredCount;

    public string Query => query;

    public RelevanceScoringOptions? Options => options;

    /// <summary>Gets when the call came, by the clock of the scorer.</summary>
    public required long StartTimestamp { get; init; }

    public IReadOnlyList<string> Texts => texts.Texts;

    public string[] Keys => keys;

    /// <summary>Gets the positions of the distinct texts.</summary>
    public int[] Indices { get; } = [.. Enumerable.Range(0, keys.Length)];

    public ref readonly TagList Tags => ref _tags;

    /// <summary>Gets the scores found so far, by position among the distinct texts.</summary>
    public ScoreCacheEntry?[] Entries { get; } = new ScoreCacheEntry?[keys.Length];

    /// <summary>Gets or sets a value indicating whether the cache failed this call already.</summary>
    public bool HasCacheFailed { get; set; }

    /// <summary>Gets how many documents were answered without asking the scorer for them.</summary>
    public int HitCount => Math.Max(0, texts.PositionCount - _scoredCount);

    /// <summary>
    /// Gets a value indicating whether the scores can stand together: all of one model, and none of a chain that may have asked another scorer for
    /// some of them.
    /// </summary>
    public bool IsConsistent =>
        Entries.All(entry => entry!.ModelId == Entries[0]!.ModelId)
        && (_answers.TrueForAll(IsReproducible) || (_answers.Count == 1 && _scoredCount == Entries.Length));

    /// <summary>Returns whether an answer holds nothing that is lost when its scores come out of a cache.</summary>
    public static bool IsReproducible(RelevanceScores answer) => answer is { ScorerName: null, MinScore: null, FailedAttempts.Count: 0 };

    public void Add(RelevanceScores answer, IReadOnlyList<Claim> claims)
    {
        _answers.Add(answer);
        _scoredCount += claims.Count;
        for (int i = 0; i < claims.Count; i++)
        {
            Entries[claims[i].Index] = new ScoreCacheEntry(answer[i], answer.ModelId);
        }
    }

    /// <summary>Returns the answer: the scores by position, what the scorer said last, and the usage of this call alone.</summary>
    public RelevanceScores ToScores()
    {
        RelevanceScore[] scores = texts.Spread(Entries, static entry => entry!.Score);
        return _answers.Count == 0
            ? new RelevanceScores(scores) { ModelId = Entries[0]!.ModelId, Usage = new RelevanceScoringUsage { InputTokenCount = 0, SearchUnitCount = 0 } }
            : new RelevanceScores(scores, _answers[^1]) { Usage = _answers.Select(static answer => answer.Usage).Aggregate(Sum) };
    }

    private static RelevanceScoringUsage? Sum(RelevanceScoringUsage? first, RelevanceScoringUsage? second) =>
        first is null || second is null
            ? first ?? second
            : new RelevanceScoringUsage
            {
                InputTokenCount = first.InputTokenCount is null ? second.InputTokenCount : first.InputTokenCount + (second.InputTokenCount ?? 0),
                SearchUnitCount = first.SearchUnitCount is null ? second.SearchUnitCount : first.SearchUnitCount + (second.SearchUnitCount ?? 0),
            };
}
