using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Reranking.Diagnostics;

/// <summary>The instruments of <see cref="CachingRelevanceScorer"/>.</summary>
internal sealed class CachingMetrics
{
    private static readonly Lazy<CachingMetrics> Shared = new(static () => new CachingMetrics(new Meter(RerankingTelemetry.SourceName)));

    private readonly Counter<long> _hits;
    private readonly Counter<long> _misses;

    private CachingMetrics(Meter meter)
    {
        _hits = meter.CreateCounter<long>(RerankingTelemetry.Instruments.CacheHits, "{document}", "Documents answered without asking the scorer for them.");
        _misses = meter.CreateCounter<long>(RerankingTelemetry.Instruments.CacheMisses, "{document}", "Documents that the scorer was asked for.");
    }

    /// <inheritdoc cref="RerankingMetrics.Create"/>
    public static CachingMetrics Create(IMeterFactory? meterFactory) =>
        meterFactory is null ? Shared.Value : new CachingMetrics(meterFactory.Create(RerankingTelemetry.SourceName));

    public static TagList Tags(RelevanceScorerMetadata? metadata, RelevanceScoringOptions? options) => new()
    {
        { RerankingTelemetry.Tags.ProviderName, metadata?.ProviderName },
        { RerankingTelemetry.Tags.RequestModel, options?.ModelId ?? metadata?.ModelId },
    };

    public void RecordHits(int count, in TagList tags) => Add(_hits, count, tags);

    public void RecordMisses(int count, in TagList tags) => Add(_misses, count, tags);

    private static void Add(Counter<long> counter, int count, in TagList tags)
    {
        if (count > 0)
        {
            counter.Add(count, tags);
        }
    }
}
