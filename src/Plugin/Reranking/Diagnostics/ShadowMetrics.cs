using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Reranking.Diagnostics;

/// <summary>The instruments of <see cref="ShadowRelevanceScorer"/>.</summary>
internal sealed class ShadowMetrics
{
    private static readonly Lazy<ShadowMetrics> Shared = new(static () => new ShadowMetrics(new Meter(RerankingTelemetry.SourceName)));

    private readonly Counter<long> _calls;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _tau;
    private readonly Histogram<double> _overlap;

    private ShadowMetrics(Meter meter)
    {
        _calls = meter.CreateCounter<long>(RerankingTelemetry.Instruments.ShadowCalls, "{call}", "Sampled calls, by what became of the shadow.");
        _duration = meter.CreateHistogram(
            RerankingTelemetry.Instruments.ShadowDuration,
            "s",
            "How long the shadow took.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = RerankingTelemetry.DurationBoundaries });
        _tau = meter.CreateHistogram(
            RerankingTelemetry.Instruments.ShadowKendallTau,
            "1",
            "Kendall's tau-b between the orders of the scorer and its shadow: 1 for the same, -1 for the reverse.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [-0.8, -0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 1] });
        _overlap = meter.CreateHistogram(
            RerankingTelemetry.Instruments.ShadowOverlap,
            "1",
            "Share of the scorer's top n that is in the shadow's.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] });
    }

    /// <inheritdoc cref="RerankingMetrics.Create"/>
    public static ShadowMetrics Create(IMeterFactory? meterFactory) =>
        meterFactory is null ? Shared.Value : new ShadowMetrics(meterFactory.Create(RerankingTelemetry.SourceName));

    public static TagList Tags(string? model, string? shadowModel) => new()
    {
        { RerankingTelemetry.Tags.RequestModel, model },
        { RerankingTelemetry.Tags.ShadowModel, shadowModel },
    };

    public void RecordCompared(TimeSpan duration, double? tau, double? overlap, in TagList models)
    {
        _duration.Record(duration.TotalSeconds, models);
        RecordIfKnown(_tau, tau, models);
        RecordIfKnown(_overlap, overlap, models);
        Count("compared", models);
    }

    public void RecordFailed(TimeSpan duration, string errorType, in TagList models)
    {
        TagList tags = models;
        tags.Add(RerankingTelemetry.Tags.ErrorType, errorType);
        _duration.Record(duration.TotalSeconds, tags);
        Count("failed", tags);
    }

    public void RecordDropped(in TagList models) => Count("dropped", models);

    private static void RecordIfKnown(Histogram<double> histogram, double? value, in TagList tags)
    {
        if (value is { } known)
        {
            histogram.Record(known, tags);
        }
    }

    private void Count(string outcome, in TagList tags)
    {
        TagList counted = tags;
        counted.Add(RerankingTelemetry.Tags.Outcome, outcome);
        _calls.Add(1, counted);
    }
}
