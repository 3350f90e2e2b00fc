using Microsoft.Extensions.Logging;

namespace Reranking.Http.Tests;

/// <summary>Scorers over a stub.</summary>
internal static class TestScorers
{
    public const string ApiKey = "k-123";

    public static HttpScorerOptions Options(StubServer server, Action<HttpScorerOptions>? configure = null)
    {
        var options = new HttpScorerOptions { Endpoint = server.Endpoint, ApiKey = ApiKey, Model = "m-1" };
        configure?.Invoke(options);
        return options;
    }

    public static HttpRelevanceScorer Create(
        StubServer server, Action<HttpScorerOptions>? configure = null, TimeProvider? timeProvider = null, ILogger<HttpRelevanceScorer>? logger = null) =>
        new(Options(server, configure), httpClient: null, logger, timeProvider);

    /// <summary>A response of Cohere with scores in document order.</summary>
    public static StubResponse Scores(params double[] scores) => StubResponse.Ok(
        $$"""{"results":[{{string.Join(',', scores.Select(Result))}}]}""");

    private static string Result(double score, int index) => FormattableString.Invariant($$"""{"index":{{index}},"relevance_score":{{score:R}}}""");
}
