namespace Reranking;

/// <summary>Turns what happened into numbers.</summary>
/// <param name="set">The set.</param>
/// <param name="firstStageName">The name of the first stage.</param>
/// <param name="scorers">The scorers.</param>
/// <param name="revisions">The revisions of their models, in their order.</param>
/// <param name="outcomes">What happened to the queries.</param>
/// <param name="options">The options.</param>
internal sealed class ReportBuilder(
    EvaluationSet set,
    string firstStageName,
    EvaluatedScorer[] scorers,
    string?[] revisions,
    IReadOnlyList<QueryOutcome> outcomes,
    RerankingEvaluationOptions options)
{
    private const int ShownQueries = 10;
    private const int ShownPassages = 5;
    private const int ShownLength = 320;
    private const int Bins = 20;
    private const double NoLoss = 0.005;

    private readonly RankingMetric _metric = options.Metrics[0];
    private readonly Dictionary<string, double>[] _firstStageValues =
        [.. outcomes.Select(outcome => Measure(outcome.FirstStageRanking, outcome.Query, options))];

    public EvaluationReport Build(int queryCount)
    {
        Dictionary<string, double>?[][] values = [.. Enumerable.Range(0, scorers.Length).Select(Measure)];
        HashSet<int>[] shown = [.. values.Select(Shown)];
        return new EvaluationReport
        {
            SetName = set.Name,
            IsWeaklyLabeled = set.IsWeaklyLabeled,
            GeneratedBy = set.GeneratedBy,
            IsPartial = outcomes.Count < queryCount,
            QueryCount = outcomes.Count,
            LeftOutQueryCount = set.Queries.Count - queryCount,
            CandidateCount = options.Depth,
            RelevantFrom = options.RelevantFrom,
            Metrics = [.. options.Metrics.Select(static metric => metric.Name)],
            FirstStage = FirstStage(),
            Scorers = Scorers(values),
            Queries = [.. outcomes.Select((outcome, index) => Query(outcome, index, values, shown))],
            Machine = MachineReport.Current,
        };
    }

    private static Dictionary<string, double> Measure(IReadOnlyList<string> ranking, EvaluationQuery query, RerankingEvaluationOptions options)
    {
        Dictionary<string, double> values = [];
        foreach (RankingMetric metric in options.Metrics)
        {
            if (metric.Compute(ranking, query.Grades, options.RelevantFrom) is { } value)
            {
                values[metric.Name] = value;
            }
        }

        return values;
    }

    // The values of a scorer, one a query; null where it failed.
    private Dictionary<string, double>?[] Measure(int scorer) =>
        [.. outcomes.Select(outcome =>
            outcome.Answers[scorer].Scores is null ? null : Measure(Ranking(outcome, scorer, options.Depth), outcome.Query, options))];

    private static string[] Ranking(QueryOutcome outcome, int scorer, int count) =>
        [.. outcome.Rerank(scorer, count).Select(i => outcome.Candidates[i].Id)];

    private double Value(IReadOnlyList<string> ranking, EvaluationQuery query) => _metric.Compute(ranking, query.Grades, options.RelevantFrom) ?? 0;

    private Dictionary<string, double> Means(IEnumerable<Dictionary<string, double>> values)
    {
        Dictionary<string, double>[] all = [.. values];
        return options.Metrics.ToDictionary(
            static metric => metric.Name, metric => all.Length == 0 ? 0 : all.Average(value => value.GetValueOrDefault(metric.Name)));
    }

    private FirstStageReport FirstStage()
    {
        var recall = new RankingMetric(RankingMetricKind.Recall);
        double[] recalls = [.. outcomes.Select(outcome => recall.Compute(outcome.FirstStageRanking, outcome.Query.Grades, options.RelevantFrom) ?? 0)];
        return new FirstStageReport
        {
            Name = firstStageName,
            Means = Means(_firstStageValues),
            Latency = LatencyReport.Of(outcomes.Select(static outcome => outcome.RetrievalTime)),
            Ceiling = Ceiling(options.Depth, outcomes),
            CandidateRecall = recalls.Average(),
            LostQueryCount = recalls.Count(static value => value == 0),
        };
    }

    private double Ceiling(int count, IReadOnlyList<QueryOutcome> of) => of.Average(outcome => Value(outcome.PerfectRanking(count), outcome.Query));

    private ScorerReport[] Scorers(Dictionary<string, double>?[][] values)
    {
        Dictionary<string, IReadOnlyList<PairedComparison>> comparisons = [];
        foreach (RankingMetric metric in options.Metrics)
        {
            // A scorer that failed every query has nothing to compare, and is not a test to correct for.
            comparisons[metric.Name] = PairedComparison.CorrectForCount(
                [.. values.Where(static of => Array.Exists(of, static value => value is not null)).Select(of => Compare(of, metric.Name))]);
        }

        List<ScorerReport> reports = [];
        int answered = 0;
        for (int i = 0; i < scorers.Length; i++)
        {
            bool hasValues = Array.Exists(values[i], static value => value is not null);
            int position = answered;
            reports.Add(Scorer(i, values[i], hasValues ? comparisons.ToDictionary(static of => of.Key, of => of.Value[position]) : []));
            answered += hasValues ? 1 : 0;
        }

        return [.. reports];
    }

    private PairedComparison Compare(Dictionary<string, double>?[] values, string metric)
    {
        int[] answered = [.. Enumerable.Range(0, values.Length).Where(i => values[i] is not null)];
        return PairedComparison.Compare(
            [.. answered.Select(i => _firstStageValues[i].GetValueOrDefault(metric))],
            [.. answered.Select(i => values[i]!.GetValueOrDefault(metric))],
            options.Seed);
    }

    private ScorerReport Scorer(int scorer, Dictionary<string, double>?[] values, Dictionary<string, PairedComparison> comparisons)
    {
        QueryOutcome[] answered = [.. outcomes.Where(outcome => outcome.Answers[scorer].Scores is not null)];
        RelevanceScores[] scores = [.. answered.Select(outcome => outcome.Answers[scorer].Scores!)];
        RelevanceScore[] all = [.. scores.SelectMany(static of => of)];
        CurvePoint[] curve = answered.Length == 0 ? [] : Curve(scorer, answered);
        CalibrationObservation[] observations = QueryOutcome.Observe(answered, scorer, options.RelevantFrom);
        string? model = scores.Select(static of => of.ModelId).FirstOrDefault(static id => id is not null)
            ?? scorers[scorer].Scorer.GetService<RelevanceScorerMetadata>()?.ModelId;
        double best = curve.Length == 0 ? 0 : curve.Max(static point => point.Value);
        return new ScorerReport
        {
            Name = scorers[scorer].Name,
            ModelId = model,
            Revision = revisions[scorer],
            FailedQueryCount = outcomes.Count - answered.Length,
            FirstFailure = outcomes.Select(outcome => outcome.Answers[scorer].Failure).FirstOrDefault(static failure => failure is not null),
            Means = Means(values.Where(static value => value is not null)!),
            Comparisons = comparisons,
            SplitHalf = SplitHalfCheck.Create(
                [.. Enumerable.Range(0, values.Length).Where(i => values[i] is not null).Select(i => Difference(values, i))], options.Seed),
            Latency = LatencyReport.Of(answered.Where(static outcome => outcome.Candidates.Count > 0).Select(outcome => outcome.Answers[scorer].Time)),
            PairCount = all.Length,
            TruncatedShare = Share(all, static score => score.IsTruncated),
            UnscoredShare = Share(all, static score => !score.IsScored),
            TokensPerQuery = Mean(scores, static usage => usage?.InputTokenCount),
            CostOfThousandQueries = Cost(scorers[scorer], scores),
            Curve = curve,
            EnoughCandidates = curve.FirstOrDefault(point => point.Value >= best - NoLoss)?.CandidateCount ?? options.Depth,
            Calibration = ThresholdCalibration.Create(observations, options.WantedPrecision) with
            {
                ScorerName = scorers[scorer].Name,
                ModelId = model,
                Revision = revisions[scorer],
            },
            RelevantHistogram = Histogram(observations.Where(static observation => observation.IsRelevant)),
            OtherHistogram = Histogram(observations.Where(static observation => !observation.IsRelevant)),
        };
    }

    // The scores of a cascade depend on how many documents there are: which go on to its next stage.
    private CurvePoint[] Curve(int scorer, QueryOutcome[] answered) =>
    [
        .. options.CandidateCounts
            .Where(count => count == options.Depth || scorers[scorer].Scorer.GetService<CascadeRelevanceScorer>() is null)
            .Select(count => new CurvePoint(
                count, answered.Average(outcome => Value(Ranking(outcome, scorer, count), outcome.Query)), Ceiling(count, answered))),
    ];

    private static int[] Histogram(IEnumerable<CalibrationObservation> observations)
    {
        int[] counts = new int[Bins];
        foreach (CalibrationObservation observation in observations)
        {
            counts[Math.Clamp((int)(observation.Value * Bins), 0, Bins - 1)]++;
        }

        return counts;
    }

    private static double Share(RelevanceScore[] scores, Func<RelevanceScore, bool> predicate) =>
        scores.Length == 0 ? 0 : (double)scores.Count(predicate) / scores.Length;

    private static double? Mean(RelevanceScores[] scores, Func<RelevanceScoringUsage?, double?> usage)
    {
        double?[] known = [.. scores.Where(static of => of.Count > 0).Select(of => usage(of.Usage))];
        return known.Length == 0 || Array.Exists(known, static value => value is null) ? null : known.Average();
    }

    private static decimal? Cost(EvaluatedScorer scorer, RelevanceScores[] scores)
    {
        double? units = scorer.PriceOfThousandSearchUnits is null ? null : Mean(scores, static usage => usage?.SearchUnitCount);
        double? tokens = scorer.PriceOfMillionTokens is null ? null : Mean(scores, static usage => usage?.InputTokenCount);
        return units is null && tokens is null ? null
            : ((decimal)(units ?? 0) * (scorer.PriceOfThousandSearchUnits ?? 0)) + ((decimal)(tokens ?? 0) * (scorer.PriceOfMillionTokens ?? 0) / 1_000);
    }

    private QueryReport Query(QueryOutcome outcome, int index, Dictionary<string, double>?[][] values, HashSet<int>[] shown)
    {
        Dictionary<string, IReadOnlyDictionary<string, double>> byScorer = [];
        Dictionary<string, IReadOnlyList<PassageReport>> passages = [];
        for (int i = 0; i < scorers.Length; i++)
        {
            if (values[i][index] is { } value)
            {
                byScorer[scorers[i].Name] = value;
                if (shown[i].Contains(index))
                {
                    passages[scorers[i].Name] = Passages(outcome, i);
                }
            }
        }

        return new QueryReport
        {
            Id = outcome.Query.Id,
            Text = options.IncludeTexts ? outcome.Query.Text : null,
            CandidateCount = outcome.Candidates.Count,
            FirstStage = _firstStageValues[index],
            Scorers = byScorer,
            Passages = passages,
        };
    }

    // The ten queries that lose the most, and the ten that gain the most.
    private HashSet<int> Shown(Dictionary<string, double>?[] values)
    {
        int[] sorted =
        [
            .. Enumerable.Range(0, values.Length)
                .Where(i => values[i] is not null)
                .OrderBy(i => Difference(values, i)),
        ];
        return [.. sorted.Take(ShownQueries), .. sorted.TakeLast(ShownQueries)];
    }

    private double Difference(Dictionary<string, double>?[] values, int query) =>
        values[query]!.GetValueOrDefault(_metric.Name) - _firstStageValues[query].GetValueOrDefault(_metric.Name);

    // The first passages of both rankings, in the order after reranking.
    private List<PassageReport> Passages(QueryOutcome outcome, int scorer)
    {
        int[] order = outcome.Rerank(scorer, options.Depth);
        List<PassageReport> passages = [];
        for (int rank = 0; rank < order.Length; rank++)
        {
            int position = order[rank];
            if (rank < ShownPassages || position < ShownPassages)
            {
                EvaluationDocument document = outcome.Candidates[position];
                RelevanceScore score = outcome.Answers[scorer].Scores![position];
                passages.Add(new PassageReport(
                    document.Id,
                    position + 1,
                    rank + 1,
                    outcome.Query.Grades.TryGetValue(document.Id, out int grade) ? grade : null,
                    score.IsScored ? score.Value : null,
                    options.IncludeTexts ? Beginning(document.Text) : null));
            }
        }

        return passages;
    }

    private static string Beginning(string text)
    {
        if (text.Length <= ShownLength)
        {
            return text;
        }

        int end = char.IsHighSurrogate(text[ShownLength - 1]) ? ShownLength - 1 : ShownLength;
        return text[..end] + "…";
    }
}
