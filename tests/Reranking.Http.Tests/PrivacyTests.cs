using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Reranking.Http.Tests;

/// <summary>Neither key nor texts get anywhere but into the request.</summary>
public sealed class PrivacyTests
{
    private const string Key = "secret-key-0123456789";
    private const string Query = "Why did Wilhelmina leave the orchestra?";
    private const string Document = "Wilhelmina's illness was kept from the other members for eleven years.";

    [Theory]
    [InlineData(RerankApi.Cohere)]
    [InlineData(RerankApi.AzureFoundry)]
    [InlineData(RerankApi.Pinecone)]
    public async Task ScoreAsync_EverythingListenedTo_TellsNeitherKeyNorTexts(RerankApi dialect)
    {
        ConcurrentBag<string> heard = [];
        using ActivityListener listener = Listen(heard);
        await using var server = new StubServer(
            StubResponse.Of(500, $$"""{"message":"{{Query}}"}""", "Retry-After: 0\r\n"),
            StubResponse.Ok(Contract.Of(dialect).Response),
            StubResponse.Of(401, $$"""{"message":"bad key {{Key}}"}"""));
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddFakeLogging().SetMinimumLevel(LogLevel.Trace));
        services.AddReranking().AddCohere(options =>
            (options.Api, options.Endpoint, options.ApiKey, options.Model) = (dialect, new Uri($"{server.Address}/rerank?token={Key}"), Key, "m-1"));
        await using ServiceProvider provider = services.BuildServiceProvider();
        var scorer = provider.GetRequiredService<IRelevanceScorer>();

        await scorer.ScoreAsync(Query, [Document, Document, Document]);
        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync(Query, [Document]));

        RelevanceScorerMetadata metadata = scorer.GetService<RelevanceScorerMetadata>()!;
        string[] said =
        [
            .. provider.GetFakeLogCollector().GetSnapshot().SelectMany(Texts), .. heard, exception.ToString(), scorer.ToString()!,
            metadata.ToString()!, metadata.Endpoint!.ToString(), (await scorer.GetService<IModelRevision>()!.GetRevisionAsync())!,
            provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<HttpScorerOptions>>().Value.ToString()!,
        ];
        Assert.Contains(said, text => text.Contains("OnRetry", StringComparison.Ordinal));           // the pipeline was heard,
        Assert.Contains(said, text => text.Contains("scored 3 documents", StringComparison.Ordinal));   // the scorer,
        Assert.Contains(said, text => text.StartsWith("span Experimental.Reranking POST", StringComparison.Ordinal));   // and the client
        Assert.All(said, text => Assert.DoesNotContain(Key, text, StringComparison.OrdinalIgnoreCase));
        Assert.All(said, text => Assert.DoesNotContain("Wilhelmina", text, StringComparison.OrdinalIgnoreCase));
        Assert.Contains(Key, server.Requests[0].Headers[Contract.Of(dialect).KeyHeader.Name], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData($"bad key {Key}")]
    [InlineData("query 'why did wilhelmina leave' is not allowed")]
    [InlineData("input: ...kept from the other members for el...")]
    [InlineData("value is not a valid list: pear")]
    public async Task ScoreAsync_ErrorThatEchoesOurs_IsLeftOut(string message)
    {
        RelevanceScoringException exception = await FailAsync(message);

        Assert.Equal(
            "returned 400 (BadRequest): (message withheld). " +
            "Check HttpScorerOptions:Model and HttpScorerOptions:Api.",
            exception.Message[exception.Message.IndexOf("returned", StringComparison.Ordinal)..]);
        Assert.Null(exception.InnerException);
    }

    [Theory]
    [InlineData("model 'm-9' not found", ": model 'm-9' not found")]
    [InlineData("", "")]
    [InlineData("  ", "")]
    public async Task ScoreAsync_ErrorOfTheApisOwn_IsShown(string message, string shown)
    {
        RelevanceScoringException exception = await FailAsync(message);

        Assert.Equal(
            $"returned 400 (BadRequest){shown}. Check HttpScorerOptions:Model and HttpScorerOptions:Api.",
            exception.Message[exception.Message.IndexOf("returned", StringComparison.Ordinal)..]);
    }

    [Fact]
    public async Task ScoreAsync_ApiWarnings_AreLoggedWithoutTexts()
    {
        await using var server = new StubServer(StubResponse.Ok(
            $$$"""{"results":[{"index":0,"relevance_score":0.5}],"meta":{"warnings":["model m-1 is deprecated", "cut: {{{Document}}}", 7]}}"""));
        var logger = new FakeLogger<HttpRelevanceScorer>();
        using HttpRelevanceScorer scorer = TestScorers.Create(server, logger: logger);

        await scorer.ScoreAsync(Query, [Document]);

        Assert.Equal(
            [
                (LogLevel.Warning, 61, $"cohere at {server.Authority} warns: model m-1 is deprecated"),
                (LogLevel.Warning, 61, $"cohere at {server.Authority} warns: (message withheld)"),
                (LogLevel.Debug, 60, $"cohere at {server.Authority} scored 1 documents in 1 requests: (null) search units, (null) tokens."),
            ],
            logger.Collector.GetSnapshot().Select(record => (record.Level, record.Id.Id, record.Message)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task ScoreAsync_KeepLocalAndNotLocal_OpensNoConnection(int count)
    {
        // An address of this machine that does not look like one.
        await using var server = new StubServer(TestScorers.Scores(0.5));
        using var handler = new SignalingHandler(new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) =>
            {
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
                await socket.ConnectAsync(System.Net.IPAddress.Loopback, server.Port, token);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
        });
        using var client = new HttpClient(handler);
        var options = new HttpScorerOptions { Endpoint = new Uri("http://rerank.example"), AllowInsecureHttp = true, ApiKey = Key, Model = "m-1" };
        using var scorer = new HttpRelevanceScorer(options, client);

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(
            () => scorer.ScoreAsync(Query, Enumerable.Repeat(Document, count).ToArray(), new RelevanceScoringOptions { KeepLocal = true }));

        Assert.Equal(
            "The call keeps its texts local, but cohere at rerank.example is not local. " +
            "Choose a local scorer, or set HttpScorerOptions:DataStaysLocal to true if the texts are as safe there.",
            exception.Message);
        Assert.False(exception.IsTransient);
        Assert.Equal(0, server.Accepted);

        // The same address reaches the server where texts may leave, and where it is declared to be local.
        await scorer.ScoreAsync(Query, [Document]);
        options.DataStaysLocal = true;
        using var local = new HttpRelevanceScorer(options, client);
        Assert.True(local.GetService<RelevanceScorerMetadata>()!.IsLocal);
        await local.ScoreAsync(Query, [Document], new RelevanceScoringOptions { KeepLocal = true });
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task ScoreAsync_KeepLocalAndOnThisMachine_Scores()
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        Assert.True(scorer.GetService<RelevanceScorerMetadata>()!.IsLocal);
        Assert.Single(await scorer.ScoreAsync(Query, [Document], new RelevanceScoringOptions { KeepLocal = true }));
    }

    [Theory]
    [InlineData("input 'Bob Smith\nPIN: 4711\nDOB: 1.1.80' is refused")]             // as it is
    [InlineData("input \"Bob Smith\\nPIN: 4711\\nDOB: 1.1.80\" is refused")]         // escaped
    [InlineData("input \"Bob Smith\\\\nPIN: 4711\\\\nDOB: 1.1.80\" is refused")]   // twice
    [InlineData("input 'Bob Smith PIN: 4711 DOB: 1.1.80' is refused")]               // in one line
    [InlineData("refused at th\nPIN: 4711\r\nDOB: 1")]                               // a piece
    public async Task ScoreAsync_EchoOfSeveralLines_IsLeftOut(string message)
    {
        RelevanceScoringException exception = await FailAsync(message, "Bob Smith\nPIN: 4711\nDOB: 1.1.80");

        Assert.Contains(": (message withheld).", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("path 'C:\\\\new\\\\files' is refused")]
    [InlineData("path 'C:\\new\\files' is refused")]
    public async Task ScoreAsync_EchoOfBackslashes_IsLeftOut(string message)
    {
        RelevanceScoringException exception = await FailAsync(message, "C:\\new\\files");

        Assert.Contains(": (message withheld).", exception.Message, StringComparison.Ordinal);
    }

    private static async Task<RelevanceScoringException> FailAsync(string message, string document = Document)
    {
        string body = new System.Text.Json.Nodes.JsonObject { ["message"] = message }.ToJsonString();
        await using var server = new StubServer(StubResponse.Of(400, body));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.ApiKey = Key);
        return await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync(Query, ["a", "", " pear ", document]));
    }

    /// <summary>A text of a user can be anywhere in what a call brings along.</summary>
    [Theory]
    [InlineData("text")]
    [InlineData("list")]
    [InlineData("dictionary")]
    [InlineData("dictionary in a list")]
    [InlineData("node")]
    [InlineData("element")]
    public async Task ScoreAsync_ServerEchoesAPropertyOfTheCall_ShowsNothingOfIt(string place)
    {
        const string Secret = "Ozymandias was kept from the other members";
        await using var server = new StubServer(StubResponse.Of(400, $$"""{"message":"bad field: {{Secret}}"}"""));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);
        object value = place switch
        {
            "text" => Secret,
            "list" => new object?[] { 1, Secret },
            "dictionary" => new Dictionary<string, object?> { ["note"] = Secret },
            "dictionary in a list" => new object?[] { new Dictionary<string, object?> { ["note"] = new[] { Secret } } },
            "node" => new System.Text.Json.Nodes.JsonObject { ["note"] = new System.Text.Json.Nodes.JsonArray(Secret) },
            _ => System.Text.Json.JsonSerializer.SerializeToElement(new { note = new[] { Secret } }),
        };

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync(
            "what?", ["zero"], new RelevanceScoringOptions { AdditionalProperties = new Dictionary<string, object?> { ["context"] = value } }));

        Assert.Contains("(message withheld)", exception.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Ozymandias", exception.ToString(), StringComparison.Ordinal);
    }

    /// <summary>What only the API itself has in a request is not a text of anybody, and says what to change.</summary>
    [Fact]
    public async Task ScoreAsync_ServerNamesAFieldOfTheApi_IsShown()
    {
        await using var server = new StubServer(StubResponse.Of(400, """{"message":"the value END of truncate is not known"}"""));
        using HttpRelevanceScorer scorer = TestScorers.Create(
            server, static options => (options.Api, options.Model) = (RerankApi.Pinecone, "bge-reranker-v2-m3"));

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"]));

        Assert.Contains("the value END of truncate is not known", exception.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Texts(FakeLogRecord record) =>
    [
        $"{record.Category}: {record.Message} {record.Exception}",
        .. record.StructuredState?.Select(pair => $"{pair.Key}={pair.Value}") ?? [],
        .. record.Scopes.Select(scope => scope is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(',', pairs) : $"{scope}"),
    ];

    [Fact]
    public async Task ScoreAsync_Retry_IsLoggedForThoseWhoDebug()
    {
        await using var server = new StubServer(StubResponse.Of(500, headers: "Retry-After: 0\r\n"), TestScorers.Scores(0.5));
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddFakeLogging().SetMinimumLevel(LogLevel.Trace));
        services.AddReranking().AddCohere(options => (options.Endpoint, options.ApiKey, options.Model) = (new Uri(server.Address), Key, "m-1"));
        await using ServiceProvider provider = services.BuildServiceProvider();

        await provider.GetRequiredService<IRelevanceScorer>().ScoreAsync("what?", ["zero"]);

        IReadOnlyList<FakeLogRecord> records = provider.GetFakeLogCollector().GetSnapshot();
        Assert.Contains(records, static record => record.Message.Contains("OnRetry", StringComparison.Ordinal));
        Assert.DoesNotContain(
            records, static record => record.Category?.StartsWith("Polly", StringComparison.Ordinal) == true && record.Level > LogLevel.Debug);
    }

    [Fact]
    public async Task ScoreAsync_Retry_SendsTheIdOfItsOwnAttempt()
    {
        using ActivityListener listener = Listen([]);
        await using var server = new StubServer(StubResponse.Of(500, headers: "Retry-After: 0\r\n"), TestScorers.Scores(0.5));
        var services = new ServiceCollection();
        services.AddReranking().AddCohere(options => (options.Endpoint, options.ApiKey, options.Model) = (new Uri(server.Address), Key, "m-1"));
        await using ServiceProvider provider = services.BuildServiceProvider();

        await provider.GetRequiredService<IRelevanceScorer>().ScoreAsync("what?", ["zero"]);

        string[] ids = [.. server.Requests.Select(static request =>
            request.Headers.First(static header => header.Key.Equals("traceparent", StringComparison.OrdinalIgnoreCase)).Value)];
        Assert.Equal(2, ids.Length);
        Assert.NotEqual(ids[0], ids[1]);
    }

    private static ActivityListener Listen(ConcurrentBag<string> heard)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => heard.Add(
                $"span {activity.Source.Name} {activity.DisplayName} {activity.StatusDescription} {string.Join(',', activity.TagObjects)} " +
                $"{string.Join(',', activity.Events.SelectMany(e => e.Tags))}"),
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
