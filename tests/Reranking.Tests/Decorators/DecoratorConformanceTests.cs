using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using Reranking.Conformance;

namespace Reranking.Tests;

public class WordOverlapScorerConformanceTests : RelevanceScorerConformanceTests
{
    protected override IRelevanceScorer CreateScorer() => new WordOverlapScorer();
}

public class DelegatingRelevanceScorerConformanceTests : RelevanceScorerConformanceTests
{
    protected override IRelevanceScorer CreateScorer() => new DelegatingRelevanceScorerTests.PassingScorer(new WordOverlapScorer());
}

public class LoggingRelevanceScorerConformanceTests : RelevanceScorerConformanceTests
{
    protected override IRelevanceScorer CreateScorer() => new LoggingRelevanceScorer(new WordOverlapScorer(), new FakeLogger());
}

public class OpenTelemetryRelevanceScorerConformanceTests : RelevanceScorerConformanceTests
{
    protected override IRelevanceScorer CreateScorer() => new OpenTelemetryRelevanceScorer(new WordOverlapScorer()) { EnableSensitiveData = true };
}

public class ConfigureOptionsRelevanceScorerConformanceTests : RelevanceScorerConformanceTests
{
    protected override IRelevanceScorer CreateScorer() => new ConfigureOptionsRelevanceScorer(new WordOverlapScorer(), options => options.ModelId = "words-2");
}

public class AnonymousRelevanceScorerConformanceTests : RelevanceScorerConformanceTests
{
    protected override IRelevanceScorer CreateScorer() => new WordOverlapScorer().AsBuilder()
        .Use((query, documents, options, inner, token) => inner.ScoreAsync(query, documents, options, token))
        .Build();
}

public class CachingRelevanceScorerConformanceTests : RelevanceScorerConformanceTests
{
    protected override IRelevanceScorer CreateScorer() => new CachingRelevanceScorer(new WordOverlapScorer(), new FakeHybridCache());
}

public class ShadowRelevanceScorerConformanceTests : RelevanceScorerConformanceTests
{
    protected override IRelevanceScorer CreateScorer() =>
        new ShadowRelevanceScorer(new WordOverlapScorer(), new WordOverlapScorer(), new ShadowRelevanceScorerOptions { SampleRate = 1 });
}

public class CalibratedRelevanceScorerConformanceTests : RelevanceScorerConformanceTests
{
    protected override IRelevanceScorer CreateScorer() => new CalibratedRelevanceScorer(new WordOverlapScorer(), ScoreCalibration.Platt(0.5, -1));
}

public class StackedDecoratorsConformanceTests : RelevanceScorerConformanceTests
{
    protected override IRelevanceScorer CreateScorer() => new WordOverlapScorer().AsBuilder()
        .ConfigureOptions(options => options.ModelId = "words-2")
        .Use(inner => new LoggingRelevanceScorer(inner, new FakeLogger()))
        .Use((query, documents, options, inner, token) => inner.ScoreAsync(query, documents, options, token))
        .Build();
}
