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

    /// <summary>Returns the scores with their judgments; of a cascade those of the last stage, since nothing meets the scale of another one.</summary>
    /// <param name="answered">The queries that the scorer has answered.</param>
    /// <param name="scorer">The position of the scorer.</param>
    /// <param name="relevantFrom">The lowest grade that is relevant.</param>
    public static CalibrationObservation[] Observe(IReadOnlyList<QueryOutcome> answered, int scorer, int relevantFrom)
    {
        int stage = answered.SelectMany(outcome => outcome.Answers[scorer].Scores!).Select(static score => score.Stage).DefaultIfEmpty().Max();
        return
        [
            .. from outcome in answered
            from pair in outcome.Candidates.Zip(outcome.Answers[scorer].Scores!)
            where pair.Second.IsScored && pair.Second.Stage == stage
            select new CalibrationObservation(
                outcome.Query.Id, pair.Second.Value, outcome.Query.Grades.GetValueOrDefault(pair.First.Id) >= relevantFrom)
            {
                RawScore = pair.Second.RawValue,
            },
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
