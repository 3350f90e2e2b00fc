using Reranking.Http.Tests;

namespace Reranking.Integration.Tests;

/// <summary>The ways in which scorers and the servers of hosted ones fail.</summary>
internal static class Faults
{
    public static IReadOnlyList<string> Modes { get; } = ["Fallback", "Throw", "chain"];

    public static IReadOnlyList<string> Documents { get; } = [.. Enumerable.Range(1, 12).Select(i => $"document {new string('x', i)}")];

    public static IReadOnlyDictionary<string, Func<TimeProvider, CancellationToken, Task<RelevanceScores>>> OfScorers { get; } =
        new Dictionary<string, Func<TimeProvider, CancellationToken, Task<RelevanceScores>>>
        {
            ["slow"] = async (time, token) =>
            {
                await Task.Delay(TimeSpan.FromMinutes(1), time, token);
                return Right();
            },
            ["throwing"] = (_, _) => throw new InvalidOperationException("It fails."),
            ["throwing later"] = async (time, token) =>
            {
                await Task.Delay(TimeSpan.FromSeconds(0.1), time, token);
                throw new InvalidOperationException("It fails.");
            },
            ["too few scores"] = (_, _) => Task.FromResult(new RelevanceScores([.. Right().Skip(1)])),
            ["too many scores"] = (_, _) => Task.FromResult(new RelevanceScores([.. Right(), default])),
            ["no scores"] = (_, _) => Task.FromResult<RelevanceScores>(null!),
            ["infinite"] = (_, _) => Task.FromResult(new RelevanceScores([.. Right().Skip(1), new RelevanceScore(0.5, double.PositiveInfinity)])),
            ["no number"] = (_, _) => Task.FromResult(new RelevanceScores([.. Right().Select(static _ => RelevanceScore.Unscored)])),
            ["hanging"] = (_, _) => new TaskCompletionSource<RelevanceScores>().Task,
            ["out of memory"] = (_, _) => throw new InsufficientMemoryException("No room for the tensor."),
            ["canceled by itself"] = (_, _) => throw new TaskCanceledException(),
        };

    public static IReadOnlyDictionary<string, Func<StubRequest, StubResponse>> OfServers { get; } = new Dictionary<string, Func<StubRequest, StubResponse>>
    {
        ["cut"] = _ => StubResponse.HangUp,
        ["cut in the body"] = _ => StubResponse.Partial("""{ "results": [ """),
        ["429 storm"] = _ => StubResponse.Of(429, """{ "message": "slow down" }""", "Retry-After: 1\r\n"),
        ["429 for an hour"] = _ => StubResponse.Of(429, """{ "message": "slow down" }""", "Retry-After: 3600\r\n"),
        ["500"] = _ => StubResponse.Of(500, """{ "message": "broken" }"""),
        ["401"] = _ => StubResponse.Of(401, """{ "message": "no such key" }"""),
        ["silent"] = _ => StubResponse.Silence,
        ["no JSON"] = _ => StubResponse.Ok("<html>"),
        ["wrong indexes"] = _ => StubResponse.Ok("""{ "results": [ { "index": 99, "relevance_score": 0.5 } ] }"""),
    };

    public static IEnumerable<string> Names => OfScorers.Keys.Concat(OfServers.Keys);

    public static RelevanceScores Right() => new([.. Documents.Select(document => new RelevanceScore(HostedStub.Score(document), HostedStub.Score(document)))]);

    /// <summary>Gives the configuration in which the scorer <c>bad</c> has a fault, and in a chain <c>good</c> stands behind it.</summary>
    public static string Configuration(string server, string fault, string mode, TimeSpan deadline)
    {
        string bad = OfServers.ContainsKey(fault)
            ? $$"""{ "Provider": "Cohere", "Endpoint": "{{server}}", "Model": "m", "ApiKey": "key" }"""
            : $$"""{ "Provider": "Faulty", "Fault": "{{fault}}" }""";
        return $$"""
            {
              "Use": {{(mode == "chain" ? """[ "bad", "good" ]""" : "\"bad\"")}},
              "Timeout": "{{deadline}}", "TopN": 20, "OnFailure": "{{(mode == "Throw" ? "Throw" : "Fallback")}}",
              "Scorers": { "bad": {{bad}}, "good": { "Provider": "Faulty" } }
            }
            """;
    }
}
