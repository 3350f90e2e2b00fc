namespace Reranking;

/// <summary>Measures whether reranking is worth it: scorers over a first stage, on queries with judgments.</summary>
/// <remarks>
/// <para>
/// Each candidate is scored once by each scorer; what fewer candidates would bring is read off the same scores. The scorers take turns at each query, so that
/// whatever else the machine does meets them all. They are warmed up before, and nothing hurries them unless
/// <see cref="RerankingEvaluationOptions.ScoringOptions"/> does.
/// </para>
/// <para>
/// A query that a scorer fails is left out of the numbers of that scorer and counted. Texts go to the first stage and to the scorers, and into the report if
/// <see cref="RerankingEvaluationOptions.IncludeTexts"/> is set.
/// </para>
/// </remarks>
public sealed class RerankingEvaluation
{
    private readonly EvaluationSet _set;
    private readonly FirstStage _firstStage;
    private readonly EvaluatedScorer[] _scorers;
    private readonly RerankingEvaluationOptions _options;
    private readonly TimeProvider _timeProvider;

    /// <summary>Initializes a new instance of the <see cref="RerankingEvaluation"/> class.</summary>
    /// <param name="set">The queries and their judgments.</param>
    /// <param name="firstStage">What finds the candidates.</param>
    /// <param name="scorers">The scorers; they stay the caller's. Without one, the first stage alone is measured.</param>
    /// <param name="options">The options, or <see langword="null"/> for the defaults. They are copied.</param>
    /// <param name="timeProvider">The clock, or <see langword="null"/> for the system's.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="set"/>, <paramref name="firstStage"/> or <paramref name="scorers"/> is <see langword="null"/>.
    /// </exception>
    /// <exception cref="ArgumentException">Two scorers have the same name, or an option is out of range.</exception>
    public RerankingEvaluation(
        EvaluationSet set,
        FirstStage firstStage,
        IEnumerable<EvaluatedScorer> scorers,
        RerankingEvaluationOptions? options = null,
        TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(firstStage);
        ArgumentNullException.ThrowIfNull(scorers);
        _set = set;
        _firstStage = firstStage;
        _scorers = [.. scorers];
        _options = (options ?? new RerankingEvaluationOptions()).Copy();
        _timeProvider = timeProvider ?? TimeProvider.System;
        if (_scorers.GroupBy(static scorer => scorer.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(static group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Two scorers are named '{twice.Key}'. Give each a name of its own.", nameof(scorers));
        }
    }

    /// <summary>Retrieves, scores and reports.</summary>
    /// <param name="progress">Receives a report after each query, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Stops the evaluation, also within a query.</param>
    /// <returns>The report.</returns>
    /// <exception cref="InvalidOperationException">No query has a relevant document, or the first stage returned a document twice.</exception>
    /// <exception cref="RelevanceScoringException">A scorer is not set up: its model is missing or can't be loaded.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public async Task<EvaluationReport> RunAsync(IProgress<EvaluationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        EvaluationQuery[] queries = [.. _set.Queries.Where(HasRelevant)];
        if (queries.Length == 0)
        {
            throw new InvalidOperationException(
                $"Set '{_set.Name}' has {_set.Queries.Count} queries, but none with a document of grade {_options.RelevantFrom} or more. Add judgments.");
        }

        await WarmUpAsync(cancellationToken).ConfigureAwait(false);
        await RetrieveAsync(queries[0], cancellationToken).ConfigureAwait(false);   // the compiler's time is nobody's stage
        List<QueryOutcome> outcomes = [];
        long pairs = 0;
        try
        {
            foreach (EvaluationQuery query in queries)
            {
                outcomes.Add(await AnswerAsync(query, corpus: null, cancellationToken).ConfigureAwait(false));
                pairs += (long)outcomes[^1].Candidates.Count * _scorers.Length;
                progress?.Report(new EvaluationProgress(outcomes.Count, queries.Length, pairs));
            }
        }
        catch (OperationCanceledException) when (_options.ReportWhenCanceled && cancellationToken.IsCancellationRequested && outcomes.Count > 0)
        {
            // What is done is kept.
        }

        string?[] revisions = new string?[_scorers.Length];
        for (int i = 0; i < revisions.Length; i++)
        {
            revisions[i] = _scorers[i].Scorer.GetService<IModelRevision>() is { } model
                ? await model.GetRevisionAsync(CancellationToken.None).ConfigureAwait(false)
                : null;
        }

        return new ReportBuilder(_set, _firstStage.Name, _scorers, revisions, outcomes, _options).Build(queries.Length);
    }

    /// <summary>Retrieves and scores all queries of the set, judged or not, and measures nothing: what <see cref="LabelingPlan"/> starts from.</summary>
    /// <param name="progress">Receives a report after each query, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Stops it, also within a query.</param>
    /// <returns>The rankings, one a query.</returns>
    /// <exception cref="InvalidOperationException">The first stage returned a document twice.</exception>
    /// <exception cref="RelevanceScoringException">A scorer is not set up: its model is missing or can't be loaded.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public async Task<IReadOnlyList<QueryRankings>> RankAsync(
        IProgress<EvaluationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        await WarmUpAsync(cancellationToken).ConfigureAwait(false);
        List<QueryRankings> rankings = [];
        long pairs = 0;
        foreach (EvaluationQuery query in _set.Queries)
        {
            QueryOutcome outcome = await AnswerAsync(query, corpus: null, cancellationToken).ConfigureAwait(false);
            Dictionary<string, IReadOnlyList<EvaluationDocument>> scorers = new(StringComparer.OrdinalIgnoreCase);
            for (int i = 0; i < _scorers.Length; i++)
            {
                if (outcome.Answers[i].Scores is not null)
                {
                    scorers[_scorers[i].Name] = [.. outcome.Rerank(i, _options.Depth).Select(position => outcome.Candidates[position])];
                }
            }

            rankings.Add(new QueryRankings(query, outcome.Candidates, scorers));
            pairs += (long)outcome.Candidates.Count * _scorers.Length;
            progress?.Report(new EvaluationProgress(rankings.Count, _set.Queries.Count, pairs));
        }

        return rankings;
    }

    /// <summary>
    /// Retrieves and scores all queries of the set, those too that nothing answers, and returns each score with its judgment: what <see cref="CalibrationFit"/>
    /// is made of.
    /// </summary>
    /// <param name="progress">Receives a report after each query, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Stops it, also within a query.</param>
    /// <returns>
    /// The scores by the name of the scorer; of a cascade those of the last stage. A relevant document of the corpus that the first stage has missed is scored,
    /// too: what answers without a word of the question is what a calibration has to learn. Documents without a judgment count as not relevant.
    /// </returns>
    /// <exception cref="InvalidOperationException">The first stage returned a document twice.</exception>
    /// <exception cref="RelevanceScoringException">A scorer is not set up: its model is missing or can't be loaded.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<CalibrationObservation>>> ObserveAsync(
        IProgress<EvaluationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        await WarmUpAsync(cancellationToken).ConfigureAwait(false);
        Dictionary<string, EvaluationDocument> corpus = [];
        foreach (EvaluationDocument document in _set.Documents)
        {
            corpus.TryAdd(document.Id, document);
        }

        List<QueryOutcome> outcomes = [];
        long pairs = 0;
        foreach (EvaluationQuery query in _set.Queries)
        {
            outcomes.Add(await AnswerAsync(query, corpus, cancellationToken).ConfigureAwait(false));
            pairs += (long)outcomes[^1].Candidates.Count * _scorers.Length;
            progress?.Report(new EvaluationProgress(outcomes.Count, _set.Queries.Count, pairs));
        }

        Dictionary<string, IReadOnlyList<CalibrationObservation>> observations = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < _scorers.Length; i++)
        {
            observations[_scorers[i].Name] =
                QueryOutcome.Observe([.. outcomes.Where(outcome => outcome.Answers[i].Scores is not null)], i, _options.RelevantFrom);
        }

        return observations;
    }

    private async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        foreach (EvaluatedScorer scorer in _scorers)
        {
            if (scorer.Scorer.GetService<IWarmable>() is { } warmable)
            {
                await warmable.WarmUpAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // With a metric of each kind among them, a query has a value in all of them or in none.
    private bool HasRelevant(EvaluationQuery query) => query.Grades.Values.Any(grade => grade >= _options.RelevantFrom);

    // With a corpus, the relevant documents that were not found are candidates, too.
    private async Task<QueryOutcome> AnswerAsync(
        EvaluationQuery query, Dictionary<string, EvaluationDocument>? corpus, CancellationToken cancellationToken)
    {
        long start = _timeProvider.GetTimestamp();
        EvaluationDocument[] candidates = await RetrieveAsync(query, cancellationToken).ConfigureAwait(false);
        TimeSpan retrieval = _timeProvider.GetElapsedTime(start);
        if (corpus is not null)
        {
            HashSet<string> found = [.. candidates.Select(static candidate => candidate.Id)];
            candidates =
            [
                .. candidates,
                .. query.Grades
                    .Where(grade => grade.Value >= _options.RelevantFrom && !found.Contains(grade.Key) && corpus.ContainsKey(grade.Key))
                    .Select(grade => corpus[grade.Key]),
            ];
        }

        string[] texts = [.. candidates.Select(static candidate => candidate.Text)];
        var answers = new ScorerAnswer[_scorers.Length];
        for (int i = 0; i < answers.Length; i++)
        {
            answers[i] = await ScoreAsync(_scorers[i], query.Text, texts, cancellationToken).ConfigureAwait(false);
        }

        return new QueryOutcome(query, candidates, retrieval, answers);
    }

    private async Task<EvaluationDocument[]> RetrieveAsync(EvaluationQuery query, CancellationToken cancellationToken)
    {
        IReadOnlyList<EvaluationDocument> found = await _firstStage.RetrieveAsync(query, _options.Depth, cancellationToken).ConfigureAwait(false);
        EvaluationDocument[] candidates = [.. found.Take(_options.Depth)];
        HashSet<string> ids = [.. candidates.Select(static candidate => candidate.Id)];
        return ids.Count == candidates.Length ? candidates : throw new InvalidOperationException(
            $"First stage '{_firstStage.Name}' returned {candidates.Length} candidates for query '{query.Id}', of which {ids.Count} have an id of their own; "
            + "expected each document once.");
    }

    private async Task<ScorerAnswer> ScoreAsync(EvaluatedScorer scorer, string query, string[] texts, CancellationToken cancellationToken)
    {
        if (texts.Length == 0)
        {
            return new ScorerAnswer(RelevanceScores.Empty, null, TimeSpan.Zero);
        }

        long start = _timeProvider.GetTimestamp();
        try
        {
            RelevanceScores scores = await scorer.Scorer.ScoreAsync(query, texts, _options.ScoringOptions, cancellationToken).ConfigureAwait(false);
            TimeSpan time = _timeProvider.GetElapsedTime(start);
            return scores.Count == texts.Length ? new ScorerAnswer(scores, null, time)
                : new ScorerAnswer(null, $"{scorer.Name} returned {scores.Count} scores; expected {texts.Length}.", time);
        }
        catch (RelevanceScoringException exception) when (!exception.IsSetupFault)
        {
            return new ScorerAnswer(null, exception.Message, _timeProvider.GetElapsedTime(start));
        }
        catch (Exception exception) when (
            exception is TimeoutException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new ScorerAnswer(null, $"{scorer.Name} was late: {exception.Message}", _timeProvider.GetElapsedTime(start));
        }
    }
}
