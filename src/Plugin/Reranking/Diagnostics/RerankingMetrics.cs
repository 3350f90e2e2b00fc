using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Reranking.Diagnostics;

/// <summary>The activity source and the instruments of the reranker.</summary>
internal sealed class RerankingMetrics
{
    public static readonly ActivitySource Source = new(RerankingTelemetry.SourceName);

    private static readonly Lazy<RerankingMetrics> Shared = new(static () => new RerankingMetrics(new Meter(RerankingTelemetry.SourceName)));

    private readonly Histogram<double> _duration;
    private readonly Histogram<int> _candidates;
    private readonly Histogram<double> _displacement;
    private readonly Counter<long> _truncated;
    private readonly Counter<long> _estimated;
    private readonly Counter<long> _fallbacks;
    private readonly Counter<long> _failedAttempts;
    private readonly Counter<long> _swaps;

    private RerankingMetrics(Meter meter)
    {
        _duration = meter.CreateHistogram(
            RerankingTelemetry.Instruments.OperationDuration,
            "s",
            "How long the scorer took.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = RerankingTelemetry.DurationBoundaries });
        _candidates = meter.CreateHistogram<int>(RerankingTelemetry.Instruments.Candidates, "{document}", "How many candidates retrieval returned.");
        _displacement = meter.CreateHistogram<double>(
            RerankingTelemetry.Instruments.RankDisplacement, "{rank}", "Mean absolute change of rank among the top n: near 0, reranking changes nothing.");
        _truncated = meter.CreateCounter<long>(RerankingTelemetry.Instruments.Truncated, "{document}", "Documents that the scorer read only in part.");
        _estimated = meter.CreateCounter<long>(
            RerankingTelemetry.Instruments.Estimated, "{document}", "Documents that left the model early, with an estimate.");
        _fallbacks = meter.CreateCounter<long>(
            RerankingTelemetry.Instruments.Fallbacks, "{call}", "Calls answered in first-stage order because the scorer failed.");
        _failedAttempts = meter.CreateCounter<long>(
            RerankingTelemetry.Instruments.FailedAttempts,
            "{attempt}",
            "Scorers of chains and cascades that were asked, or would have been, and did not answer.");
        _swaps = meter.CreateCounter<long>(RerankingTelemetry.Instruments.Swaps, "{swap}", "Changes of the configuration that took effect, or were refused.");
    }

    /// <summary>Takes the meter from the application's factory, which disposes it, or else shares one for the process.</summary>
    public static RerankingMetrics Create(IMeterFactory? meterFactory) =>
        meterFactory is null ? Shared.Value : new RerankingMetrics(meterFactory.Create(RerankingTelemetry.SourceName));

    /// <summary>Returns the tags that say which scorer an operation is about.</summary>
    public static TagList TagsOf(RelevanceScorerMetadata? metadata)
    {
        TagList tags = new() { { RerankingTelemetry.Tags.OperationName, RerankingTelemetry.OperationName } };
        AddIfKnown(RerankingTelemetry.Tags.ProviderName, metadata?.ProviderName);
        AddIfKnown(RerankingTelemetry.Tags.RequestModel, metadata?.ModelId);
        if (metadata?.Endpoint is { IsAbsoluteUri: true } endpoint)
        {
            tags.Add(RerankingTelemetry.Tags.ServerAddress, endpoint.Host);
            tags.Add(RerankingTelemetry.Tags.ServerPort, endpoint.Port);
        }

        return tags;

        void AddIfKnown(string name, object? value)
        {
            if (value is not null)
            {
                tags.Add(name, value);
            }
        }
    }

    /// <summary>Starts the span of a call, or returns <see langword="null"/> if nobody listens.</summary>
    public static Activity? StartActivity(
        RelevanceScorerMetadata? metadata, string query, IReadOnlyList<string> documents, int candidateCount, bool enableSensitiveData)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        string name = metadata?.ModelId is { } model ? $"{RerankingTelemetry.OperationName} {model}" : RerankingTelemetry.OperationName;
        Activity? activity = Source.StartActivity(name, ActivityKind.Client, parentContext: default, TagsOf(metadata));
        activity?.SetTag(RerankingTelemetry.Tags.CandidateCount, candidateCount);
        if (activity is not null && enableSensitiveData)
        {
            activity.SetTag(RerankingTelemetry.Tags.Query, query);
            activity.SetTag(RerankingTelemetry.Tags.Documents, documents.ToArray());
        }

        return activity;
    }

    /// <summary>Puts on a span what a scorer returned, without the texts.</summary>
    public static void SetScores(Activity? activity, RelevanceScores? scores)
    {
        if (activity is null || scores is null)
        {
            return;
        }

        activity.SetTag(RerankingTelemetry.Tags.ScoredCount, scores.Count(static score => score.IsScored));
        activity.SetTag(RerankingTelemetry.Tags.TruncatedCount, scores.Count(static score => score.IsTruncated));
        if (scores.Count(static score => score.IsEstimate) is > 0 and int estimated)
        {
            activity.SetTag(RerankingTelemetry.Tags.EstimatedCount, estimated);
        }

        activity.SetTag(RerankingTelemetry.Tags.ResponseModel, ResponseName.Sanitize(scores.ModelId));
        activity.SetTag(RerankingTelemetry.Tags.InputTokens, scores.Usage?.InputTokenCount);
        activity.SetTag(RerankingTelemetry.Tags.Scorer, scores.ScorerName);
    }

    public static void SetError(Activity? activity, string errorType)
    {
        activity?.SetStatus(ActivityStatusCode.Error);
        activity?.SetTag(RerankingTelemetry.Tags.ErrorType, errorType);
    }

    /// <summary>Records how long the scorer took, whether it answered or not, and who answered where scorers have names.</summary>
    public void RecordScoring(TimeSpan duration, in TagList scorer, string? scorerName, string? errorType)
    {
        if (!_duration.Enabled)
        {
            return;
        }

        TagList tags = scorer;
        if (scorerName is not null)
        {
            tags.Add(RerankingTelemetry.Tags.Scorer, scorerName);
        }

        if (errorType is not null)
        {
            tags.Add(RerankingTelemetry.Tags.ErrorType, errorType);
        }

        _duration.Record(duration.TotalSeconds, tags);
    }

    public void RecordCandidates(int count, in TagList scorer) => _candidates.Record(count, scorer);

    public void RecordReranked(double? displacement, int truncated, int estimated, in TagList scorer)
    {
        if (displacement is { } mean)
        {
            _displacement.Record(mean, scorer);
        }

        if (truncated > 0)
        {
            _truncated.Add(truncated, scorer);
        }

        if (estimated > 0)
        {
            _estimated.Add(estimated, scorer);
        }
    }

    public void RecordFallback(RerankingReason reason, in TagList scorer)
    {
        TagList tags = scorer;
        tags.Add(RerankingTelemetry.Tags.Reason, TagValue(reason));
        _fallbacks.Add(1, tags);
    }

    public void RecordFailedAttempt(ScoringAttempt attempt) => _failedAttempts.Add(
        1,
        new KeyValuePair<string, object?>(RerankingTelemetry.Tags.Scorer, attempt.ScorerName),
        new KeyValuePair<string, object?>(RerankingTelemetry.Tags.Reason, TagValue(attempt.Reason)));

    public void RecordSwap(bool refused) => _swaps.Add(1, new KeyValuePair<string, object?>(RerankingTelemetry.Tags.Outcome, refused ? "refused" : "swapped"));

    /// <summary>Returns the value of a tag in the form that telemetry uses: lower case, words joined by underscores.</summary>
    public static string TagValue(RerankingReason reason) => reason switch
    {
        RerankingReason.NoCandidates => "no_candidates",
        RerankingReason.SingleCandidate => "single_candidate",
        RerankingReason.BlankQuery => "blank_query",
        RerankingReason.BlankDocuments => "blank_documents",
        RerankingReason.Timeout => "timeout",
        RerankingReason.ScorerFailed => "scorer_failed",
        RerankingReason.InvalidScores => "invalid_scores",
        _ => "none",
    };

    public static string TagValue(ScoringAttemptReason reason) => reason switch
    {
        ScoringAttemptReason.Timeout => "timeout",
        ScoringAttemptReason.InvalidScores => "invalid_scores",
        ScoringAttemptReason.CircuitOpen => "circuit_open",
        ScoringAttemptReason.KeptLocal => "kept_local",
        _ => "scorer_failed",
    };

    public static string TagValue(RerankingOutcome outcome) => outcome switch
    {
        RerankingOutcome.Skipped => "skipped",
        RerankingOutcome.FellBack => "fell_back",
        _ => "reranked",
    };
}

/// <summary>Names from responses, as spans and logs show them. Metrics never do: a server could make up as many as there are calls.</summary>
internal static class ResponseName
{
    private const int MaxLength = 100;

    /// <summary>Returns the name, or <see langword="null"/> if it is too long or has characters that names have not.</summary>
    public static string? Sanitize(string? name) =>
        name is { Length: > 0 and <= MaxLength }
        && name.All(static character => char.IsLetterOrDigit(character) || ".-_/:@+ ()".Contains(character, StringComparison.Ordinal))
            ? name
            : null;
}
