using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Reranking.Http.Tests;

/// <summary>What a server says reaches no log, span, exception or metric, wherever in its response it says it.</summary>
public sealed class RedactionTests
{
    private const string Key = "sk-Zanzibar0123456789";
    private const string UrlSecret = "Quetzalcoatl98765";
    private const string Query = "Why did Wilhelmina leave the orchestra?";
    private const string Document = "Ozymandias was kept from the other members for eleven years.";

    // What a server may echo, and where. In a header line it has to be one word.
    private static readonly string[] Echoes = [Key, UrlSecret, "Wilhelmina.leave", "Ozymandias.was"];

    internal static readonly Dictionary<string, Func<string, StubResponse>> Places = new(MalformedResponses.WithEcho)
    {
        ["chunk of an error"] = static echo => StubResponse.Raw($"HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n{echo}\r\n"),
        ["Retry-After"] = static echo => StubResponse.Of(400, headers: $"Retry-After: {echo}\r\n"),
        ["Content-Type"] = static echo => StubResponse.Of(200, "no JSON", $"Content-Type: text/{echo}\r\n"),
        ["character set"] = static echo => StubResponse.Of(200, "no JSON", $"Content-Type: text/plain; charset={echo}\r\n"),
        ["redirect to a host"] = static echo => StubResponse.Of(307, headers: $"Location: http://{echo}.example/\r\n"),
        ["redirect to labels"] = static echo => StubResponse.Of(307,
            headers: $"Location: http://{string.Join('.', echo.Chunk(4).Select(static c => new string(c)))}.example/\r\n"),
        ["redirect to a path"] = static echo => StubResponse.Of(308, headers: $"Location: https://other.example/{echo}?{echo}\r\n"),
        ["redirect to a scheme"] = static echo => StubResponse.Of(307, headers: $"Location: {echo.Replace('.', '-')}://other/\r\n"),
        ["message"] = static echo => StubResponse.Of(400, Json("message", $"invalid: {echo}")),
        ["error"] = static echo => StubResponse.Of(422, Json("error", echo)),
        ["detail"] = static echo => StubResponse.Of(422, $$"""{"detail":[{"loc":["body","{{echo}}"],"msg":"bad {{echo}}","input":"{{echo}}"}]}"""),
        ["code"] = static echo => StubResponse.Of(400, $$$"""{"error":{"code":"{{{echo}}}","type":"{{{echo}}}","message":"went wrong"}}"""),
        ["code in letters"] = static echo => StubResponse.Of(400,
            $$"""{"code":"{{new string([.. echo.Where(char.IsLetter)])}}_ERROR","message":"went wrong"}"""),
        ["message in base64"] = static echo => StubResponse.Of(400, Json("message", $"input {Convert.ToBase64String(Encoding.UTF8.GetBytes(echo))} refused")),
        ["message in hexadecimal"] = static echo => StubResponse.Of(400, Json("message", $"input {Convert.ToHexString(Encoding.UTF8.GetBytes(echo))} refused")),
        ["message in percent"] = static echo => StubResponse.Of(400, Json("message", string.Concat(echo.Select(static c => $"%{(int)c:x2}")))),
        ["message in HTML"] = static echo => StubResponse.Of(400, Json("message", string.Concat(echo.Select(static c => $"&#{(int)c};")))),
        ["message in tokens"] = static echo => StubResponse.Of(400, Json("message", string.Join(", ", echo.Chunk(3).Select(static c =>
            $"'##{new string(c)}'")))),
        ["too large"] = static echo => StubResponse.Of(413, Json("message", $"too large: {echo}")),
        ["plain text"] = static echo => StubResponse.Of(400, $"document too long: {echo}"),
        ["error in a 200"] = static echo => StubResponse.Ok(Json("error", $"invalid: {echo}")),
        ["warning"] = static echo => StubResponse.Ok($$$"""{"results":[{{{Results}}}],"meta":{"warnings":["truncated: {{{echo}}}"]}}"""),
        ["warning at the root"] = static echo => StubResponse.Ok($$"""{"results":[{{Results}}],"warnings":["truncated: {{echo}}"]}"""),
        ["model"] = static echo => StubResponse.Ok($$"""{"model":"{{echo}}","results":[{{Results}}]}"""),
        ["long model"] = static echo => StubResponse.Ok($$"""{"model":"{{new string('m', 200)}}{{echo}}","results":[{{Results}}]}"""),
        ["no JSON"] = static echo => StubResponse.Ok($"<html>{echo}"),
        ["cut JSON"] = static echo => StubResponse.Ok($$"""{"results":[{"index":0,"document":"{{echo}}"""),
        ["index"] = static echo => StubResponse.Ok($$"""{"results":[{"index":"{{echo}}","relevance_score":0.5}]}"""),
        ["score"] = static echo => StubResponse.Ok($$"""{"results":[{"index":0,"relevance_score":"{{echo}}"}]}"""),
    };

    public static TheoryData<string> PlaceNames => [.. Places.Keys];

    private static string Results => """{"index":0,"relevance_score":0.5},{"index":1,"relevance_score":0.25}""";

    [Theory]
    [MemberData(nameof(PlaceNames))]
    public async Task RerankAsync_EchoAnywhere_IsHeardNowhere(string place)
    {
        foreach (string echo in Echoes)
        {
            using var sinks = new Sinks();
            await using var server = new StubServer(Places[place](echo));
            await using ServiceProvider provider = Provider(sinks, server);

            RerankingResult<string> result = await provider.GetRequiredService<Reranker>().RerankAsync(Query, [Document, "Another document."]);
            Exception? failure = await Record.ExceptionAsync(
                () => provider.GetRequiredService<IRelevanceScorer>().ScoreAsync(Query, [Document, "Another document."]));

            Assert.True(failure is null or RelevanceScoringException, $"{failure}");
            Assert.Equal([0, 1], result.Ranking.Select(static ranked => ranked.Index));
            sinks.Hear(result.Failure);
            sinks.Hear(failure);
            sinks.Hear(result.ModelId);
            sinks.Hear(result.ScorerMetadata);
            sinks.Hear(string.Join(',', result.FailedAttempts));
            Assert.Contains(sinks.Said, static said => said.Contains("Reranking", StringComparison.OrdinalIgnoreCase));
            sinks.AssertSilentAbout(Key, UrlSecret, "Zanzibar", "Quetzalcoatl", "Wilhelmina", "Ozymandias");
        }
    }

    /// <summary>50 calls, of which each names another model, are one set of tags.</summary>
    [Fact]
    public async Task RerankAsync_ModelThatChangesItsName_IsNoTagOfAMetric()
    {
        using var sinks = new Sinks();
        int calls = 0;
        await using var server = new StubServer(_ =>
            StubResponse.Ok($$"""{"model":"invented-{{Interlocked.Increment(ref calls).ToString(CultureInfo.InvariantCulture)}}","results":[{{Results}}]}"""));
        await using ServiceProvider provider = Provider(sinks, server, builder => builder.UseShadow(
            _ => TestScorers.Create(server), static options => options.SampleRate = 1));
        var reranker = provider.GetRequiredService<Reranker>();
        HashSet<string?> models = [];
        for (int i = 0; i < 50; i++)
        {
            models.Add((await reranker.RerankAsync(Query, [Document, "Another document."])).ModelId);
        }

        Assert.Equal(50, models.Count);
        Assert.DoesNotContain(sinks.TagSets.Keys, static tags => tags.Contains("invented", StringComparison.Ordinal));
        string port = string.Create(CultureInfo.InvariantCulture, $"server.port={server.Port}");   // other tests measure at the same time
        Assert.Single(sinks.TagSets.Keys, tags => tags.Contains("gen_ai.client.operation.duration", StringComparison.Ordinal)
            && tags.Split(',').Contains(port));
    }

    [Theory]
    [InlineData("https://user:Quetzalcoatl98765@rerank.example/v2")]
    [InlineData("https://rerank.example/v2/rerank?key=Quetzalcoatl98765")]
    [InlineData("https://rerank.example/Quetzalcoatl98765/v2/rerank")]
    [InlineData("http://rerank.example/Quetzalcoatl98765/v2/rerank?key=Quetzalcoatl98765#Quetzalcoatl98765")]
    [InlineData("ftp://user:Quetzalcoatl98765@rerank.example/")]
    [InlineData("Quetzalcoatl98765")]
    public async Task Endpoint_WithASecret_IsShownNowhereWithoutItBeingHidden(string endpoint)
    {
        using var sinks = new Sinks();
        var options = new HttpScorerOptions { Endpoint = new Uri(endpoint, UriKind.RelativeOrAbsolute), ApiKey = Key, Model = "m" };
        sinks.Hear(options);
        Exception? failure = Record.Exception(() =>
        {
            using var scorer = new HttpRelevanceScorer(options);
            sinks.Hear(scorer.GetService<RelevanceScorerMetadata>());
        });
        sinks.Hear(failure);

        await using var server = new StubServer(StubResponse.Of(404));
        if (failure is null)
        {
            // The same path at a server that does not know it.
            options.Endpoint = new Uri(server.Endpoint, options.Endpoint.PathAndQuery);
            using var scorer = new HttpRelevanceScorer(options);
            sinks.Hear(await Record.ExceptionAsync(() => scorer.ScoreAsync(Query, [Document])));
            sinks.Hear(await scorer.GetService<IModelRevision>()!.GetRevisionAsync());
        }

        sinks.AssertSilentAbout(UrlSecret, Key);
    }

    [Theory]
    [InlineData("Timeout")]
    [InlineData("MaxRetries")]
    [InlineData("ScoreKind")]
    [InlineData("DataStaysLocal")]
    [InlineData("OversizedDocuments")]
    public void Section_SecretInTheWrongPlace_IsNotShown(string key)
    {
        foreach (string secret in new[] { "https://user:Quetzalcoatl98765@x/", "0123456789012345678901234567890123456789Quetzalcoatl98765" })
        {
            Microsoft.Extensions.Configuration.IConfigurationSection section = Microsoft.Extensions.Configuration.MemoryConfigurationBuilderExtensions
                .AddInMemoryCollection(new Microsoft.Extensions.Configuration.ConfigurationBuilder(), new Dictionary<string, string?> { [$"S:{key}"] = secret })
                .Build().GetSection("S");

            Assert.DoesNotContain(UrlSecret, Assert.Single(Configuration.HttpScorerSettings.Apply(section, new HttpScorerOptions())), StringComparison.Ordinal);
        }
    }

    private static string Json(string field, string text) => new JsonObject { [field] = text }.ToJsonString();

    private static ServiceProvider Provider(Sinks sinks, StubServer server, Action<RerankingBuilder>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(sinks));
        RerankingBuilder builder = services.AddReranking()
            .AddHttp("hosted", options => Configure(options, server))
            .Use("hosted");
        configure?.Invoke(builder);
        return services.BuildServiceProvider();
    }

    private static void Configure(HttpScorerOptions options, StubServer server)
    {
        options.Endpoint = new Uri($"{server.Address}/v2/rerank?token={UrlSecret}");
        options.ApiKey = Key;
        options.Model = "m-1";
        options.MaxRetries = 1;
    }
}
