using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;

namespace Reranking.AspNetCore.Tests;

/// <summary>Each shape gets what its clients read.</summary>
public sealed class ShapeTests
{
    // Lengths 1, 3 and 2: the order is 1, 2, 0.
    private const string Texts = """["a", "ccc", "bb"]""";

    private static readonly string[] Documents = ["a", "ccc", "bb"];
    private static readonly int[] BestFirst = [1, 2, 0];

    private static readonly double[] Values = [.. Documents.Select(static document => RelevanceScore.FromLogit(document.Length / 7.0).Value)];

    [Theory]
    [InlineData("/v2/rerank", "documents", "", "results", "relevance_score", null)]
    [InlineData("/v2/rerank", "documents", """, "top_n": 2""", "results", "relevance_score", null)]
    [InlineData("/v2/rerank", "documents", """, "top_n": 99, "max_tokens_per_doc": 4096""", "results", "relevance_score", null)]
    [InlineData("/v1/rerank", "documents", "", "results", "relevance_score", null)]
    [InlineData("/v1/rerank", "documents", """, "return_documents": true""", "results", "relevance_score", "document.text")]
    [InlineData("/v1/rerank", "documents", """, "top_n": 0""", "results", "relevance_score", null)]
    [InlineData("/rerank", "documents", """, "top_n": 1""", "results", "relevance_score", null)]
    [InlineData("/reranking", "documents", "", "results", "relevance_score", null)]
    [InlineData("/v3/rerank", "documents", "", "results", "relevance_score", null)]
    [InlineData("/v1/rerank", "documents", """, "top_k": 2""", "data", "relevance_score", null)]
    [InlineData("/v1/rerank", "documents", """, "truncation": true, "return_documents": true""", "data", "relevance_score", "document")]
    [InlineData("/v1/reranking", "input", """, "top_k": 2, "return_input": true""", "data", "score", "input")]
    [InlineData("/rerank", "texts", "", null, "score", null)]
    [InlineData("/rerank", "texts", """, "return_text": true, "truncate": true""", null, "score", "text")]
    [InlineData("/v1/rerank", "texts", "", null, "score", null)]
    public async Task Post_ShapesAndPaths_GetTheBestFirstInTheirFields(
        string path, string documents, string more, string? list, string score, string? text)
    {
        await using RerankServer server = await RerankServer.StartAsync();

        (HttpStatusCode status, JsonNode? body, _) = await server.PostAsync(path, $$"""{ "query": "q", "{{documents}}": {{Texts}}{{more}} }""");

        Assert.Equal(HttpStatusCode.OK, status);
        JsonArray results = (list is null ? body : body![list])!.AsArray();
        int wanted = more.Contains(": 1", StringComparison.Ordinal) ? 1 : more.Contains(": 2", StringComparison.Ordinal) ? 2 : 3;
        int[] expected = [.. BestFirst.Take(wanted)];
        Assert.Equal(expected, results.Select(result => (int)result!["index"]!));
        Assert.All(results, result =>
        {
            Assert.Equal(Values[(int)result!["index"]!], (double)result[score]!);   // bit for bit
            JsonNode? found = text?.Split('.').Aggregate(result, static (node, name) => node![name]!);
            Assert.Equal(text is null ? null : Documents[(int)result["index"]!], (string?)found);
            Assert.Equal(text is null ? 2 : 3, result.AsObject().Count);
        });
    }

    [Fact]
    public async Task Post_RawScores_AreLogits()
    {
        await using RerankServer server = await RerankServer.StartAsync();

        (_, JsonNode? body, _) = await server.PostAsync("/rerank", $$"""{ "query": "q", "texts": {{Texts}}, "raw_scores": true }""");

        Assert.Equal([3 / 7.0, 2 / 7.0, 1 / 7.0], body!.AsArray().Select(result => (double)result!["score"]!));
    }

    [Fact]
    public async Task Post_CohereV2_HasIdAndMetaAndNoMore()
    {
        await using RerankServer server = await RerankServer.StartAsync();

        (_, JsonNode? body, HttpResponseMessage response) = await server.PostAsync(
            "/v2/rerank", $$"""{ "query": "q", "documents": {{Texts}}, "priority": 3 }""");

        Assert.Equal(["id", "results", "meta"], body!.AsObject().Select(property => property.Key));
        Assert.Equal(Assert.Single(response.Headers.GetValues("X-Request-Id")), (string?)body["id"]);
        Assert.Equal("2", (string?)body["meta"]!["api_version"]!["version"]);
        Assert.Equal(1, (int)body["meta"]!["billed_units"]!["search_units"]!);
        Assert.Equal(6, (int)body["meta"]!["tokens"]!["input_tokens"]!);
        Assert.Equal("priority was ignored: the server's settings decide it.", (string?)Assert.Single(body["meta"]!["warnings"]!.AsArray()));
    }

    [Theory]
    [InlineData("/v2/rerank", "documents", "return_documents", "meta")]
    [InlineData("/v2/rerank", "documents", "rank_fields", "meta")]
    [InlineData("/v2/rerank", "documents", "top_k", "meta")]
    [InlineData("/v1/rerank", "documents", "raw_scores", "meta")]
    [InlineData("/v1/rerank", "documents", "return_text", "meta")]
    [InlineData("/rerank", "texts", "top_n", "header")]
    [InlineData("/rerank", "texts", "return_documents", "header")]
    [InlineData("/v1/reranking", "input", "top_n", "header")]
    public async Task Post_FieldOfAnotherShape_IsToldToBeIgnored(string path, string documents, string field, string place)
    {
        await using RerankServer server = await RerankServer.StartAsync();

        (HttpStatusCode status, JsonNode? body, HttpResponseMessage response) = await server.PostAsync(
            path, $$"""{ "query": "q", "{{documents}}": {{Texts}}, "{{field}}": true }""");
        (_, JsonNode? off, HttpResponseMessage without) = await server.PostAsync(
            path, $$"""{ "query": "q", "{{documents}}": {{Texts}}, "{{field}}": false }""");

        Assert.Equal(HttpStatusCode.OK, status);
        string expected = $"{field} is not part of requests of this shape and was ignored.";
        Assert.Equal(
            expected,
            place == "meta" ? (string?)Assert.Single(body!["meta"]!["warnings"]!.AsArray()) : response.Headers.GetValues("x-warnings").Single());
        Assert.DoesNotContain("warnings", off!.ToJsonString(), StringComparison.Ordinal);   // what is off asks for nothing
        Assert.False(without.Headers.Contains("x-warnings"));
    }

    [Theory]
    [InlineData("/rerank", "texts", "")]
    [InlineData("/v1/rerank", "documents", """, "top_k": 3""")]
    [InlineData("/v1/reranking", "input", "")]
    public async Task Post_ShapesWithoutMeta_HaveTheirWarningsInAHeader(string path, string documents, string more)
    {
        await using RerankServer server = await RerankServer.StartAsync();

        (_, JsonNode? body, HttpResponseMessage response) = await server.PostAsync(
            path, $$"""{ "query": "q", "{{documents}}": ["a", "long 1"], "instruction": "i"{{more}} }""");

        Assert.Equal(
            "instruction was ignored: the server's settings decide it. 1 of 2 documents were longer than the model reads and were cut.",
            response.Headers.GetValues("x-warnings").Single());
        Assert.DoesNotContain("warnings", body!.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v2/rerank", "documents", "results")]
    [InlineData("/v1/rerank", "documents", "results")]
    [InlineData("/v1/rerank", "documents", "data", """, "top_k": 9""")]
    [InlineData("/v1/reranking", "input", "data")]
    [InlineData("/rerank", "texts", null)]
    public async Task Post_Details_AreThereWhenAskedFor(string path, string documents, string? list, string more = "")
    {
        await using RerankServer server = await RerankServer.StartAsync();
        string body = $$"""{ "query": "q", "{{documents}}": ["a", "long 1", "window 1234 x"]{{more}}, "return_details": """;

        (HttpStatusCode status, JsonNode? with, _) = await server.PostAsync(path, $"{body}true }}");
        (_, JsonNode? without, _) = await server.PostAsync(path, $"{body}false }}");

        Assert.Equal(HttpStatusCode.OK, status);
        JsonArray results = (list is null ? with : with![list])!.AsArray();
        Assert.Equal(
            [
                $$$"""{"raw_score":{{{Raw(13)}}},"is_truncated":false,"tokens":13,"best_window":{"start":7,"end":12}}""",
                $$$"""{"raw_score":{{{Raw(6)}}},"is_truncated":true,"tokens":6}""",
                $$$"""{"raw_score":{{{Raw(1)}}},"is_truncated":false,"tokens":1}""",
            ],
            results.Select(result => result!["details"]!.ToJsonString()));
        Assert.DoesNotContain("details", without!.ToJsonString(), StringComparison.Ordinal);

        static string Raw(int length) => (length / 7.0).ToString("R", CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task Post_DocumentsThatWereCut_AreToldOrRefused()
    {
        await using RerankServer server = await RerankServer.StartAsync();
        const string Long = """["short", "long 1", "long 2"]""";

        (_, JsonNode? told, _) = await server.PostAsync("/v2/rerank", $$"""{ "query": "q", "documents": {{Long}} }""");
        (HttpStatusCode tei, JsonNode? teiError, _) = await server.PostAsync("/rerank", $$"""{ "query": "q", "texts": {{Long}}, "truncate": false }""");
        (HttpStatusCode voyage, JsonNode? voyageError, _) = await server.PostAsync(
            "/rerank", $$"""{ "query": "q", "documents": {{Long}}, "truncation": false }""");

        Assert.Equal("2 of 3 documents were longer than the model reads and were cut.", (string?)Assert.Single(told!["meta"]!["warnings"]!.AsArray()));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "validation"), (tei, (string?)teiError!["error_type"]));
        const string Message = "Document 1 is longer than the model reads, and the request does not allow to cut it.";
        Assert.Equal(Message, (string?)teiError["error"]);
        Assert.Equal((HttpStatusCode.BadRequest, Message), (voyage, (string?)voyageError!["detail"]));
    }

    [Fact]
    public async Task Post_DocumentsThatCouldNotBeScored_AreLeftOutAndTold()
    {
        await using RerankServer server = await RerankServer.StartAsync(static (_, document) => document == "bb" ? double.NaN : document.Length);

        (HttpStatusCode status, JsonNode? body, _) = await server.PostAsync("/v1/rerank", $$"""{ "query": "q", "documents": {{Texts}} }""");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal([1, 0], body!["results"]!.AsArray().Select(result => (int)result!["index"]!));
        Assert.Equal("1 of 3 documents could not be scored and are left out.", (string?)Assert.Single(body["meta"]!["warnings"]!.AsArray()));
    }

    [Theory]
    [InlineData("""[{ "text": "a" }, { "text": "ccc", "title": "t" }, "bb"]""", "", "a", "ccc", "bb")]
    [InlineData("""[{ "title": "t", "body": "b" }]""", """, "rank_fields": ["title", "body"]""", "t\nb")]
    public async Task Post_DocumentsThatAreObjects_AreReadByTheirFields(string documents, string more, params string[] expected)
    {
        List<string> read = [];
        await using RerankServer server = await RerankServer.StartAsync((_, document) =>
        {
            read.Add(document);
            return 0;
        });

        (HttpStatusCode status, _, _) = await server.PostAsync("/v1/rerank", $$"""{ "query": "q", "documents": {{documents}}{{more}} }""");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(expected, read);
    }

    [Fact]
    public async Task Post_TimesAndCounts_AreInTheHeadersOfTextEmbeddingsInference()
    {
        await using RerankServer server = await RerankServer.StartAsync();

        (_, _, HttpResponseMessage response) = await server.PostAsync("/rerank", $$"""{ "query": "q", "texts": {{Texts}} }""");

        Assert.Equal("6", Assert.Single(response.Headers.GetValues("x-compute-tokens")));
        Assert.Equal("9", Assert.Single(response.Headers.GetValues("x-compute-characters")));
        Assert.All(
            (string[])["x-total-time", "x-queue-time", "x-inference-time"],
            header => Assert.InRange(int.Parse(Assert.Single(response.Headers.GetValues(header)), CultureInfo.InvariantCulture), 0, int.MaxValue));
    }

    [Theory]
    [InlineData("abc-1.2_3", true)]
    [InlineData("with space", false)]
    [InlineData("<script>", false)]
    public async Task Post_RequestIdOfTheClient_IsKeptIfItIsPlain(string id, bool isKept)
    {
        await using RerankServer server = await RerankServer.StartAsync();
        server.Client.DefaultRequestHeaders.TryAddWithoutValidation("X-Request-Id", id);

        (_, JsonNode? body, HttpResponseMessage response) = await server.PostAsync("/v1/rerank", $$"""{ "query": "q", "documents": {{Texts}} }""");

        Assert.Equal(isKept, (string?)body!["id"] == id);
        Assert.Equal((string?)body["id"], Assert.Single(response.Headers.GetValues("X-Request-Id")));
    }

    [Fact]
    public async Task Get_ModelsInfoAndHealth_TellWhatThereIs()
    {
        await using RerankServer server = await RerankServer.StartAsync(add: static builder =>
        {
            builder.AddScorer("fast", static _ => new StubScorer(StubScorer.Length) { ModelId = "small" });
            builder.AddScorer("strong", static _ => new StubScorer(static (_, document) => -document.Length) { ModelId = "large" });
            builder.Use("fast");
        });

        (_, JsonNode? models) = await server.GetAsync("/v1/models");
        (_, JsonNode? info) = await server.GetAsync("/info");

        Assert.Equal(["fast", "strong"], models!["data"]!.AsArray().Select(model => (string?)model!["id"]));
        Assert.Equal(("small", 512), ((string?)info!["model_id"], (int)info["max_input_length"]!));
        foreach (string path in (string[])["/health/live", "/health/ready", "/health", "/ping"])
        {
            Assert.Equal(HttpStatusCode.OK, (await server.GetAsync(path)).Status);
        }
    }

    [Theory]
    [InlineData("strong", 0)]
    [InlineData("STRONG", 0)]
    [InlineData("large", 0)]
    [InlineData("fast", 1)]
    [InlineData("small", 1)]
    [InlineData("", 1)]
    [InlineData(null, 1)]
    public async Task Post_Model_IsAScorerOrItsModelOrTheDefault(string? model, int first)
    {
        await using RerankServer server = await RerankServer.StartAsync(add: static builder =>
        {
            builder.AddScorer("fast", static _ => new StubScorer(StubScorer.Length) { ModelId = "small" });
            builder.AddScorer("strong", static _ => new StubScorer(static (_, document) => -document.Length) { ModelId = "large" });
            builder.Use("fast");
        });

        string field = model is null ? "" : $", \"model\": \"{model}\"";
        (_, JsonNode? body, _) = await server.PostAsync("/v2/rerank", $$"""{ "query": "q", "documents": {{Texts}}{{field}} }""");

        Assert.Equal(first, (int)body!["results"]![0]!["index"]!);
    }

    [Fact]
    public async Task Post_ModelThatTheSettingsHaveLost_Is404AndNoFailure()
    {
        var settings = new Settings();
        settings.Replace("stays", "goes");
        await using RerankServer server = await RerankServer.StartAsync(
            section: new ConfigurationBuilder().Add(settings).Build().GetSection("Reranking"),
            add: static builder => builder.AddProvider(static _ => new StubProvider()));
        const string Body = $$"""{ "query": "q", "documents": {{Texts}}, "model": "goes" }""";
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/v2/rerank", Body)).Status);

        settings.Replace("stays");
        HttpStatusCode status;
        JsonNode? error;
        do
        {
            (status, error, _) = await server.PostAsync("/v2/rerank", Body);
        }
        while (status == HttpStatusCode.OK);

        Assert.Equal((HttpStatusCode.NotFound, "There is no such model; expected stays."), (status, (string?)error!["message"]));
        Assert.Equal("stays", (string?)Assert.Single((await server.GetAsync("/v1/models")).Body!["data"]!.AsArray())!["id"]);
    }

    [Fact]
    public async Task Post_ModelThatTheSettingsLoseWhileTheRequestWaits_Is404()
    {
        var settings = new Settings();
        settings.Replace("stays", "goes");
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using RerankServer server = await RerankServer.StartAsync(
            configure: static options => options.MaxConcurrentRequests = 1,
            section: new ConfigurationBuilder().Add(settings).Build().GetSection("Reranking"),
            add: builder => builder.AddProvider(_ => new StubProvider(token =>
            {
                entered.TrySetResult();
                return release.Task.WaitAsync(token);
            })));
        Task<(HttpStatusCode Status, JsonNode? Body, HttpResponseMessage)> first = PostAsync("stays");
        await entered.Task;
        Task<(HttpStatusCode Status, JsonNode? Body, HttpResponseMessage)> second = PostAsync("goes");
        await Task.Delay(100, TestContext.Current.CancellationToken);   // it waits now; if it comes later, there is no such model either

        settings.Replace("stays");
        while ((await server.GetAsync("/v1/models")).Body!["data"]!.AsArray().Count > 1)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        release.SetResult();

        Assert.Equal(HttpStatusCode.OK, (await first).Status);
        Assert.Equal((HttpStatusCode.NotFound, "There is no such model; expected stays."), ((await second).Status, (string?)(await second).Body!["message"]));

        Task<(HttpStatusCode Status, JsonNode? Body, HttpResponseMessage Response)> PostAsync(string model) =>
            server.PostAsync("/v2/rerank", $$"""{ "query": "q", "documents": {{Texts}}, "model": "{{model}}" }""");
    }

    [Fact]
    public async Task Post_UnknownModel_Is404AndListsThose()
    {
        await using RerankServer server = await RerankServer.StartAsync(add: static builder =>
        {
            builder.AddScorer("fast", static _ => new StubScorer(StubScorer.Length));
            builder.AddScorer("strong", static _ => new StubScorer(StubScorer.Length));
            builder.Use("fast");
        });

        (HttpStatusCode status, JsonNode? body, _) = await server.PostAsync(
            "/v2/rerank", $$"""{ "query": "q", "documents": {{Texts}}, "model": "rerank-v9" }""");

        Assert.Equal((HttpStatusCode.NotFound, "There is no such model; expected fast, strong."), (status, (string?)body!["message"]));
    }

    /// <summary>Settings that a test changes.</summary>
    private sealed class Settings : ConfigurationProvider, IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public void Replace(params string[] scorers)
        {
            Data = scorers.ToDictionary(static name => $"Reranking:Scorers:{name}:Provider", static string? (_) => "Stub", StringComparer.OrdinalIgnoreCase);
            Data["Reranking:Use"] = scorers[0];
            OnReload();
        }
    }

    private sealed class StubProvider(Func<CancellationToken, Task>? before = null) : RelevanceScorerProvider("Stub")
    {
        public override IReadOnlyCollection<string> Keys => [];

        public override IEnumerable<string> Validate(IConfigurationSection section, bool isUsed) => [];

        public override IRelevanceScorer Create(string scorerName, IConfigurationSection section) => new StubScorer(StubScorer.Length, before);
    }
}
