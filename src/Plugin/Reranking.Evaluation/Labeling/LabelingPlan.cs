using Reranking.Evaluation.Labeling;

namespace Reranking;

/// <summary>
/// Chooses which documents a person should judge to find out which of two systems is better: only those on which they disagree, those first whose judgment
/// changes the comparison the most.
/// </summary>
/// <remarks>
/// Not thread-safe. Each document is asked about once. What is judged already is not asked again, so a plan of the judgments so far goes on where another one
/// ended.
/// </remarks>
public sealed class LabelingPlan
{
    private readonly List<LabelingState> _queries = [];
    private readonly int _grade;

    /// <summary>Initializes a new instance of the <see cref="LabelingPlan"/> class.</summary>
    /// <param name="rankings">
    /// The rankings, as <see cref="RerankingEvaluation.RankAsync"/> returns them. Queries that one of the systems failed are left out.
    /// </param>
    /// <param name="firstScorer">The name of the first system, or <see langword="null"/> for the first stage.</param>
    /// <param name="secondScorer">The name of the second system.</param>
    /// <param name="judgments">What is known, as grades by document id, by query id; or <see langword="null"/> for the grades of the queries.</param>
    /// <param name="metric">What the systems are compared by, or <see langword="null"/> for nDCG@10.</param>
    /// <param name="relevantFrom">The lowest grade that is relevant, from 1; it is what an answer gives to a document.</param>
    /// <exception cref="ArgumentNullException"><paramref name="rankings"/> or <paramref name="secondScorer"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">No query was answered by both systems.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="relevantFrom"/> is below 1.</exception>
    public LabelingPlan(
        IEnumerable<QueryRankings> rankings,
        string? firstScorer,
        string secondScorer,
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>>? judgments = null,
        RankingMetric? metric = null,
        int relevantFrom = 1)
    {
        ArgumentNullException.ThrowIfNull(rankings);
        ArgumentNullException.ThrowIfNull(secondScorer);
        ArgumentOutOfRangeException.ThrowIfLessThan(relevantFrom, 1);
        _grade = relevantFrom;
        Metric = metric ?? RankingMetric.NdcgAt10;
        foreach (QueryRankings ranked in rankings)
        {
            IReadOnlyList<EvaluationDocument>? first = firstScorer is null ? ranked.FirstStage : ranked.Scorers.GetValueOrDefault(firstScorer);
            if (first is not null && ranked.Scorers.TryGetValue(secondScorer, out IReadOnlyList<EvaluationDocument>? second))
            {
                IReadOnlyDictionary<string, int>? known = judgments is null ? ranked.Query.Grades : judgments.GetValueOrDefault(ranked.Query.Id);
                _queries.Add(new LabelingState(ranked.Query, first, second, known, Metric, relevantFrom));
            }
        }

        if (_queries.Count == 0)
        {
            throw new ArgumentException(
                $"No query was answered by both '{firstScorer ?? "the first stage"}' and '{secondScorer}'; expected one or more.", nameof(rankings));
        }
    }

    /// <summary>Gets what the systems are compared by.</summary>
    public RankingMetric Metric { get; }

    /// <summary>Gets how many queries there are.</summary>
    public int QueryCount => _queries.Count;

    /// <summary>Gets how many queries have a document that is known to be relevant, so that they count in <see cref="Compare"/>.</summary>
    public int LabeledQueryCount => _queries.Count(static query => query.Values is not null);

    /// <summary>Gets how many queries have something left to ask.</summary>
    public int OpenQueryCount => _queries.Count(static query => query.Question is not null);

    /// <summary>Gets what is known: grades by document id, by query id; without the queries of which nothing is.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Judgments =>
        _queries.Where(static query => query.Grades.Count > 0)
            .ToDictionary(static query => query.Query.Id, static IReadOnlyDictionary<string, int> (query) => new Dictionary<string, int>(query.Grades));

    /// <summary>Returns the question whose answer can change the comparison the most.</summary>
    /// <returns>The question, the same until it is answered or skipped; or <see langword="null"/> if no answer would change anything.</returns>
    public LabelingQuestion? Next() => _queries.Select(static query => query.Question).MaxBy(static question => question?.Change ?? 0);

    /// <summary>Takes an answer.</summary>
    /// <param name="question">The question, as <see cref="Next"/> returned it.</param>
    /// <param name="answer">The answer.</param>
    /// <exception cref="ArgumentNullException"><paramref name="question"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The question is none of this plan, or was answered.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="answer"/> is not a member of the enumeration.</exception>
    public void Judge(LabelingQuestion question, LabelingAnswer answer)
    {
        if (!Enum.IsDefined(answer))
        {
            throw new ArgumentOutOfRangeException(nameof(answer), answer, "Expected a member of LabelingAnswer.");
        }

        LabelingState query = Find(question);
        query.Judge(
            answer is LabelingAnswer.First or LabelingAnswer.Both ? _grade : 0, answer is LabelingAnswer.Second or LabelingAnswer.Both ? _grade : 0);
    }

    /// <summary>Passes over a question: its documents are not asked about again by this plan.</summary>
    /// <param name="question">The question, as <see cref="Next"/> returned it.</param>
    /// <exception cref="ArgumentNullException"><paramref name="question"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The question is none of this plan, or was answered.</exception>
    public void Skip(LabelingQuestion question) => Find(question).Skip();

    /// <summary>Compares the systems on the queries that have a document that is known to be relevant.</summary>
    /// <returns>The comparison, the second system's values less the first's; or <see langword="null"/> if there is no such query.</returns>
    /// <remarks>What is not judged counts as not relevant, for both systems alike.</remarks>
    public PairedComparison? Compare()
    {
        (double First, double Second)[] values = [.. _queries.Where(static query => query.Values is not null).Select(static query => query.Values!.Value)];
        return values.Length == 0 ? null
            : PairedComparison.Compare([.. values.Select(static value => value.First)], [.. values.Select(static value => value.Second)]);
    }

    /// <summary>Estimates half of the interval's width when all queries are labeled, by the spread of those that are.</summary>
    /// <param name="comparison">What <see cref="Compare"/> returned.</param>
    /// <returns>The half-width, or <see langword="null"/> without an interval.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="comparison"/> is <see langword="null"/>.</exception>
    public double? ExpectHalfWidth(PairedComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        int labeled = comparison.BetterCount + comparison.WorseCount + comparison.EqualCount;
        return comparison.Interval?.HalfWidth * Math.Sqrt((double)labeled / QueryCount);
    }

    private LabelingState Find(LabelingQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        return _queries.Find(query => ReferenceEquals(query.Question, question))
            ?? throw new ArgumentException("The question is none that this plan asks now; expected what Next() returned.", nameof(question));
    }
}
