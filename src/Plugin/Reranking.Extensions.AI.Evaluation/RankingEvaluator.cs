using System.Globalization;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.AI.Evaluation;

namespace Reranking;

/// <summary>
/// Measures how well the passages behind an answer were ranked: nDCG, reciprocal rank and hits against what is known to be relevant, and how relevant a scorer
/// finds them. An answer can be no better than the passages it was made of.
/// </summary>
/// <remarks>
/// Thread-safe if the scorer is. It needs no chat model. The passages come as a <see cref="RankingEvaluationContext"/>; without one, or without anything known
/// to be relevant, a metric has no value and a diagnostic says why. Texts go to the scorer, and into what is recorded unless
/// <see cref="RankingEvaluatorOptions.IncludeTexts"/> is off.
/// </remarks>
public sealed class RankingEvaluator : IEvaluator
{
    /// <summary>The name of the metric that holds the relevance of the most relevant passage, from 0 to 1.</summary>
    public const string BestRelevanceName = "Relevance (best)";

    /// <summary>The name of the metric that holds the mean relevance of the passages, from 0 to 1. It never fails: passages that fill up do no harm.</summary>
    public const string MeanRelevanceName = "Relevance (mean)";

    private static readonly (double From, EvaluationRating Rating)[] Ratings =
    [
        (0.9, EvaluationRating.Exceptional), (0.7, EvaluationRating.Good), (0.5, EvaluationRating.Average), (0.25, EvaluationRating.Poor),
    ];

    private readonly RankingEvaluatorOptions _options;
    private readonly IRelevanceScorer? _scorer;

    /// <summary>Initializes a new instance of the <see cref="RankingEvaluator"/> class.</summary>
    /// <param name="scorer">
    /// What says how relevant the passages are, or <see langword="null"/> to measure against judgments alone. It stays the caller's.
    /// </param>
    /// <param name="options">The options, or <see langword="null"/> for the defaults. They are copied.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public RankingEvaluator(IRelevanceScorer? scorer = null, RankingEvaluatorOptions? options = null)
    {
        _options = (options ?? new RankingEvaluatorOptions()).Copy();
        _scorer = scorer;
        EvaluationMetricNames =
        [
            .. _options.Metrics.Select(static metric => metric.Name),
            .. scorer is null ? Array.Empty<string>() : [BestRelevanceName, MeanRelevanceName],
        ];
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> EvaluationMetricNames { get; }

    /// <inheritdoc/>
    /// <exception cref="RelevanceScoringException">The scorer is not set up: its model is missing or can't be loaded.</exception>
    public async ValueTask<EvaluationResult> EvaluateAsync(
        IEnumerable<ChatMessage> messages,
        ChatResponse modelResponse,
        ChatConfiguration? chatConfiguration = null,
        IEnumerable<EvaluationContext>? additionalContext = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(modelResponse);
        NumericMetric[] metrics = [.. EvaluationMetricNames.Select(static name => new NumericMetric(name))];
        var result = new EvaluationResult(metrics);
        if (additionalContext?.OfType<RankingEvaluationContext>().FirstOrDefault() is not { } context)
        {
            Fail(metrics, EvaluationDiagnostic.Error(
                $"Found no {nameof(RankingEvaluationContext)} among the additional context; expected one with the passages of the answer."));
            return result;
        }

        if (_options.IncludeTexts)
        {
            result.AddOrUpdateContextInAllMetrics(context);
        }

        string[] ranking = [.. context.Passages.Select(static passage => passage.Id)];
        for (int i = 0; i < _options.Metrics.Count; i++)
        {
            Measure(metrics[i], _options.Metrics[i].Compute(ranking, context.Grades, _options.RelevantFrom), context);
        }

        if (_scorer is not null)
        {
            await ScoreAsync(_scorer, metrics[^2], metrics[^1], context, messages, cancellationToken).ConfigureAwait(false);
        }

        return result;
    }

    private static void Fail(IEnumerable<NumericMetric> metrics, EvaluationDiagnostic diagnostic)
    {
        foreach (NumericMetric metric in metrics)
        {
            metric.AddDiagnostics(diagnostic);
            metric.Interpretation = new EvaluationMetricInterpretation(
                EvaluationRating.Inconclusive, failed: diagnostic.Severity == EvaluationDiagnosticSeverity.Error, diagnostic.Message);
        }
    }

    private static EvaluationMetricInterpretation Interpret(double value, double passing)
    {
        EvaluationRating rating = Ratings.Where(rating => value >= rating.From).Select(static rating => rating.Rating)
            .DefaultIfEmpty(EvaluationRating.Unacceptable).First();
        bool isFailed = value < passing;
        return new EvaluationMetricInterpretation(
            rating, isFailed, isFailed ? FormattableString.Invariant($"{value:0.000} is below {passing:0.000}, the lowest value that passes.") : null);
    }

    private void Measure(NumericMetric metric, double? value, RankingEvaluationContext context)
    {
        if (value is not { } known)
        {
            Fail([metric], EvaluationDiagnostic.Warning(
                $"Found {context.Grades.Count} grades, but none of {_options.RelevantFrom} or more; expected what is known to be relevant to the question."));
            return;
        }

        int relevant = context.Passages.Count(passage => context.Grades.GetValueOrDefault(passage.Id) >= _options.RelevantFrom);
        int all = context.Grades.Values.Count(grade => grade >= _options.RelevantFrom);
        metric.Value = known;
        metric.Reason = string.Create(
            CultureInfo.InvariantCulture, $"{relevant} of {all} relevant passages are among the {context.Passages.Count} of the answer.");
        metric.Interpretation = Interpret(known, _options.PassingValue);
    }

    private async Task ScoreAsync(
        IRelevanceScorer scorer,
        NumericMetric best,
        NumericMetric mean,
        RankingEvaluationContext context,
        IEnumerable<ChatMessage> messages,
        CancellationToken cancellationToken)
    {
        string? query = context.Query ?? messages.LastOrDefault(static message => message.Role == ChatRole.User)?.Text;
        if (string.IsNullOrWhiteSpace(query) || context.Passages.Count == 0)
        {
            string missing = context.Passages.Count == 0 ? "no passages" : "neither a query nor a message of the user";
            Fail([best, mean], EvaluationDiagnostic.Warning($"Found {missing}; expected a question and the passages of its answer."));
            return;
        }

        RelevanceScores scores;
        try
        {
            scores = await scorer.ScoreAsync(query, [.. context.Passages.Select(static passage => passage.Text)], null, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (RelevanceScoringException exception) when (!exception.IsSetupFault)
        {
            Fail([best, mean], EvaluationDiagnostic.Error($"The scorer failed: {exception.Message}"));
            return;
        }

        double[] values = [.. scores.Where(static score => score.IsScored && !score.IsEstimate).Select(static score => score.Value)];
        if (values.Length == 0)
        {
            Fail([best, mean], EvaluationDiagnostic.Warning($"The scorer scored none of {context.Passages.Count} passages."));
            return;
        }

        best.Value = values.Max();
        best.Interpretation = Interpret(best.Value.Value, _options.PassingRelevance);
        mean.Value = values.Average();
        mean.Interpretation = Interpret(mean.Value.Value, passing: 0);
        foreach (NumericMetric metric in new[] { best, mean })
        {
            metric.AddOrUpdateMetadata("model", scores.ModelId ?? scorer.GetService<RelevanceScorerMetadata>()?.ModelId ?? "unknown");
            for (int i = 0; i < scores.Count; i++)
            {
                string value = scores[i].IsScored ? scores[i].Value.ToString("0.000", CultureInfo.InvariantCulture) : "not scored";
                metric.AddOrUpdateMetadata(string.Create(CultureInfo.InvariantCulture, $"passage {i + 1}"), value);
            }
        }
    }
}
