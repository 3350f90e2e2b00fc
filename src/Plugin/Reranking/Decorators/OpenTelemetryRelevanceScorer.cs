using System.Diagnostics;
using System.Diagnostics.Metrics;
using Reranking.Diagnostics;
using Reranking.Scoring;

namespace Reranking;

/// <summary>A decorator that records a span and the duration of each call, following the OpenTelemetry semantic conventions for generative AI.</summary>
/// <remarks>
/// <para>
/// Use it for scorers that are called without a <see cref="Reranker"/>. A reranker records its own calls, so with both, each call is recorded twice.
/// </para>
/// <para>
/// Pass <see cref="RerankingTelemetry.SourceName"/> to OpenTelemetry's <c>AddSource</c> and <c>AddMeter</c>. The names may change along with the conventions.
/// Spans contain the text of queries and documents only with <see cref="EnableSensitiveData"/>.
/// </para>
/// </remarks>
public sealed class OpenTelemetryRelevanceScorer : DelegatingRelevanceScorer
{
    private readonly TimeProvider _timeProvider;
    private readonly RerankingMetrics _metrics;

    /// <summary>Initializes a new instance of the <see cref="OpenTelemetryRelevanceScorer"/> class.</summary>
    /// <param name="innerScorer">The scorer to pass calls to.</param>
    /// <param name="timeProvider">The clock for durations, or <see langword="null"/> for the system clock.</param>
    /// <param name="meterFactory">Creates the meter, or <see langword="null"/> for one that is shared in the process.</param>
    /// <exception cref="ArgumentNullException"><paramref name="innerScorer"/> is <see langword="null"/>.</exception>
    public OpenTelemetryRelevanceScorer(IRelevanceScorer innerScorer, TimeProvider? timeProvider = null, IMeterFactory? meterFactory = null)
        : base(innerScorer)
    {
        _timeProvider = timeProvider ?? TimeProvider.System;
        _metrics = RerankingMetrics.Create(meterFactory);
    }

    /// <summary>Gets or sets a value indicating whether spans include the text of query and documents.</summary>
    /// <value>
    /// The default is <see langword="false"/>: spans contain only counts, names and durations. Text that must stay on this machine is never included.
    /// </value>
    public bool EnableSensitiveData { get; set; }

    /// <inheritdoc/>
    public override async Task<RelevanceScores> ScoreAsync(
        string query,
        IReadOnlyList<string> documents,
        RelevanceScoringOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(documents);
        RelevanceScorerMetadata? metadata = InnerScorer.GetService<RelevanceScorerMetadata>();
        if (options?.ModelId is { } model)
        {
            metadata = (metadata ?? new RelevanceScorerMetadata()) with { ModelId = model };
        }

        TagList tags = RerankingMetrics.TagsOf(metadata);
        long start = _timeProvider.GetTimestamp();
        bool showsTexts = EnableSensitiveData && !InnerScorer.KeepsLocal(options);
        using Activity? activity = RerankingMetrics.StartActivity(metadata, query, documents, documents.Count, showsTexts);
        RelevanceScores? scores;
        try
        {
            scores = await base.ScoreAsync(query, documents, options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            string errorType = (exception is OperationCanceledException ? typeof(OperationCanceledException) : exception.GetType()).FullName!;
            _metrics.RecordScoring(_timeProvider.GetElapsedTime(start), tags, scorerName: null, errorType);
            RerankingMetrics.SetError(activity, errorType);
            throw;
        }

        if (scores?.ScorerMetadata is { } answered)
        {
            tags = RerankingMetrics.TagsOf(answered);
        }

        _metrics.RecordScoring(_timeProvider.GetElapsedTime(start), tags, scores?.ScorerName, errorType: null);
        RerankingMetrics.SetScores(activity, scores);
        return scores!;   // it is not for a decorator to judge the answer
    }
}
