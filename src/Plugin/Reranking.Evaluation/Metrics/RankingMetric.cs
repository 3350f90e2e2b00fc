using System.Globalization;

namespace Reranking;

/// <summary>A measure of a ranking against judgments, with the meaning that trec_eval gives it.</summary>
/// <remarks>
/// Unjudged documents count as not relevant, and the ideal ranking is made of all judged documents of the query, found or not. Names are those of ir-measures:
/// <c>nDCG@10</c>, <c>RR@10</c>, <c>R@100</c>, <c>AP</c>, and <c>hit@1</c>. Immutable.
/// </remarks>
public sealed record RankingMetric
{
    private static readonly (string Name, RankingMetricKind Kind)[] Names =
    [
        ("nDCG", RankingMetricKind.Ndcg),
        ("RR", RankingMetricKind.ReciprocalRank),
        ("R", RankingMetricKind.Recall),
        ("AP", RankingMetricKind.AveragePrecision),
        ("hit", RankingMetricKind.Hit),
        ("MRR", RankingMetricKind.ReciprocalRank),
        ("Recall", RankingMetricKind.Recall),
        ("MAP", RankingMetricKind.AveragePrecision),
        ("Success", RankingMetricKind.Hit),
    ];

    /// <summary>Initializes a new instance of the <see cref="RankingMetric"/> class.</summary>
    /// <param name="kind">What it measures.</param>
    /// <param name="cutoff">How many of the first documents count, or <see langword="null"/> for all of them.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="kind"/> is not a member of the enumeration, or <paramref name="cutoff"/> is below 1.
    /// </exception>
    public RankingMetric(RankingMetricKind kind, int? cutoff = null)
    {
        if (!Enum.IsDefined(kind))
        {
            throw new ArgumentOutOfRangeException(nameof(kind), kind, "Expected a member of RankingMetricKind.");
        }

        if (cutoff < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(cutoff), cutoff, "Expected 1 or more, or null for all documents.");
        }

        (Kind, Cutoff) = (kind, cutoff);
    }

    /// <summary>Gets <c>nDCG@10</c>.</summary>
    public static RankingMetric NdcgAt10 { get; } = new(RankingMetricKind.Ndcg, 10);

    /// <summary>Gets what it measures.</summary>
    public RankingMetricKind Kind { get; }

    /// <summary>Gets how many of the first documents count.</summary>
    /// <value>From 1, or <see langword="null"/> for all of them.</value>
    public int? Cutoff { get; }

    /// <summary>Gets the name, such as <c>nDCG@10</c>.</summary>
    public string Name => string.Create(
        CultureInfo.InvariantCulture, $"{Array.Find(Names, name => name.Kind == Kind).Name}{(Cutoff is { } cutoff ? $"@{cutoff}" : "")}");

    /// <summary>Reads a name.</summary>
    /// <param name="name">A name such as <c>nDCG@10</c>, <c>RR@10</c>, <c>R@100</c>, <c>AP</c> or <c>hit@1</c>; letter case does not matter.</param>
    /// <returns>The metric.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is <see langword="null"/>.</exception>
    /// <exception cref="FormatException">There is no metric of that name.</exception>
    public static RankingMetric Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string[] parts = name.Trim().Split('@');
        int cutoff = 0;
        bool hasCutoff = parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out cutoff) && cutoff > 0;
        (string found, RankingMetricKind kind) = Array.Find(Names, known => known.Name.Equals(parts[0], StringComparison.OrdinalIgnoreCase));
        return found is not null && (parts.Length == 1 || hasCutoff)
            ? new RankingMetric(kind, hasCutoff ? cutoff : null)
            : throw new FormatException($"'{name}' is not a metric; expected nDCG@10, RR@10, R@100, AP, hit@1, or one of them with another number from 1.");
    }

    /// <summary>Measures a ranking.</summary>
    /// <param name="ranking">The ids of the documents, the best first.</param>
    /// <param name="grades">The judgments of the query: grades by document id. Grades below 0 count as 0.</param>
    /// <param name="relevantFrom">
    /// The lowest grade that is relevant, from 1; TREC's deep learning tracks take 2. For <see cref="RankingMetricKind.Ndcg"/> all grades count.
    /// </param>
    /// <returns>From 0 to 1, or <see langword="null"/> if no document is judged relevant, so that there is nothing to find.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="ranking"/> or <paramref name="grades"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">A document is in the ranking twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="relevantFrom"/> is below 1.</exception>
    public double? Compute(IReadOnlyList<string> ranking, IReadOnlyDictionary<string, int> grades, int relevantFrom = 1)
    {
        ArgumentNullException.ThrowIfNull(ranking);
        ArgumentNullException.ThrowIfNull(grades);
        ArgumentOutOfRangeException.ThrowIfLessThan(relevantFrom, 1);
        HashSet<string> seen = [];
        foreach (string id in ranking)
        {
            if (!seen.Add(id))
            {
                throw new ArgumentException($"A document is in the ranking of {ranking.Count} twice; expected each once.", nameof(ranking));
            }
        }

        int depth = Math.Min(Cutoff ?? int.MaxValue, ranking.Count);
        if (Kind == RankingMetricKind.Ndcg)
        {
            int[] ideal = [.. grades.Values.Where(static grade => grade > 0).OrderDescending().Take(Cutoff ?? int.MaxValue)];
            return ideal.Length == 0 ? null : Dcg(Enumerable.Range(0, depth).Select(i => Grade(ranking[i]))) / Dcg(ideal);
        }

        int relevantCount = grades.Values.Count(grade => grade >= relevantFrom);
        if (relevantCount == 0)
        {
            return null;
        }

        int[] ranks = [.. Enumerable.Range(1, depth).Where(rank => Grade(ranking[rank - 1]) >= relevantFrom)];
        return Kind switch
        {
            RankingMetricKind.ReciprocalRank => ranks.Length == 0 ? 0 : 1.0 / ranks[0],
            RankingMetricKind.Recall => (double)ranks.Length / relevantCount,
            RankingMetricKind.AveragePrecision => ranks.Select(static (rank, found) => (found + 1.0) / rank).Sum() / relevantCount,
            _ => ranks.Length == 0 ? 0 : 1,
        };

        int Grade(string id) => grades.TryGetValue(id, out int grade) ? Math.Max(grade, 0) : 0;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static double Dcg(IEnumerable<int> grades) => grades.Select(static (grade, index) => grade / Math.Log2(index + 2)).Sum();
}
