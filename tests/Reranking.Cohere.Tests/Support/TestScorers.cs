using Microsoft.Extensions.Logging;

namespace Reranking.Cohere.Tests;

/// <summary>Scorers over a stub.</summary>
internal static class TestScorers
{
    public const string ApiKey = "k-123";

    public static CohereScorerOptions Options(StubServer server, Action<CohereScorerOptions>? configure = null)
    {
        var options = new CohereScorerOptions { Endpoint = server.Address, ApiKey = ApiKey, Model = "m-1" };
        configure?.Invoke(options);
        return options;
    }

    public static CohereRelevanceScorer Create(
        StubServer server, Action<CohereScorerOptions>? configure = null, TimeProvider? timeProvider = null, ILogger<CohereRelevanceScorer>? logger = null) =>
        new(Options(server, configure), httpClient: null, logger, timeProvider);

    /// <summary>An answer of Cohere with scores in document order.</summary>
    public static StubAnswer Scores(params double[] scores) => StubAnswer.Ok(
        $$"""{"results":[{{string.Join(',', scores.Select((score, index) => FormattableString.Invariant($$"""{"index":{{index}},"relevance_score":{{score:R}}}""")))}}]}""");
}
