using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Reranking.Onnx;
using Reranking.Serve.Tests.Support;

namespace Reranking.Serve.Tests;

/// <summary>
/// Three replicas behind nginx, with the scores in Redis: they are killed, restarted and drained, and Redis is stopped, under load. A client that
/// asks once more when a connection breaks notices nothing.
/// </summary>
public sealed class FleetTests
{
    private const int DocumentsPerRequest = 5;
    private const int Workers = 6;

    private static readonly string[] Queries =
    [
        .. ((string[])["reset my password", "get an invoice", "book a room", "park my car", "see the holidays"]).Select(static what => $"How do I {what}?"),
    ];

    private static readonly string[] Documents =
    [
        .. Enumerable.Range(1, 12).SelectMany(static i => (string[])
        [
            $"To reset password {i}, open the sign-in page.", $"Invoice {i} is in the billing menu.", $"Room {i} is booked in the calendar.",
            $"Parking lot {i} is behind the house.", $"Holiday {i} is in the list of the office.",
        ]),
    ];

    [Fact]
    public async Task Fleet_ReplicasKilledDrainedAndRedisStopped_LosesNoRequestAndNoScore()
    {
        int[] ports = [RedisServer.FreePort(), RedisServer.FreePort(), RedisServer.FreePort()];
        using NginxServer nginx = await NginxServer.StartAsync(ports);
        RedisServer redis = await RedisServer.StartAsync();
        int redisPort = redis.Port;
        Dictionary<(string Query, string Document), double> expected = await ScoreAsync();
        ServerProcess[] replicas = await Task.WhenAll(ports.Select(StartAsync));
        try
        {
            var load = new Load(nginx.Address, expected);
            using var stop = new CancellationTokenSource();
            Task[] workers = [.. Enumerable.Range(0, Workers).Select(seed => load.RunAsync(seed, stop.Token))];
            var time = Stopwatch.StartNew();

            await UntilAsync(8);
            await replicas[0].KillAsync();
            await UntilAsync(14);
            replicas[0] = await StartAsync(ports[0]);
            await UntilAsync(20);
            await replicas[1].SignalAsync();   // drains, and ends
            Assert.Equal(0, await replicas[1].WaitForExitAsync());
            await UntilAsync(26);
            replicas[1] = await StartAsync(ports[1]);
            await UntilAsync(32);
            redis.Kill();
            await UntilAsync(40);
            redis.Dispose();
            redis = await RedisServer.StartAsync(redisPort);
            await UntilAsync(46);
            await Task.WhenAll(replicas[2].KillAsync(), replicas[0].SignalAsync());
            await UntilAsync(52);
            replicas[2] = await StartAsync(ports[2]);
            await UntilAsync(60);
            await stop.CancelAsync();
            await Task.WhenAll(workers);

            Assert.Empty(load.Problems);
            Assert.True(load.Answered > 100, $"Only {load.Answered} requests.");
            TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{load.Answered} requests of {DocumentsPerRequest} documents in {time.Elapsed.TotalSeconds:0} s, {load.Retried} of them asked twice"));

            async Task UntilAsync(int seconds)
            {
                TimeSpan left = TimeSpan.FromSeconds(seconds) - time.Elapsed;
                await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            }
        }
        finally
        {
            foreach (ServerProcess replica in replicas)
            {
                await replica.DisposeAsync();
            }

            redis.Dispose();
        }

        Task<ServerProcess> StartAsync(int port) => ServerProcess.StartAsync(
            "--port", port.ToString(CultureInfo.InvariantCulture),
            "--redis", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{redisPort}"),
            "--drain-seconds", "2");
    }

    [Fact]
    public async Task Fleet_AllReplicasFull_PassesTheirAnswerOnAndForgetsItAtOnce()
    {
        HttpStatusCode answer = HttpStatusCode.TooManyRequests;
        int[] ports = [RedisServer.FreePort(), RedisServer.FreePort(), RedisServer.FreePort()];
        HttpListener[] replicas = [.. ports.Select(Start)];
        try
        {
            using NginxServer nginx = await NginxServer.StartAsync(ports);
            using var client = new HttpClient { BaseAddress = nginx.Address };
            for (int i = 0; i < 10; i++)
            {
                using HttpResponseMessage refused = await client.PostAsJsonAsync("/v2/rerank", new { query = "q" });
                Assert.Equal((HttpStatusCode.TooManyRequests, 7.0), (refused.StatusCode, refused.Headers.RetryAfter?.Delta?.TotalSeconds));
            }

            answer = HttpStatusCode.OK;
            using HttpResponseMessage accepted = await client.PostAsJsonAsync("/v2/rerank", new { query = "q" });
            Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
            Assert.Equal(nginx.Address.Authority, await accepted.Content.ReadAsStringAsync());   // the name that the client asked for, with its port
        }
        finally
        {
            Array.ForEach(replicas, static replica => replica.Close());
        }

        HttpListener Start(int port)
        {
            var listener = new HttpListener();
            listener.Prefixes.Add(string.Create(CultureInfo.InvariantCulture, $"http://*:{port}/"));
            listener.Start();
            _ = Task.Run(async () =>
            {
                while (await listener.GetContextAsync() is { } context)
                {
                    context.Response.StatusCode = (int)answer;
                    context.Response.AddHeader("Retry-After", "7");
                    context.Response.Close(System.Text.Encoding.ASCII.GetBytes(context.Request.UserHostName), willBlock: false);
                }
            });
            return listener;
        }
    }

    [Fact]
    public async Task Fleet_ScoresOfOneReplica_AreHitsOfTheOther()
    {
        using RedisServer redis = await RedisServer.StartAsync();

        // With more patience than a lookup is worth, so that a busy machine finds all the same.
        string address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{redis.Port},asyncTimeout=600000,syncTimeout=600000");
        await using ServerProcess first = await ServerProcess.StartAsync("--redis", address);
        await using ServerProcess second = await ServerProcess.StartAsync("--redis", address);
        var request = new { query = Queries[0], documents = Documents };

        (HttpStatusCode status, JsonNode? computed) = await first.PostAsync("/v2/rerank", request);
        while (await redis.CountKeysAsync() < Documents.Length)
        {
            await Task.Delay(10);   // they are written after the answer
        }

        (_, JsonNode? found) = await second.PostAsync("/v2/rerank", request);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(computed!["results"]!.ToJsonString(), found!["results"]!.ToJsonString());
        Assert.Equal((0, Documents.Length), (await CountAsync(first, "hits"), await CountAsync(first, "misses")));
        Assert.Equal((Documents.Length, 0), (await CountAsync(second, "hits"), await CountAsync(second, "misses")));
    }

    /// <summary>
    /// Writes how many pairs a second one, two and three replicas score, without a cache. On one machine they share its processors, so this shows what the
    /// balancer and more processes cost, not what more machines bring. Explicit, as it measures: <c>-explicit only</c>.
    /// </summary>
    [Fact(Explicit = true)]
    public async Task Rates_OneTwoAndThreeReplicas_AreWritten()
    {
        const int Seconds = 20;
        for (int count = 1; count <= 3; count++)
        {
            int[] ports = [RedisServer.FreePort(), RedisServer.FreePort(), RedisServer.FreePort()];
            using NginxServer nginx = await NginxServer.StartAsync(ports);   // those that are not there are passed over
            ServerProcess[] replicas = await Task.WhenAll(
                ports.Take(count).Select(static port => ServerProcess.StartAsync("--port", port.ToString(CultureInfo.InvariantCulture))));
            using var client = new HttpClient { BaseAddress = nginx.Address, Timeout = TimeSpan.FromMinutes(10) };
            var time = Stopwatch.StartNew();
            int[] answered = await Task.WhenAll(Enumerable.Range(0, Workers).Select(async worker =>
            {
                int requests = 0;
                while (time.Elapsed.TotalSeconds < Seconds)
                {
                    using HttpResponseMessage response = await client.PostAsJsonAsync("/v2/rerank", new
                    {
                        query = Queries[requests % Queries.Length],
                        documents = Documents.Take(DocumentsPerRequest).Select(text => $"{text} {worker} {requests}"),
                    });
                    response.EnsureSuccessStatusCode();
                    requests++;
                }

                return requests;
            }));
            double rate = answered.Sum() * DocumentsPerRequest / time.Elapsed.TotalSeconds;
            TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} replicas: {rate:0.0} pairs a second"));
            foreach (ServerProcess replica in replicas)
            {
                await replica.DisposeAsync();
            }
        }
    }

    private static async Task<int> CountAsync(ServerProcess server, string what)
    {
        string metrics = await server.Client.GetStringAsync("/metrics");
        return metrics.Split('\n')
            .Where(line => line.StartsWith($"reranking_cache_{what}", StringComparison.Ordinal))
            .Sum(static line => int.Parse(line[(line.IndexOf('}', StringComparison.Ordinal) + 2)..].Split(' ')[0], CultureInfo.InvariantCulture));
    }

    private static async Task<Dictionary<(string Query, string Document), double>> ScoreAsync()
    {
        using var scorer = new OnnxRelevanceScorer();
        Dictionary<(string Query, string Document), double> expected = [];
        foreach (string query in Queries)
        {
            RelevanceScores scores = await scorer.ScoreAsync(query, Documents);
            for (int i = 0; i < Documents.Length; i++)
            {
                expected[(query, Documents[i])] = scores[i].Value;
            }
        }

        return expected;
    }

    /// <summary>Clients that ask at random, once more if nobody answers, and hold each score against that of the engine in this process.</summary>
    private sealed class Load(Uri address, Dictionary<(string Query, string Document), double> expected)
    {
        private readonly HttpClient _client = new() { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
        private int _answered;
        private int _retried;

        public ConcurrentBag<string> Problems { get; } = [];

        public int Answered => _answered;

        public int Retried => _retried;

        public async Task RunAsync(int seed, CancellationToken stop)
        {
            var random = new Random(seed);
            while (!stop.IsCancellationRequested)
            {
                string query = Queries[random.Next(Queries.Length)];
                string[] documents = random.GetItems(Documents, DocumentsPerRequest);
                if (await AskAsync(query, documents) is not { } answer)
                {
                    Interlocked.Increment(ref _retried);
                    answer = await AskAsync(query, documents);
                }

                if (answer is null)
                {
                    Problems.Add("No answer at the second attempt.");
                    continue;
                }

                Interlocked.Increment(ref _answered);
                JsonArray results = answer["results"]!.AsArray();
                if (results.Count != documents.Length
                    || results.Any(result => (double)result!["relevance_score"]! != expected[(query, documents[(int)result["index"]!])]))
                {
                    Problems.Add("Another score.");
                }

                await Task.Delay(10, CancellationToken.None);   // most are answered from Redis, and the processors are the replicas' too
            }
        }

        private async Task<JsonNode?> AskAsync(string query, string[] documents)
        {
            try
            {
                using HttpResponseMessage response = await _client.PostAsJsonAsync("/v2/rerank", new { query, documents });
                if (response.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout)
                {
                    return null;
                }

                if (response.StatusCode != HttpStatusCode.OK)
                {
                    Problems.Add($"Status {response.StatusCode}.");
                }

                return JsonNode.Parse(await response.Content.ReadAsStringAsync());
            }
            catch (HttpRequestException)
            {
                return null;
            }
        }
    }
}
