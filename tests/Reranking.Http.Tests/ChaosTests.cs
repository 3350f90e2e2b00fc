using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Reranking.Http.Tests;

/// <summary>
/// A thousand calls of all APIs through a server that answers at random in every way that providers have been seen to: no candidate is lost, no score is that
/// of another document, nothing but our exceptions is thrown, and no word of the requests is heard anywhere.
/// </summary>
public sealed class ChaosTests
{
    private const int Seed = 20_261_128;
    private const int Calls = 1_000;
    private const int Limit = 400;   // of characters in a document
    private const string Key = "sk-Archimboldo0123456789";
    private const string UrlSecret = "Ixtapaluca98765";
    private const string Canary = "Nezahualcoyotl";

    private static readonly string[] Names = [.. Enum.GetNames<RerankApi>()];

    [Fact]
    public async Task RerankAsync_AThousandCallsThroughChaos_LosesNothingAndTellsNothing()
    {
        using var sinks = new Sinks();
        int requests = 0;
        await using var server = new StubServer(request => Answer(request, new Random(Seed + Interlocked.Increment(ref requests)))) { KeepsRequests = false };
        await using ServiceProvider provider = Provider(sinks, server);
        int[] outcomes = new int[4];   // scored or reranked, fell back, failed, canceled

        await Parallel.ForEachAsync(
            Enumerable.Range(0, Calls),
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (call, _) => Interlocked.Increment(ref outcomes[await CallAsync(provider, sinks, new Random(Seed - call))]));

        sinks.AssertSilentAbout(Key, UrlSecret, "Archimboldo", "Ixtapaluca", Canary);
        Assert.All(outcomes, static count => Assert.True(count > 0));
        Assert.InRange(outcomes[0], Calls / 5, Calls);   // most of what can be answered is
        Assert.DoesNotContain(sinks.TagSets.Keys, static tags => tags.Contains("invented", StringComparison.Ordinal));
    }

    private static async Task<int> CallAsync(ServiceProvider provider, Sinks sinks, Random random)
    {
        string query = $"{Canary} question {random.Next(1_000)}?";
        string[] documents = [.. Enumerable.Range(0, random.Next(1, 12)).Select(i =>
            $"{Canary} passage {i} {new string('x', random.Next(random.Next(8) == 0 ? 3 * Limit : Limit / 2))} {random.Next(1_000_000)}")];
        string name = Names[random.Next(Names.Length)];
        using var cancellation = new CancellationTokenSource();
        if (random.Next(25) == 0)
        {
            cancellation.CancelAfter(random.Next(40));
        }

        try
        {
            if (random.Next(2) == 0)
            {
                var options = new RelevanceScoringOptions
                {
                    Timeout = TimeSpan.FromMilliseconds(random.Next(4) == 0 ? 50 : 2_000),
                    AdditionalProperties = random.Next(5) > 0 ? null
                        : new Dictionary<string, object?> { [random.Next(2) == 0 ? "seed" : "priority"] = random.Next(9) },
                };
                RelevanceScores scores = await provider.GetRequiredKeyedService<IRelevanceScorer>(name).ScoreAsync(query, documents, options,
                    cancellation.Token);
                sinks.Hear(scores.ModelId);
                Assert.Equal(documents.Length, scores.Count);
                for (int i = 0; i < documents.Length; i++)
                {
                    AssertOwn(name, documents[i], scores[i]);
                }

                return 0;
            }

            // Without a circuit breaker, which would keep most calls from the server.
            IRelevanceScorer scorer = provider.GetRequiredKeyedService<IRelevanceScorer>(name);
            Reranker reranker = random.Next(8) == 0
                ? provider.GetRequiredService<Reranker>()
                : new Reranker(new WithoutCircuit(scorer), logger: provider.GetRequiredService<ILogger<Reranker>>());
            RerankingResult<string> result = await reranker.RerankAsync(
                query,
                documents,
                new RerankingOptions
                {
                    TopN = 100,
                    Timeout = TimeSpan.FromMilliseconds(random.Next(4) == 0 ? 50 : 2_000),
                    OnFailure = random.Next(4) == 0 ? RerankingFailureMode.Throw : RerankingFailureMode.Fallback,
                },
                cancellation.Token);
            sinks.Hear($"{result.Failure} {result.ModelId} {result.ScorerMetadata} {string.Join(',', result.FailedAttempts)}");
            Assert.Equal(Enumerable.Range(0, documents.Length), result.Ranking.Select(static ranked => ranked.Index).Order());
            Assert.Equal(result.Ranking.OrderByDescending(static ranked => ranked.Relevance?.RawValue ?? double.MinValue), result.Ranking);
            Assert.True(result.Failure is null or RelevanceScoringException or TimeoutException, $"{result.Failure}");
            return result.Outcome == RerankingOutcome.FellBack ? 1 : 0;
        }
        catch (RelevanceScoringException exception)
        {
            sinks.Hear(exception);
            return 2;
        }
        catch (TimeoutException exception)
        {
            sinks.Hear(exception);   // what a reranker throws whose time is over
            return 2;
        }
        catch (OperationCanceledException exception) when (cancellation.IsCancellationRequested)
        {
            sinks.Hear(exception);
            return 3;
        }
    }

    private static void AssertOwn(string name, string document, RelevanceScore score)
    {
        // Where the server only echoes, it scores two documents by 0.5 and 0.25.
        if (score is { IsScored: true, IsTruncated: false, BestWindow: null, RawValue: not (0.5 or 0.25) })
        {
            Assert.Equal(Score(document), score.RawValue, 2e-6);
        }

        Assert.True(!score.IsScored || score.Value is >= 0 and <= 1, $"{name}: {score}");
    }

    private static double Score(string document) => (document.Length % 997) / 997.0;

    private static StubResponse Answer(StubRequest request, Random random)
    {
        string[] documents = request.Documents(
            request.Body.Contains("\"texts\"", StringComparison.Ordinal) ? "texts" : request.Body.Contains("\"input\"", StringComparison.Ordinal)
                ? "input" : "documents");
        string document = documents[random.Next(documents.Length)];
        int start = random.Next(Math.Max(1, document.Length - 12));
        string[] echoes = [Key, UrlSecret, Canary, document[start..Math.Min(start + 12, document.Length)].Replace(' ', '.'), $"{Canary}.passage"];
        string echo = echoes[random.Next(echoes.Length)];
        if (documents.Any(static text => text.Length > Limit))
        {
            return random.Next(3) switch
            {
                0 => StubResponse.Of(413, $"<html>{echo}"),
                1 => StubResponse.Of(400, $$"""{"message":"too many tokens in {{echo}}"}"""),
                _ => StubResponse.Of(422, $$"""{"detail":[{"msg":"string is too long","input":"{{echo}}"}]}"""),
            };
        }

        return random.Next(10) switch
        {
            0 => RedactionTests.Places.Values.ElementAt(random.Next(RedactionTests.Places.Count))(echo),
            1 => random.Next(8) switch
            {
                0 => StubResponse.HangUp,
                1 => StubResponse.Partial($$"""{"results":[{"document":"{{echo}}" """),
                2 => StubResponse.Silence,
                3 => StubResponse.Of(429, $$$"""{"error":{"message":"slow down, {{{echo}}}"}}""", "Retry-After: 0\r\n"),
                4 => StubResponse.Of(503, echo, "Retry-After: Sat, 01 Aug 2020 11:00:00 GMT\r\n"),
                5 => StubResponse.Of(500, $$"""{"error":"{{echo}}"}""", "Retry-After: 3600\r\n"),
                6 => StubResponse.Of(random.Next(400, 600), $$$"""{"detail":{"message":"{{{echo}}}"}}"""),
                _ => StubResponse.Endless(3),
            },
            2 => StubResponse.Ok($$$"""{"error":{"code":{{{random.Next(400, 600)}}},"message":"{{{echo}}}"}}"""),
            _ => Scores(documents, echo, random),
        };
    }

    private static StubResponse Scores(string[] documents, string echo, Random random)
    {
        string field = random.Next(2) == 0 ? "score" : "relevance_score";
        int[] order = [.. Enumerable.Range(0, documents.Length)];
        random.Shuffle(order);
        string list = string.Join(',', order.Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"document":{"text":"{{echo}}"},"index":{{i}},"{{field}}":{{Number(Score(documents[i]), random)}}}""")));
        string model = random.Next(4) switch { 0 => $"invented-{random.Next()}", 1 => echo, 2 => new string('m', 500), _ => "m-2" };
        return StubResponse.Ok(random.Next(3) switch
        {
            0 => $"[{list}]",
            1 => $$$"""{"model":"{{{model}}}","results":[{{{list}}}],"meta":{"warnings":["cut {{{echo}}}"]},"usage":{"total_tokens":1e300}}""",
            _ => $$"""{"object":"list","data":[{{list}}],"model":"{{model}}","warnings":["{{echo}}", 7],"error":null}""",
        });
    }

    private static string Number(double score, Random random) => random.Next(20) switch
    {
        0 => "null",
        1 => "NaN",
        2 => "\"NaN\"",
        3 when score == 0 => "-0.0000005",
        _ => score.ToString("R", CultureInfo.InvariantCulture),
    };

    private static ServiceProvider Provider(Sinks sinks, StubServer server)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(sinks));
        RerankingBuilder builder = services.AddReranking();
        foreach (RerankApi api in Enum.GetValues<RerankApi>())
        {
            builder.AddHttp($"{api}", options =>
            {
                options.Api = api;
                options.Endpoint = new Uri($"{server.Address}/rerank?token={UrlSecret}");
                (options.ApiKey, options.Model, options.MaxRetries, options.ScoreKind) = (Key, "m-1", (int)api % 2, HttpScoreKind.Probability);
                options.MaxDocumentsPerRequest = 5;
                options.OversizedDocuments = (OversizedDocuments)((int)api % 3);
            });
        }

        builder.Use("Cohere");
        return services.BuildServiceProvider();
    }

    private sealed class WithoutCircuit(IRelevanceScorer inner) : IRelevanceScorer
    {
        public Task<RelevanceScores> ScoreAsync(
            string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options = null, CancellationToken cancellationToken = default) =>
            inner.ScoreAsync(query, documents, options, cancellationToken);

        public object? GetService(Type serviceType, object? serviceKey = null) =>
            serviceType == typeof(RelevanceScorerMetadata) ? inner.GetService(serviceType, serviceKey) : null;

        public void Dispose()
        {
        }
    }
}
