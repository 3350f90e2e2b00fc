using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Reranking.Tool.Output;
using Reranking.Tool.Scoring;

namespace Reranking.Tool.Commands;

/// <summary>What <c>eval</c> and <c>calibrate</c> have in common: the set, the first stage, the scorers, and the run.</summary>
internal sealed class EvaluationArguments
{
    private readonly Argument<string> _set = new("data")
    {
        Description = "A BEIR folder (corpus.jsonl, queries.jsonl, qrels/test.tsv), or a file of JSON lines {\"query\", \"candidates\", \"relevant\"}.",
    };

    private readonly Option<string> _split = new("--split")
    {
        Description = "Which judgments of a BEIR folder.",
        DefaultValueFactory = static _ => "test",
    };

    private readonly Option<string?> _run = new("--run") { Description = "A TREC run: the candidates of a first stage of yours." };
    private readonly Option<string?> _qrels = new("--qrels") { Description = "A TREC qrels file: other judgments than those of the set." };
    private readonly Option<string?> _firstStage = new("--first-stage")
    {
        Description = "given (the candidates of the set, or --run) or bm25 (over its corpus). Without it, given where there are candidates.",
    };

    private readonly Option<int[]> _candidates = new("--candidates")
    {
        Description = "How many candidates to rerank, such as 10,20,50,100; the largest number is scored, once.",
        DefaultValueFactory = static _ => [10, 20, 50, 100],
        CustomParser = ParseNumbers,
    };

    private readonly Option<int> _relevantFrom = CommonOptions.FromOne(new Option<int>("--relevant-from")
    {
        Description = "The lowest grade that is relevant.",
        DefaultValueFactory = static _ => 1,
    });

    private readonly Option<double> _precision = new("--precision")
    {
        Description = "How much of what MinScore keeps should be relevant.",
        DefaultValueFactory = static _ => 0.9,
        Validators = { CheckPrecision },
    };

    private readonly Option<int?> _limit = CommonOptions.FromOne(new Option<int?>("--limit") { Description = "Take the first queries only." });

    public CommonOptions Common { get; } = new();

    /// <summary>Gets the set.</summary>
    public Argument<string> Set => _set;

    /// <summary>Gets the lowest grade that is relevant.</summary>
    public Option<int> RelevantFrom => _relevantFrom;

    /// <summary>Adds arguments and options.</summary>
    /// <param name="command">The command.</param>
    /// <param name="measures">Whether it measures, and does not only rank: then it takes judgments, and what thresholds and costs need.</param>
    public void AddTo(Command command, bool measures = true)
    {
        command.Arguments.Add(_set);
        foreach (Option option in new Option[] { _split, _run, _firstStage, _candidates, _relevantFrom, _limit })
        {
            command.Options.Add(option);
        }

        if (measures)
        {
            command.Options.Add(_qrels);
            command.Options.Add(_precision);
        }

        Common.AddTo(command, withPrices: measures);
    }

    /// <summary>Evaluates; Ctrl+C ends with what is done.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="terminal">Where progress is shown.</param>
    /// <param name="configure">Sets what a command has options of its own for.</param>
    /// <param name="onlyOne">Whether to take one scorer.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<EvaluationReport> RunAsync(
        ParseResult parsed, Terminal terminal, Action<RerankingEvaluationOptions> configure, bool onlyOne, CancellationToken cancellationToken)
    {
        EvaluationSet set = Load(parsed, terminal);
        FirstStage firstStage = ChooseFirstStage(parsed, set);
        var options = new RerankingEvaluationOptions
        {
            CandidateCounts = parsed.GetValue(_candidates)!,
            RelevantFrom = parsed.GetValue(_relevantFrom),
            WantedPrecision = parsed.GetValue(_precision),
            ReportWhenCanceled = true,
        };
        configure(options);
        ScorerSource source = ScorerSource.Open(Common.Scorers(parsed), onlyOne);
        await using (source.ConfigureAwait(false))
        {
            var evaluation = new RerankingEvaluation(set, firstStage, source.Scorers, options);
            using var progress = new ProgressLine(terminal, "queries", set.Queries.Count);
            return await evaluation.RunAsync(new QueryProgress(progress), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Scores all queries of the set, those too that nothing answers, by one scorer.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="terminal">Where progress is shown.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<ObservedSet> ObserveAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        EvaluationSet set = Load(parsed, terminal, includeUnjudged: true);
        FirstStage firstStage = ChooseFirstStage(parsed, set);
        var options = new RerankingEvaluationOptions
        {
            CandidateCounts = parsed.GetValue(_candidates)!,
            RelevantFrom = parsed.GetValue(_relevantFrom),
        };
        ScorerSource source = ScorerSource.Open(Common.Scorers(parsed), onlyOne: true);
        await using (source.ConfigureAwait(false))
        {
            using var progress = new ProgressLine(terminal, "queries", set.Queries.Count);
            IReadOnlyDictionary<string, IReadOnlyList<CalibrationObservation>> observations = await new RerankingEvaluation(
                set, firstStage, source.Scorers, options).ObserveAsync(new QueryProgress(progress), cancellationToken).ConfigureAwait(false);
            EvaluatedScorer scorer = source.Scorers[0];
            string? revision = scorer.Scorer.GetService<IModelRevision>() is { } model
                ? await model.GetRevisionAsync(cancellationToken).ConfigureAwait(false)
                : null;
            return new ObservedSet(
                set, firstStage.Name, scorer.Scorer.GetService<RelevanceScorerMetadata>()?.ModelId ?? scorer.Name, revision, observations[scorer.Name]);
        }
    }

    /// <summary>Ranks all queries of the set, judged or not.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="terminal">Where progress is shown.</param>
    /// <param name="check">Is called with the set and the names of the scorers before anything is scored.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<RankedSet> RankAsync(
        ParseResult parsed, Terminal terminal, Action<EvaluationSet, string[]> check, CancellationToken cancellationToken)
    {
        EvaluationSet set = Load(parsed, terminal, includeUnjudged: true);
        FirstStage firstStage = ChooseFirstStage(parsed, set);
        var options = new RerankingEvaluationOptions { CandidateCounts = parsed.GetValue(_candidates)! };
        ScorerSource source = ScorerSource.Open(Common.Scorers(parsed), onlyOne: false);
        await using (source.ConfigureAwait(false))
        {
            string[] scorers = [.. source.Scorers.Select(static scorer => scorer.Name)];
            check(set, scorers);
            using var progress = new ProgressLine(terminal, "queries", set.Queries.Count);
            IReadOnlyList<QueryRankings> rankings = await new RerankingEvaluation(set, firstStage, source.Scorers, options)
                .RankAsync(new QueryProgress(progress), cancellationToken).ConfigureAwait(false);
            return new RankedSet(set, firstStage.Name, scorers, rankings);
        }
    }

    private static void CheckPrecision(OptionResult result)
    {
        if (result.Tokens is [{ Value: var text }]
            && !(double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double precision) && precision is > 0 and <= 1))
        {
            result.AddError($"--precision is '{text}'; expected more than 0 and at most 1.");
        }
    }

    private static int[] ParseNumbers(ArgumentResult result)
    {
        List<int> numbers = [];
        foreach (string part in result.Tokens.SelectMany(static token => token.Value.Split(',')))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1)
            {
                result.AddError($"--candidates has '{part}'; expected numbers from 1, such as 10,20,50,100.");
                return [1];
            }

            numbers.Add(number);
        }

        return [.. numbers];
    }

    private EvaluationSet Load(ParseResult parsed, Terminal terminal, bool includeUnjudged = false)
    {
        // Judgments of another file may be of queries that the folder has none for.
        string? judgments = parsed.GetResult(_qrels) is null ? null : parsed.GetValue(_qrels);
        EvaluationSet set = EvaluationSet.Load(parsed.GetValue(_set)!, parsed.GetValue(_split)!, includeUnjudged || judgments is not null);
        if (judgments is { } qrels)
        {
            set = set.WithJudgments(TrecQrels.Read(qrels));
        }

        if (parsed.GetValue(_run) is { } path)
        {
            TrecRun run = TrecRun.Read(path);
            if (run.ReorderedQueryCount is > 0 and var count)
            {
                terminal.Note($"Note: trec_eval would order {count} queries of the run by score and, in ties, by id; here the order of the lines counts.");
            }

            int missing = set.Queries.Count(query => !run.Queries.ContainsKey(query.Id));
            if (missing > 0)
            {
                terminal.Note(
                    $"Note: the run has nothing for {missing} of {set.Queries.Count} queries, which are left out, as trec_eval does without -c. If it found "
                    + "nothing for them, the numbers are too good.");
            }

            set = set.WithRun(run);
        }

        return parsed.GetValue(_limit) is { } limit ? set.WithQueries(set.Queries.Take(limit)) : set;
    }

    private FirstStage ChooseFirstStage(ParseResult parsed, EvaluationSet set)
    {
        bool hasCandidates = set.Queries.All(static query => query.Candidates is not null);
        string name = parsed.GetValue(_firstStage) ?? (hasCandidates ? "given" : "bm25");
        return name switch
        {
            "given" when hasCandidates => FirstStage.Given(),
            "bm25" when set.Documents.Count > 0 => FirstStage.Bm25(set.Documents),
            "given" => throw new ToolException($"Set '{set.Name}' brings no candidates for all queries; expected them in its lines, --run, or bm25."),
            "bm25" => throw new ToolException($"Set '{set.Name}' has no corpus to search; expected a BEIR folder, or --first-stage given."),
            _ => throw new ToolException($"--first-stage is '{name}'; expected given or bm25.", ExitCode.Usage),
        };
    }

    // Progress<T> would report late, from other threads.
    private sealed class QueryProgress(ProgressLine line) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => line.Report(value.FinishedQueries);
    }
}

/// <summary>A set whose queries were ranked.</summary>
/// <param name="Set">The set.</param>
/// <param name="FirstStage">The name of the first stage.</param>
/// <param name="Scorers">The names of the scorers.</param>
/// <param name="Rankings">The rankings.</param>
internal sealed record RankedSet(EvaluationSet Set, string FirstStage, string[] Scorers, IReadOnlyList<QueryRankings> Rankings);

/// <summary>A set whose pairs were scored.</summary>
/// <param name="Set">The set.</param>
/// <param name="FirstStage">The name of the first stage.</param>
/// <param name="Model">The model.</param>
/// <param name="Revision">The revision of the model, if it is known.</param>
/// <param name="Observations">The scores.</param>
internal sealed record ObservedSet(
    EvaluationSet Set, string FirstStage, string Model, string? Revision, IReadOnlyList<CalibrationObservation> Observations);
