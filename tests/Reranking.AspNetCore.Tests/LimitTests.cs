using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Reranking.AspNetCore.Tests;

/// <summary>Who may ask, how much at a time, for how long, and what becomes of requests at the end.</summary>
public sealed class LimitTests
{
    private const string Body = """{ "query": "q", "documents": ["a", "b"] }""";

    private static readonly Uri Rerank = new("/v2/rerank", UriKind.Relative);

    private static string Hash(string key) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    [Theory]
    [InlineData(null, 401)]
    [InlineData("wrong", 401)]
    [InlineData("first", 200)]
    [InlineData("second", 200)]
    public async Task Post_Keys_AreAskedForEverywhereButForHealth(string? key, int expected)
    {
        await using RerankServer server = await RerankServer.StartAsync(configure: static options =>
        {
            options.ApiKeyHashes.Add(Hash("first"));
            options.ApiKeyHashes.Add(Hash("second").ToLowerInvariant());
        });

        foreach (string path in (string[])["/v2/rerank", "/v1/rerank", "/rerank"])
        {
            (HttpStatusCode status, JsonNode? body, HttpResponseMessage response) = await server.PostAsync(path, Body, key);
            Assert.Equal(expected, (int)status);
            Assert.Equal(expected == 401 ? "The API key is missing or wrong. Send it as Authorization: Bearer KEY." : null, (string?)body!["message"]);
            Assert.Equal(expected == 401, response.Headers.WwwAuthenticate.Count == 1);
        }

        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/health/ready")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.GetAsync("/v1/models")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.GetAsync("/info")).Status);
        Assert.DoesNotContain("wrong", server.AllLogs(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_FullQueue_Is429WithRetryAfterAndWhatWasAcceptedIsAnswered()
    {
        var gate = new TaskCompletionSource();
        await using RerankServer server = await RerankServer.StartAsync(
            before: token => gate.Task.WaitAsync(token), configure: static options => options.MaxQueuedTokens = 1);
        Task<(HttpStatusCode Status, JsonNode? Body, HttpResponseMessage Response)> accepted = server.PostAsync("/v2/rerank", Body);
        await UntilAsync(() => server.App.Services.GetService(typeof(IRelevanceScorer)) is not null && Waiting(server));

        (HttpStatusCode status, JsonNode? body, HttpResponseMessage response) = await server.PostAsync("/v2/rerank", Body);
        gate.SetResult();

        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.StartsWith("The queue is full.", (string?)body!["message"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await accepted).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/v2/rerank", Body)).Status);
    }

    [Fact]
    public async Task Post_TooSlow_Is503AndTheScorerIsStopped()
    {
        var time = new FakeTimeProvider();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var scorer = new StubScorer(StubScorer.Length, token =>
        {
            begun.TrySetResult();
            return Task.Delay(Timeout.Infinite, token);
        });
        await using RerankServer server = await RerankServer.StartAsync(
            add: builder => builder.AddScorer(scorer).Services.AddSingleton<TimeProvider>(time),
            configure: static options => options.RequestTimeout = TimeSpan.FromMilliseconds(50));
        Task<(HttpStatusCode Status, JsonNode? Body, HttpResponseMessage Response)> call = server.PostAsync("/v2/rerank", Body);
        await begun.Task;

        time.Advance(TimeSpan.FromMilliseconds(50));

        (HttpStatusCode status, JsonNode? body, _) = await call;
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "The request took longer than 00:00:00.0500000."), (status, (string?)body!["message"]));
        Assert.Equal(1, scorer.Canceled);
    }

    [Fact]
    public async Task Post_ClientGoes_StopsTheScorer()
    {
        var begun = new TaskCompletionSource();
        var scorer = new StubScorer(StubScorer.Length, token =>
        {
            begun.TrySetResult();
            return Task.Delay(Timeout.Infinite, token);
        });
        await using RerankServer server = await RerankServer.StartAsync(add: builder => builder.AddScorer(scorer));
        using var leave = new CancellationTokenSource();
        using var content = new StringContent(Body, Encoding.UTF8, "application/json");
        Task<HttpResponseMessage> call = server.Client.PostAsync(Rerank, content, leave.Token);
        await begun.Task;

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await UntilAsync(() => scorer.Canceled == 1);
    }

    [Fact]
    public async Task Post_ClientReadsNothing_HoldsNoPlaceAndIsCutOffInTheEnd()
    {
        // By a clock of the test, and without Kestrel's own limit, which would cut the connection too.
        var time = new FakeTimeProvider();
        await using RerankServer server = await RerankServer.StartAsync(
            add: builder => builder.AddScorer(new StubScorer(StubScorer.Length)).Services
                .AddSingleton<TimeProvider>(time)
                .Configure<KestrelServerOptions>(static options => options.Limits.MinResponseDataRate = null),
            configure: static options =>
            {
                options.MaxConcurrentRequests = 1;
                options.RequestTimeout = TimeSpan.FromSeconds(2);
            });
        string documents = string.Join(',', Enumerable.Repeat($"\"{new string('x', 1_000_000)}\"", 30));
        string body = $$"""{ "query": "q", "documents": [{{documents}}], "return_documents": true }""";
        using TcpClient slow = await SendAsync(server, body.Length, body);   // thirty megabytes, more than sockets buffer
        await UntilAsync(() => slow.Available > 0);   // the response is on its way

        (HttpStatusCode status, _, _) = await server.PostAsync("/v2/rerank", Body);
        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(HttpStatusCode.OK, status);
        await UntilAsync(
            () => server.Logs.GetSnapshot().Any(static record => record.Message.EndsWith("not answered within 00:00:02.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Post_BodiesThatAreLongInComing_TakeNoMoreThanEightOfThem()
    {
        await using RerankServer server = await RerankServer.StartAsync(configure: static options => options.MaxBodyBytes = 1_000);
        List<TcpClient> slow = [];
        try
        {
            for (int i = 0; i < 8; i++)
            {
                slow.Add(await SendAsync(server, length: 1_000, new string(' ', 999)));
            }

            await UntilAsync(async () => (await server.PostAsync("/v2/rerank", Body)).Status == HttpStatusCode.TooManyRequests);
            (_, JsonNode? error, HttpResponseMessage response) = await server.PostAsync("/v2/rerank", Body);

            Assert.Equal("The server is reading as much as it has room for. Ask again in 1 s.", (string?)error!["message"]);
            Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter!.Delta);
        }
        finally
        {
            slow.ForEach(static client => client.Dispose());
        }

        await UntilAsync(async () => (await server.PostAsync("/v2/rerank", Body)).Status == HttpStatusCode.OK);   // nothing stays taken
    }

    [Fact]
    public async Task Post_TextsWithFewTokens_TeachTheEstimate()
    {
        // Half of the documents have no count, as those that a cache knows: they cost nothing, and say nothing.
        await using RerankServer server = await RerankServer.StartAsync(add: static builder => builder.AddScorer(new CountingScorer()));
        string[] documents = [.. Enumerable.Repeat(new string('x', 399), 10)];
        string body = System.Text.Json.JsonSerializer.Serialize(new { query = "q", documents });
        for (int i = 0; i < 200; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/v2/rerank", body)).Status);
        }

        (_, JsonNode? answer, _) = await server.PostAsync("/v2/rerank", body);

        Assert.InRange((int)answer!["meta"]!["tokens"]!["input_tokens"]!, 390, 410);   // without a usage it is the estimate: 4,000 characters, 10 a token
    }

    [Theory]
    [InlineData(true, false, false, 422)]
    [InlineData(false, true, false, 503)]
    [InlineData(false, false, true, 429)]
    [InlineData(false, false, false, 500)]
    public async Task Post_ScorerFails_TellsTheKindAndKeepsTheMessageForTheLog(bool isRequestFault, bool isTransient, bool isRateLimited, int expected)
    {
        await using RerankServer server = await RerankServer.StartAsync((_, _) => throw new RelevanceScoringException("Check /secret/path.")
        {
            IsRequestFault = isRequestFault,
            IsTransient = isTransient,
            IsRateLimited = isRateLimited,
        });

        (HttpStatusCode status, JsonNode? body, _) = await server.PostAsync("/v2/rerank", Body);

        Assert.Equal(expected, (int)status);
        Assert.DoesNotContain("secret", body!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("Check /secret/path.", server.AllLogs(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_RuleThatKeepsRecordsLocal_HoldsForTheTextsOfARequest()
    {
        using var hosted = new StubScorer(StubScorer.Length) { IsLocal = false };
        using var local = new StubScorer(StubScorer.Length);
        await using RerankServer server = await RerankServer.StartAsync(
            add: builder => builder.AddScorer("hosted", _ => hosted).AddScorer("local", _ => local).Use("hosted").KeepLocal<Uri>(static _ => false));

        foreach (string path in (string[])["/v2/rerank", "/v1/rerank", "/rerank"])
        {
            Assert.Equal(HttpStatusCode.OK, (await server.PostAsync(path, Body)).Status);
        }

        (HttpStatusCode status, _, _) = await server.PostAsync("/v2/rerank", """{ "model": "hosted", "query": "q", "documents": ["a", "b"] }""");

        Assert.Equal((HttpStatusCode.UnprocessableEntity, 0, 3), (status, hosted.Calls, local.Calls));
    }

    [Fact]
    public async Task Stop_RequestUnderWay_IsAnsweredAndReadinessIsGone()
    {
        var begun = new TaskCompletionSource();
        var gate = new TaskCompletionSource();
        await using RerankServer server = await RerankServer.StartAsync(before: token =>
        {
            begun.TrySetResult();
            return gate.Task.WaitAsync(token);
        });
        Task<(HttpStatusCode Status, JsonNode? Body, HttpResponseMessage Response)> call = server.PostAsync("/v2/rerank", Body);
        await begun.Task;

        Task stop = server.App.StopAsync(TestContext.Current.CancellationToken);
        await UntilAsync(() => server.App.Lifetime.ApplicationStopping.IsCancellationRequested);
        gate.SetResult();

        Assert.Equal(HttpStatusCode.OK, (await call).Status);
        await stop;
    }

    [Theory]
    [InlineData("MaxBodyBytes")]
    [InlineData("MaxDocuments")]
    [InlineData("MaxQueryLength")]
    [InlineData("MaxDocumentLength")]
    [InlineData("MaxQueuedTokens")]
    [InlineData("MaxConcurrentRequests")]
    public async Task Start_OptionsOutOfRange_NameTheSetting(string setting)
    {
        PropertyInfo property = typeof(RerankingServerOptions).GetProperty(setting)!;

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => RerankServer.StartAsync(
            configure: options => property.SetValue(options, Convert.ChangeType(0, property.PropertyType, CultureInfo.InvariantCulture))));

        Assert.Equal($"RerankingServer:{setting} is 0; expected at least 1.", Assert.Single(exception.Failures));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Options_PlainNumberAsATimeInTheSection_IsRefusedUnlessCodeReplacesIt(bool isReplaced)
    {
        IConfigurationSection section = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["RerankingServer:RequestTimeout"] = "2" }).Build().GetSection("RerankingServer");
        IServiceCollection services = new ServiceCollection().AddLogging().AddRerankingServer(section);
        if (isReplaced)
        {
            services.Configure<RerankingServerOptions>(static options => options.RequestTimeout = TimeSpan.FromSeconds(2));
        }

        using ServiceProvider provider = services.BuildServiceProvider();
        Exception? failure = Record.Exception(() => provider.GetRequiredService<IOptions<RerankingServerOptions>>().Value);

        Assert.Equal(
            isReplaced ? null : "RerankingServer:RequestTimeout is '2'; expected a time as hours:minutes:seconds, such as 00:00:02.",
            (failure as OptionsValidationException)?.Failures.Single());
        Assert.Equal(isReplaced, failure is null);
    }

    [Fact]
    public async Task Start_KeyInsteadOfItsHash_IsRefusedWithoutShowingIt()
    {
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(
            () => RerankServer.StartAsync(configure: static options => options.ApiKeyHashes.Add("my-secret-key")));

        Assert.StartsWith("RerankingServer:ApiKeyHashes:0 is not a SHA-256 hash;", Assert.Single(exception.Failures), StringComparison.Ordinal);
        Assert.DoesNotContain("my-secret-key", exception.ToString(), StringComparison.Ordinal);
    }

    private static async Task<TcpClient> SendAsync(RerankServer server, int length, string body)
    {
        var client = new TcpClient { ReceiveBufferSize = 4_096 };
        await client.ConnectAsync(IPAddress.Loopback, server.Address.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"POST /v1/rerank HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}")),
            TestContext.Current.CancellationToken);
        return client;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    private static bool Waiting(RerankServer server) =>
        ((Endpoints.RerankEndpoint)server.App.Services.GetService(typeof(Endpoints.RerankEndpoint))!).QueuedTokens > 0;

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>A token for ten characters, counted for every other document.</summary>
    private sealed class CountingScorer : IRelevanceScorer
    {
        public Task<RelevanceScores> ScoreAsync(
            string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new RelevanceScores([.. documents.Select((document, i) =>
                RelevanceScore.FromLogit(i) with { TokenCount = i % 2 == 0 ? (query.Length + document.Length) / 10 : null })]));

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
