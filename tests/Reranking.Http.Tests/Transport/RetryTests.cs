using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Reranking.Http.Tests;

public sealed class RetryTests
{
    private readonly SignalingClock _clock = new();

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task ScoreAsync_PassingStatus_IsTriedAgainAfterAPause(int status)
    {
        await using var server = new StubServer(StubResponse.Of(status), TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, timeProvider: _clock);

        Task<RelevanceScores> scoring = scorer.ScoreAsync("what?", ["zero"]);
        TimeSpan pause = await _clock.WaitForTimerAsync(IsBackOff(0));
        Assert.Single(server.Requests);
        _clock.Advance(pause);

        Assert.Equal(0.5, Assert.Single(await scoring).RawValue);
        Assert.Equal(2, server.Requests.Count);
        Assert.Equal(server.Requests[0].Body, server.Requests[1].Body);
        Assert.Equal("Bearer k-123", server.Requests[1].Headers["Authorization"]);
    }

    [Theory]
    [InlineData(400, "BadRequest", " Check HttpScorerOptions:Model and HttpScorerOptions:Api.")]
    [InlineData(401, "Unauthorized", " Check HttpScorerOptions:ApiKey.")]
    [InlineData(402, "PaymentRequired", " Check the account of HttpScorerOptions:ApiKey.")]
    [InlineData(403, "Forbidden", " Check HttpScorerOptions:ApiKey.")]
    [InlineData(404, "NotFound", " The path was '/v2/rerank'. Check HttpScorerOptions:Endpoint, HttpScorerOptions:Api and HttpScorerOptions:Model.")]
    [InlineData(405, "MethodNotAllowed", " The path was '/v2/rerank'. Check HttpScorerOptions:Endpoint, HttpScorerOptions:Api and HttpScorerOptions:Model.")]
    [InlineData(
        413,
        "RequestEntityTooLarge",
        " Lower HttpScorerOptions:MaxDocumentsPerRequest, send shorter documents, or check HttpScorerOptions:OversizedDocuments.")]
    [InlineData(422, "UnprocessableEntity", " Check HttpScorerOptions:Model and HttpScorerOptions:Api.")]
    [InlineData(498, null, " Check HttpScorerOptions:ApiKey.")]
    [InlineData(499, null, "")]
    [InlineData(501, "NotImplemented", " The path was '/v2/rerank'. Check HttpScorerOptions:Endpoint, HttpScorerOptions:Api and HttpScorerOptions:Model.")]
    public async Task ScoreAsync_LastingStatus_IsSentOnce(int status, string? name, string advice)
    {
        // A Retry-After changes nothing: what is wrong stays wrong.
        await using var server = new StubServer(StubResponse.Of(status, """{"message":"went wrong."}""", "Retry-After: 0\r\n"));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.OversizedDocuments = OversizedDocuments.Fail, _clock);

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"]));

        string shown = name is null ? status.ToString(CultureInfo.InvariantCulture) : $"{status} ({name})";
        Assert.Equal($"cohere at {server.Authority} returned {shown}: went wrong.{advice}", exception.Message);
        Assert.False(exception.IsTransient);
        Assert.Equal(status is 400 or 413 or 422, exception.IsRequestFault);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task ScoreAsync_RetriesSpent_FailsWithTheLastStatus()
    {
        await using var server = new StubServer(StubResponse.Of(500), StubResponse.Of(503, "<html>busy</html>"));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.MaxRetries = 2, _clock);

        Task<RelevanceScores> scoring = scorer.ScoreAsync("what?", ["zero"]);
        _clock.Advance(await _clock.WaitForTimerAsync(IsBackOff(0)));
        _clock.Advance(await _clock.WaitForTimerAsync(IsBackOff(1)));

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scoring);
        Assert.Equal($"cohere at {server.Authority} returned 503 (ServiceUnavailable).", exception.Message);
        Assert.True(exception.IsTransient);
        Assert.Equal(3, server.Requests.Count);
    }

    [Theory]
    [InlineData(408, "RequestTimeout")]
    [InlineData(429, "TooManyRequests")]
    [InlineData(500, "InternalServerError")]
    [InlineData(505, "HttpVersionNotSupported")]
    public async Task ScoreAsync_NoRetries_FailsAtOnceAsTransient(int status, string name)
    {
        await using var server = new StubServer(StubResponse.Of(status));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.MaxRetries = 0, _clock);

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"]));

        string advice = status == 429 ? " Lower HttpScorerOptions:RequestsPerMinute or HttpScorerOptions:MaxConcurrency." : "";
        Assert.Equal($"cohere at {server.Authority} returned {status} ({name}).{advice}", exception.Message);
        Assert.True(exception.IsTransient);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("Sat, 01 Aug 2026 12:00:07 GMT")]
    public async Task ScoreAsync_RetryAfter_IsWaitedForExactly(string retryAfter)
    {
        await using var server = new StubServer(StubResponse.Of(429, headers: $"Retry-After: {retryAfter}\r\n"), TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, timeProvider: _clock);

        Task<RelevanceScores> scoring = scorer.ScoreAsync("what?", ["zero"]);
        await _clock.WaitForTimerAsync(wait => wait == TimeSpan.FromSeconds(7));
        _clock.Advance(TimeSpan.FromSeconds(6.9));
        Assert.False(scoring.IsCompleted);
        Assert.Single(server.Requests);
        _clock.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Single(await scoring);
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("Sat, 01 Aug 2026 11:00:00 GMT")]
    [InlineData("Sat, 01 Aug 2026 12:00:00 GMT")]
    public async Task ScoreAsync_RetryAfterThatIsOver_IsAnOrdinaryPause(string retryAfter)
    {
        await using var server = new StubServer(StubResponse.Of(503, headers: $"Retry-After: {retryAfter}\r\n"), TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, timeProvider: _clock);

        Task<RelevanceScores> scoring = scorer.ScoreAsync("what?", ["zero"]);
        TimeSpan pause = await _clock.WaitForTimerAsync(IsBackOff(0));
        Assert.Single(server.Requests);
        _clock.Advance(pause);

        Assert.Single(await scoring);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task ScoreAsync_RetryAfterThatIsNoTime_IsAnOrdinaryPause()
    {
        await using var server = new StubServer(StubResponse.Of(429, headers: "Retry-After: soon\r\n"), TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, timeProvider: _clock);

        Task<RelevanceScores> scoring = scorer.ScoreAsync("what?", ["zero"]);
        _clock.Advance(await _clock.WaitForTimerAsync(IsBackOff(0)));

        Assert.Single(await scoring);
    }

    [Theory]
    [InlineData(60, null)]   // the total of the options is 30 s
    [InlineData(30, null)]
    [InlineData(5, 5)]       // and the call has less
    [InlineData(5, 2)]
    public async Task ScoreAsync_RetryAfterBeyondTheDeadline_FailsAtOnce(int seconds, int? secondsOfTheCall)
    {
        await using var server = new StubServer(StubResponse.Of(429, """{"message":"slow down"}""", $"Retry-After: {seconds}\r\n"));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, timeProvider: _clock);
        var options = new RelevanceScoringOptions { Timeout = secondsOfTheCall is { } left ? TimeSpan.FromSeconds(left) : null };

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"], options));

        Assert.Equal(
            $"cohere at {server.Authority} returned 429 (TooManyRequests): slow down. It asks for a pause of {TimeSpan.FromSeconds(seconds)}. " +
            "Lower HttpScorerOptions:RequestsPerMinute or HttpScorerOptions:MaxConcurrency.",
            exception.Message);
        Assert.True(exception.IsTransient);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task ScoreAsync_BackOffBeyondTheDeadline_FailsAtOnce()
    {
        await using var server = new StubServer(StubResponse.Of(500));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, timeProvider: _clock);

        // The first pause is 250 ms at least.
        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(
            () => scorer.ScoreAsync("what?", ["zero"], new RelevanceScoringOptions { Timeout = TimeSpan.FromMilliseconds(200) }));

        Assert.Equal($"cohere at {server.Authority} returned 500 (InternalServerError).", exception.Message);
        Assert.True(exception.IsTransient);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task ScoreAsync_ConnectionLostBeforeAResponse_IsTriedAgain()
    {
        await using var server = new StubServer(StubResponse.HangUp, TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, timeProvider: _clock);

        Task<RelevanceScores> scoring = scorer.ScoreAsync("what?", ["zero"]);
        _clock.Advance(await _clock.WaitForTimerAsync(IsBackOff(0)));

        Assert.Single(await scoring);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task ScoreAsync_ClientsThatFailTogether_DoNotComeBackTogether()
    {
        await using var server = new StubServer(StubResponse.Of(500));
        HashSet<TimeSpan> pauses = [];
        for (int i = 0; i < 5; i++)
        {
            using HttpRelevanceScorer scorer = TestScorers.Create(server, timeProvider: _clock);
            using var cancellation = new CancellationTokenSource();
            Task<RelevanceScores> scoring = scorer.ScoreAsync("what?", ["zero"], cancellationToken: cancellation.Token);
            pauses.Add(await _clock.WaitForTimerAsync(IsBackOff(0)));
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scoring);
        }

        Assert.NotEqual(1, pauses.Count);   // whole milliseconds, of which two may be equal
    }

    [Fact]
    public async Task ScoreAsync_CertificateNobodyTrusts_FailsOnceAndLastingly()
    {
        using var key = RSA.Create(2048);
        using X509Certificate2 certificate = new CertificateRequest("CN=stub", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int accepted = 0;
        Task serving = Task.Run(async () =>
        {
            using TcpClient client = await listener.AcceptTcpClientAsync();
            accepted++;
            await using var stream = new SslStream(client.GetStream());
            await Record.ExceptionAsync(async () =>
            {
                await stream.AuthenticateAsServerAsync(certificate);
                _ = await stream.ReadAsync(new byte[1]);
            });
        });
        using var scorer = new HttpRelevanceScorer(new() { Endpoint = new Uri($"https://{listener.LocalEndpoint}"), Model = "m" });

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"]));

        await serving;
        Assert.Equal(
            $"cohere at {listener.LocalEndpoint} can't be reached (SecureConnectionError). Check HttpScorerOptions:Endpoint and the certificate of the server.",
            exception.Message);
        Assert.False(exception.IsTransient);
        Assert.Equal(1, accepted);
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task ScoreAsync_NobodyThere_FailsAsTransient()
    {
        using var scorer = new HttpRelevanceScorer(new() { Endpoint = new Uri("http://127.0.0.1:9"), Model = "m", MaxRetries = 0 });

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"]));

        Assert.Equal("cohere at 127.0.0.1:9 can't be reached (ConnectionError). Check HttpScorerOptions:Endpoint and the network.", exception.Message);
        Assert.True(exception.IsTransient);
        Assert.IsType<HttpRequestException>(exception.InnerException);
    }

    [Fact]
    public async Task ScoreAsync_CanceledDuringAPause_EndsAtOnce()
    {
        await using var server = new StubServer(StubResponse.Of(500), TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, timeProvider: _clock);
        using var cancellation = new CancellationTokenSource();

        Task<RelevanceScores> scoring = scorer.ScoreAsync("what?", ["zero"], cancellationToken: cancellation.Token);
        await _clock.WaitForTimerAsync(IsBackOff(0));
        await cancellation.CancelAsync();

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scoring);
        Assert.Equal(cancellation.Token, exception.CancellationToken);
        Assert.Single(server.Requests);
    }

    // Half a second, doubled each time, and half of it up or down.
    private static Func<TimeSpan, bool> IsBackOff(int attempt) =>
        wait => wait >= TimeSpan.FromSeconds(0.25) * Math.Pow(2, attempt) && wait <= TimeSpan.FromSeconds(0.75) * Math.Pow(2, attempt);
}
