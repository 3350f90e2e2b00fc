using Microsoft.Extensions.AI;
using Microsoft.Extensions.AI.Evaluation;

namespace Reranking;

/// <summary>
/// The passages behind an answer, in the order in which the prompt holds them, and what is known about them: what a <see cref="RankingEvaluator"/> measures.
/// </summary>
/// <remarks>Immutable. Its contents are the texts of the passages, so a report that records contexts shows them.</remarks>
public sealed class RankingEvaluationContext : EvaluationContext
{
    /// <summary>The <see cref="EvaluationContext.Name"/> of all instances.</summary>
    public const string ContextName = "Ranking";

    /// <summary>Initializes a new instance of the <see cref="RankingEvaluationContext"/> class.</summary>
    /// <param name="passages">The passages, the best first, each once.</param>
    /// <param name="grades">What is known to be relevant to the question: grades by id, from 0; or <see langword="null"/> if nothing is.</param>
    /// <param name="query">What the passages were ranked for, or <see langword="null"/> for the last message of the user.</param>
    /// <exception cref="ArgumentNullException"><paramref name="passages"/> or one of them is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">Two passages have the same id.</exception>
    public RankingEvaluationContext(
        IEnumerable<EvaluationDocument> passages, IReadOnlyDictionary<string, int>? grades = null, string? query = null)
        : this(ToArray(passages), grades, query)
    {
    }

    private RankingEvaluationContext(EvaluationDocument[] passages, IReadOnlyDictionary<string, int>? grades, string? query)
        : base(ContextName, passages.Select(static AIContent (passage) => new TextContent(passage.Text)))
    {
        Passages = passages;
        Grades = grades ?? new Dictionary<string, int>();
        Query = query;
    }

    /// <summary>Gets the passages, the best first.</summary>
    public IReadOnlyList<EvaluationDocument> Passages { get; }

    /// <summary>Gets what is known to be relevant: grades by id.</summary>
    /// <value>Grades from 0; a passage without one counts as 0. Empty if nothing is known.</value>
    public IReadOnlyDictionary<string, int> Grades { get; }

    /// <summary>Gets what the passages were ranked for.</summary>
    /// <value>A text, or <see langword="null"/> for the last message of the user.</value>
    public string? Query { get; }

    /// <summary>Takes what a <see cref="Reranker"/> returned.</summary>
    /// <typeparam name="T">The type of the candidates.</typeparam>
    /// <param name="result">The result.</param>
    /// <param name="idSelector">Returns what judgments call a candidate.</param>
    /// <param name="textSelector">Returns the text of a candidate.</param>
    /// <param name="relevantIds">The ids of what is known to be relevant, or <see langword="null"/> if nothing is.</param>
    /// <param name="query">What was asked, or <see langword="null"/> for the last message of the user.</param>
    /// <returns>The context.</returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="result"/>, <paramref name="idSelector"/> or <paramref name="textSelector"/> is <see langword="null"/>.
    /// </exception>
    /// <exception cref="ArgumentException">Two candidates have the same id.</exception>
    public static RankingEvaluationContext FromResult<T>(
        RerankingResult<T> result,
        Func<T, string> idSelector,
        Func<T, string> textSelector,
        IEnumerable<string>? relevantIds = null,
        string? query = null)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(idSelector);
        ArgumentNullException.ThrowIfNull(textSelector);
        return new RankingEvaluationContext(
            result.Ranking.Select(ranked => new EvaluationDocument(idSelector(ranked.Candidate), textSelector(ranked.Candidate))),
            relevantIds?.Distinct().ToDictionary(static id => id, static _ => 1),
            query);
    }

    private static EvaluationDocument[] ToArray(IEnumerable<EvaluationDocument> passages)
    {
        ArgumentNullException.ThrowIfNull(passages);
        EvaluationDocument[] all = [.. passages];
        foreach (EvaluationDocument passage in all)
        {
            ArgumentNullException.ThrowIfNull(passage, nameof(passages));
        }

        int ids = all.DistinctBy(static passage => passage.Id).Count();
        return ids == all.Length ? all
            : throw new ArgumentException($"{all.Length} passages have {ids} different ids; expected an id of its own for each.", nameof(passages));
    }
}
