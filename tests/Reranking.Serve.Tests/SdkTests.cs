using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reranking.Architecture.Tests;
using Reranking.Onnx;

namespace Reranking.Serve.Tests;

/// <summary>The official SDKs for JavaScript, unchanged, against the server.</summary>
public sealed class SdkTests(SdkTests.KeyedServer keyed) : IClassFixture<SdkTests.KeyedServer>
{
    private const string Key = "a long random key";
    private const string Query = "How do I reset my password?";

    private static readonly string[] Documents =
    [
        "Password Security Best Practices. Use at least 14 characters and never reuse a password.",
        "Password Reset Guide. Open the sign-in page, choose 'Forgot password' and follow the link.",
        "Parking lots are behind the house.",
    ];

    private static string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)));

    private static string Clients { get; } = Path.Combine(Repository.Root, "tests", "Reranking.Serve.Tests", "clients");

    [Fact]
    public async Task Cohere_BothVersions_HaveTheScoresOfTheEngine()
    {
        SkipWithoutSdk("cohere-ai");
        ServerProcess server = await keyed.StartedAsync();
        double[] expected = await ScoreAsync();

        JsonNode two = await RunAsync(server, "cohere.mjs", new { version = 2, model = "bundled", query = Query, documents = Documents, topN = 2 });
        JsonNode one = await RunAsync(server, "cohere.mjs", new
        {
            version = 1,
            query = Query,
            documents = new object[] { Documents[0], new { text = Documents[1] }, Documents[2] },
            returnDocuments = true,
        });

        Assert.Equal([(1, expected[1]), (0, expected[0])], Results(two["results"]!));
        Assert.Equal([(1, expected[1]), (0, expected[0]), (2, expected[2])], Results(one["results"]!));
        Assert.Equal(Documents[1], (string?)one["results"]![0]!["document"]!["text"]);
        Assert.Equal("2", (string?)two["meta"]!["apiVersion"]!["version"]);
        Assert.Equal(1, (int)two["meta"]!["billedUnits"]!["searchUnits"]!);
        Assert.NotNull(two["id"]);
    }

    [Theory]
    [InlineData("UnauthorizedError", 401, """{ "query": "q", "documents": ["d"] }""", "wrong")]
    [InlineData("NotFoundError", 404, """{ "model": "no such", "query": "q", "documents": ["d"] }""")]
    [InlineData("BadRequestError", 400, """{ "query": "q", "documents": [] }""")]
    [InlineData("BadRequestError", 400, """{ "query": " ", "documents": ["d"] }""")]
    [InlineData("BadRequestError", 400, """{ "query": "q", "documents": ["d"], "topN": 0 }""")]
    public async Task Cohere_RequestThatCannotBeAnswered_HasTheClassOfItsStatus(string error, int status, string request, string? key = null)
    {
        SkipWithoutSdk("cohere-ai");
        ServerProcess server = await keyed.StartedAsync();

        foreach (int version in (int[])[1, 2])
        {
            JsonObject body = JsonNode.Parse(request)!.AsObject();
            if (version == 1 && body.ContainsKey("topN"))
            {
                continue;   // 0 means all there
            }

            body["version"] = version;
            body["model"] ??= "bundled";   // which the SDK of version 2 insists on
            JsonNode answer = await RunAsync(server, "cohere.mjs", body, key);
            Assert.Equal((error, status), ((string?)answer["error"], (int)answer["status"]!));
            Assert.NotNull(answer["body"]!["message"]);
        }
    }

    [Fact]
    public async Task Cohere_ServerThatCannotAnswer_HasTheClassOfItsStatus()
    {
        SkipWithoutSdk("cohere-ai");
        using var folder = new TempFolder();
        string Config(string server) => folder.Write(
            "appsettings.json", $$"""{ "Reranking": { "Scorers": { "a": { "Provider": "Onnx" } } }, "RerankingServer": { {{server}} } }""");
        string[] many = [.. Enumerable.Repeat(Documents[0], 2_000)];

        await using (ServerProcess late = await ServerProcess.StartAsync("--config", Config("\"RequestTimeout\": \"00:00:00.001\"")))
        {
            JsonNode answer = await RunAsync(late, "cohere.mjs", new { version = 2, model = "a", query = Query, documents = many });
            Assert.Equal(("ServiceUnavailableError", 503), ((string?)answer["error"], (int)answer["status"]!));
        }

        await using (ServerProcess full = await ServerProcess.StartAsync("--config", Config("\"MaxQueuedTokens\": 10")))
        {
            Task<(System.Net.HttpStatusCode Status, JsonNode? Body)> first = full.PostAsync("/v2/rerank", new { query = Query, documents = many });
            await full.WaitForWorkAsync();

            JsonNode answer = await RunAsync(full, "cohere.mjs", new { version = 2, model = "a", query = Query, documents = Documents });
            Assert.Equal(("TooManyRequestsError", 429), ((string?)answer["error"], (int)answer["status"]!));
        }
    }

    [Fact]
    public async Task Voyage_Rerank_HasTheScoresOfTheEngine()
    {
        SkipWithoutSdk("voyageai");
        ServerProcess server = await keyed.StartedAsync();
        double[] expected = await ScoreAsync();

        JsonNode answer = await RunAsync(
            server, "voyage.mjs", new { model = "bundled", query = Query, documents = Documents, topK = 2, returnDocuments = true });

        Assert.Equal([(1, expected[1]), (0, expected[0])], Results(answer["data"]!));
        Assert.Equal(Documents[1], (string?)answer["data"]![0]!["document"]);
    }

    private static void SkipWithoutSdk(string package) => Assert.SkipUnless(
        Directory.Exists(Path.Combine(Clients, "node_modules", package)),
        $"The npm package {package} is not installed. Run 'npm install' in tests/Reranking.Serve.Tests/clients.");

    private static async Task<double[]> ScoreAsync()
    {
        using var scorer = new OnnxRelevanceScorer();
        return [.. (await scorer.ScoreAsync(Query, Documents)).Select(static score => score.Value)];
    }

    private static IEnumerable<(int Index, double Score)> Results(JsonNode results) =>
        results.AsArray().Select(static result => ((int)result!["index"]!, (double)result["relevanceScore"]!));

    private static async Task<JsonNode> RunAsync(ServerProcess server, string script, object request, string? key = null)
    {
        string json = JsonSerializer.Serialize(request);
        using var folder = new TempFolder();
        string arguments = folder.Write("request.json", json);   // longer than a command line may be
        var start = new ProcessStartInfo("node", [Path.Combine(Clients, script), server.Client.BaseAddress!.ToString(), key ?? Key, arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return JsonNode.Parse(output)!;
    }

    /// <summary>A server that asks for a key, started by the first test that needs it.</summary>
    public sealed class KeyedServer : IAsyncDisposable
    {
        private ServerProcess? _server;

        internal async Task<ServerProcess> StartedAsync() => _server ??= await ServerProcess.StartAsync("--api-key-hash", Hash);

        public ValueTask DisposeAsync() => _server is null ? default : _server.DisposeAsync();
    }
}
