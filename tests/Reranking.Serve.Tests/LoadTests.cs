using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Reranking.Serve.Tests;

/// <summary>More than the server can do, and clients that do not behave.</summary>
public sealed class LoadTests
{
    private const string Query = "How do I reset my password?";

    private static readonly string[] Documents =
        [.. Enumerable.Range(1, 20).Select(static i => $"Rule {i}: to reset a forgotten password, open the sign-in page and follow the link in the mail.")];

    [Fact]
    public async Task Overload_ManyConnections_AreAnsweredOrToldWhenToAskAgain()
    {
        const int Connections = 64;
        const int MaxQueuedTokens = 4_000;
        using var folder = new TempFolder();
        string config = folder.Write("appsettings.json", string.Create(CultureInfo.InvariantCulture, $$"""
            { "Reranking": { "Scorers": { "a": { "Provider": "Onnx" } } }, "RerankingServer": { "MaxQueuedTokens": {{MaxQueuedTokens}} } }
            """));
        await using ServerProcess server = await ServerProcess.StartAsync("--config", config);
        ConcurrentDictionary<HttpStatusCode, int> statuses = [];
        ConcurrentBag<(TimeSpan Latency, TimeSpan Server)> answers = [];
        int unexplained = 0;
        await OverloadAsync(8);   // buffers and code that the server has from now on
        long tokens = await TokensOfARequestAsync();
        answers.Clear();
        long before = server.WorkingSet;
        using var over = new CancellationTokenSource();
        Task<long> mostTokens = WatchAsync(over.Token);

        long start = Stopwatch.GetTimestamp();
        await OverloadAsync(16);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);

        await over.CancelAsync();
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.TooManyRequests], statuses.Keys.Order());
        Assert.Equal(0, unexplained);
        long growth = server.WorkingSet - before;

        // Whoever is let in waits for no more tokens than the queue holds, as it counts them. How long that is shows the rate of this run: the server was
        // busy throughout.
        long most = await mostTokens;
        Assert.InRange(most, 1, MaxQueuedTokens * 6 / 10);   // all of it comes from one address
        TimeSpan bound = elapsed * MaxQueuedTokens / (answers.Count * tokens);
        double slowest = answers.Max(static answer => answer.Latency) / bound;
        double slowestOfServer = answers.Max(static answer => answer.Server) / bound;
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{answers.Count} answered, {statuses[HttpStatusCode.TooManyRequests]} refused, {growth / 1_000_000} MB more, "
                + $"{most} tokens in the queue at most, the slowest answer took {slowest:0.00} of what {MaxQueuedTokens} tokens took, "
                + $"by the clock of the server {slowestOfServer:0.00}"));
        Assert.InRange(slowestOfServer, 0, 1);   // without a bound, 64 connections would wait for 5 times as long
        Assert.InRange(growth, long.MinValue, 50_000_000);

        async Task<long> WatchAsync(CancellationToken cancellationToken)
        {
            long highest = 0;
            while (!cancellationToken.IsCancellationRequested)
            {
                highest = Math.Max(highest, await ReadQueueAsync());
                await Task.Delay(20, CancellationToken.None);
            }

            return highest;
        }

        async Task<long> TokensOfARequestAsync()
        {
            while (true)
            {
                Task asked = AskAsync();
                while (!asked.IsCompleted)
                {
                    if (await ReadQueueAsync() is > 0 and long queued)
                    {
                        await asked;
                        return queued;
                    }
                }
            }
        }

        async Task<long> ReadQueueAsync()
        {
            string metrics = await server.Client.GetStringAsync("/metrics", CancellationToken.None);
            Match found = Regex.Match(metrics, @"(?m)^reranking_server_queue_tokens\S* (\d+)");
            return found.Success ? long.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
        }

        Task OverloadAsync(int answered)
        {
            int enough = statuses.GetValueOrDefault(HttpStatusCode.OK) + answered;
            return Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
            {
                while (statuses.GetValueOrDefault(HttpStatusCode.OK) < enough)
                {
                    await AskAsync();
                }
            }));
        }

        async Task AskAsync()
        {
            long sent = Stopwatch.GetTimestamp();
            using HttpResponseMessage response = await server.Client.PostAsJsonAsync("/v2/rerank", new { query = Query, documents = Documents[..10] });
            statuses.AddOrUpdate(response.StatusCode, 1, static (_, count) => count + 1);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                double milliseconds = double.Parse(Assert.Single(response.Headers.GetValues("x-total-time")), CultureInfo.InvariantCulture);
                answers.Add((Stopwatch.GetElapsedTime(sent), TimeSpan.FromMilliseconds(milliseconds)));
            }
            else
            {
                if (response.Headers.RetryAfter?.Delta is not { TotalSeconds: >= 1 })
                {
                    Interlocked.Increment(ref unexplained);
                }

                await Task.Delay(100);   // a second, as it says, would be no overload
            }
        }
    }

    [Fact]
    public async Task BadClients_AThousandHalfOpenAndSlowBodiesAndSlowReaders_DelayNobody()
    {
        await using ServerProcess server = await ServerProcess.StartAsync();
        List<TcpClient> clients = [];
        try
        {
            for (int i = 0; i < 1_000; i++)
            {
                clients.Add(await ConnectAsync(server, "POST /v2/rerank HTTP/1.1\r\nHost: local"));   // and nothing more
            }

            for (int i = 0; i < 50; i++)
            {
                clients.Add(await ConnectAsync(
                    server, "POST /v2/rerank HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{\"query\":"));
            }

            string many = JsonSerializer.Serialize(
                new { query = Query, documents = Enumerable.Repeat(new string('x', 100_000), 20), return_documents = true });
            for (int i = 0; i < 5; i++)
            {
                // Two megabytes come back, which nobody reads.
                clients.Add(await ConnectAsync(
                    server,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"POST /v1/rerank HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {many.Length}\r\n\r\n{many}")));
            }

            for (int i = 0; i < 20; i++)
            {
                Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/v2/rerank", new { query = Query, documents = Documents[..5] })).Status);
            }

            Assert.Equal(HttpStatusCode.OK, await server.StatusAsync("/health/ready"));
        }
        finally
        {
            clients.ForEach(static client => client.Dispose());
        }

        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/v2/rerank", new { query = Query, documents = Documents })).Status);
    }

    private static async Task<TcpClient> ConnectAsync(ServerProcess server, string sent)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Client.BaseAddress!.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(sent));
        return client;
    }
}
