namespace Reranking;

/// <summary>What happened to one query: its candidates and the answer of each scorer.</summary>
/// <param name="Query">The query.</param>
/// <param name="Candidates">What the first stage found.</param>
/// <param name="RetrievalTime">How long the first stage took.</param>
/// <param name="Answers">The answers of the scorers, in their order.</param>
internal sealed record QueryOutcome(
    EvaluationQuery Query, IReadOnlyList<EvaluationDocument> Candidates, TimeSpan RetrievalTime, IReadOnlyList<ScorerAnswer> Answers)
{
    /// <summary>Returns the ids in the order of the first stage.</summary>
    public string[] FirstStageRanking => [.. Candidates.Select(static candidate => candidate.Id)];

    /// <summary>Returns the positions of the candidates as a reranker orders them that is given the first so many; the others follow as they were.</summary>
    public int[] Rerank(int scorer, int count)
    {
        RelevanceScores scores = Answers[scorer].Scores!;
        return
        [
            .. Enumerable.Range(0, Math.Min(count, Candidates.Count))
                .OrderByDescending(i => scores[i].IsScored)
                .ThenByDescending(i => scores[i].Stage)
                .ThenByDescending(i => scores[i].RawValue),
            .. Enumerable.Range(0, Candidates.Count).Skip(count),
        ];
    }

    /// <summary>Returns the ids as the best possible reranker orders them that is given the first so many.</summary>
    public string[] PerfectRanking(int count) =>
    [
        .. Candidates.Take(count).OrderByDescending(candidate => Query.Grades.GetValueOrDefault(candidate.Id)).Concat(Candidates.Skip(count))
            .Select(static candidate => candidate.Id),
    ];
}

/// <summary>The answer of a scorer to one query: scores or a failure.</summary>
/// <param name="Scores">The scores, or <see langword="null"/> if it failed.</param>
/// <param name="Failure">Why it failed, or <see langword="null"/>.</param>
/// <param name="Time">How long it took.</param>
internal readonly record struct ScorerAnswer(RelevanceScores? Scores, string? Failure, TimeSpan Time);
