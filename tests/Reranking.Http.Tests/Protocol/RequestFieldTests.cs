using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.Extensions.Configuration;
using Reranking.Http.Configuration;
using Reranking.Http.Protocol;

namespace Reranking.Http.Tests;

/// <summary>What an API can be told is told, per scorer and per call; what it can't is refused and never left out.</summary>
public sealed class RequestFieldTests
{
    // Which of the known fields each API has, written down a second time, with the JSON that says it.
    private static readonly Dictionary<(RerankApi Api, string Name), (object Value, string Json)> Known = new()
    {
        [(RerankApi.Cohere, "max_tokens_per_doc")] = (512, "\"max_tokens_per_doc\":512"),
        [(RerankApi.Cohere, "priority")] = (7, "\"priority\":7"),
        [(RerankApi.AzureFoundry, "max_tokens_per_doc")] = (512, "\"max_tokens_per_doc\":512"),
        [(RerankApi.AzureFoundry, "priority")] = (7, "\"priority\":7"),
        [(RerankApi.Voyage, "truncate")] = (false, "\"truncation\":false"),
        [(RerankApi.TextEmbeddingsInference, "truncate")] = (false, "\"truncate\":false"),
        [(RerankApi.Vllm, "max_tokens_per_doc")] = (512, "\"max_tokens_per_doc\":512"),
        [(RerankApi.Vllm, "priority")] = (7, "\"priority\":7"),
        [(RerankApi.Vllm, "instruction")] = ("Prefer the newest.", "\"instruction\":\"Prefer the newest.\""),
        [(RerankApi.Vllm, "truncate")] = (true, "\"truncate_prompt_tokens\":-1"),
        [(RerankApi.Pinecone, "truncate")] = (false, "\"parameters\":{\"truncate\":\"NONE\"}"),
    };

    private static readonly Dictionary<string, object> Values = new()
    {
        ["max_tokens_per_doc"] = 512,
        ["priority"] = 7,
        ["instruction"] = "Prefer the newest.",
        ["truncate"] = false,
    };

    public static TheoryData<RerankApi, string> Cells =>
        [.. Enum.GetValues<RerankApi>().SelectMany(static api => Values.Keys.Select(name => (api, name)))];

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task ScoreAsync_KnownField_IsSentOrRefused_PerScorerAndPerCall(RerankApi api, string name)
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        (object Value, string Json)? known = Known.TryGetValue((api, name), out (object, string) found) ? found : null;
        object value = known?.Value ?? Values[name];
        HttpScorerOptions options = TestScorers.Options(server, options => (options.Api, options.Model) = (api, "bge-reranker-v2-m3"));
        using (var scorer = new HttpRelevanceScorer(options))
        {
            var ofCall = new RelevanceScoringOptions { AdditionalProperties = new Dictionary<string, object?> { [name] = value } };
            if (known is { } sent)
            {
                Assert.Single(await scorer.ScoreAsync("what?", ["zero"], ofCall));
                Assert.Contains(sent.Json, Assert.Single(server.Requests).Body, StringComparison.Ordinal);
            }
            else
            {
                var refused = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"], ofCall));
                Assert.Contains($"'{name}'", refused.Message, StringComparison.Ordinal);
                Assert.True(refused.IsRequestFault);
                Assert.Empty(server.Requests);
            }
        }

        switch (name)
        {
            case "max_tokens_per_doc":
                options.MaxTokensPerDocument = (int)value;
                break;
            case "priority":
                options.Priority = (int)value;
                break;
            case "instruction":
                options.Instruction = (string)value;
                break;
            default:
                options.Truncate = (bool)value;
                break;
        }

        if (known is { } json)
        {
            using var scorer = new HttpRelevanceScorer(options);
            Assert.Single(await scorer.ScoreAsync("what?", ["zero"]));
            Assert.Contains(json.Json, server.Requests[^1].Body, StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains("has no such field", Assert.Throws<ArgumentException>(() => new HttpRelevanceScorer(options)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(RerankApi.Cohere, "top_n")]
    [InlineData(RerankApi.AzureFoundry, "top_n")]
    [InlineData(RerankApi.Jina, "top_n")]
    [InlineData(RerankApi.Voyage, "top_k")]
    [InlineData(RerankApi.Mixedbread, "top_k")]
    [InlineData(RerankApi.Vllm, "top_n")]
    [InlineData(RerankApi.LlamaCpp, "top_n")]
    [InlineData(RerankApi.Pinecone, "top_n")]
    [InlineData(RerankApi.TextEmbeddingsInference, null)]
    public async Task ScoreAsync_SendTopN_IsTheNumberOfDocumentsOfTheRequest(RerankApi api, string? field)
    {
        await using var server = new StubServer(request => Contract.Of(api).Score(request, static (_, _) => 0.5));
        HttpScorerOptions options = TestScorers.Options(server, options => (options.Api, options.SendTopN, options.MaxDocumentsPerRequest) = (api, true, 2));
        if (field is null)
        {
            Assert.Throws<ArgumentException>(() => new HttpRelevanceScorer(options));
            return;
        }

        using var scorer = new HttpRelevanceScorer(options);
        Assert.Equal(3, (await scorer.ScoreAsync("what?", ["zero", "one", "two"])).Count);

        Assert.Equal([1, 2], server.Requests.Select(request => (int)request.Json[field]!).Order());
    }

    [Theory]
    [InlineData("bge-reranker-v2-m3", true)]
    [InlineData("pinecone-rerank-v0", true)]
    [InlineData("cohere-rerank-3.5", false)]
    public async Task ScoreAsync_Pinecone_IsToldToTruncateWhereTheModelKnowsIt(string model, bool isTold)
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => (options.Api, options.Model) = (RerankApi.Pinecone, model));

        await scorer.ScoreAsync("what?", ["zero"]);
        string? other = isTold ? "cohere-rerank-3.5" : "bge-reranker-v2-m3";
        await scorer.ScoreAsync("what?", ["zero"], new RelevanceScoringOptions { ModelId = other });

        JsonNode?[] told = [.. server.Requests.Select(request => request.Json["parameters"])];
        Assert.Equal("""{"truncate":"END"}""", told[isTold ? 0 : 1]!.ToJsonString());
        Assert.Null(told[isTold ? 1 : 0]);
    }

    [Fact]
    public async Task ScoreAsync_AdditionalProperties_AreMergedAndTheCallGoesFirst()
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.AdditionalProperties = new Dictionary<string, object?>
        {
            ["user"] = "team-7",
            ["instruction"] = "Of the gateway.",
            ["nested"] = new Dictionary<string, object?> { ["b"] = new object?[] { 1, "x", null, true }, ["a"] = 1.5 },
        });

        await scorer.ScoreAsync("what?", ["zero"], new RelevanceScoringOptions
        {
            AdditionalProperties = new Dictionary<string, object?>
            {
                ["instruction"] = "Of the call.",
                ["seed"] = 7L,
                ["json"] = JsonNode.Parse("[{}]"),
            },
        });

        Assert.Equal(
            """{"model":"m-1","query":"what?","instruction":"Of the call.","nested":{"a":1.5,"b":[1,"x",null,true]},"user":"team-7","""
            + """ "json":[{}],"seed":7,"documents":["zero"]}""".TrimStart(),
            Assert.Single(server.Requests).Body);
    }

    [Theory]
    [InlineData("model")]
    [InlineData("query")]
    [InlineData("documents")]
    [InlineData("Documents")]
    [InlineData("texts")]
    [InlineData("input")]
    [InlineData("top_n")]
    [InlineData("top_k")]
    [InlineData("return_documents")]
    [InlineData("return_text")]
    [InlineData("return_input")]
    [InlineData("raw_scores")]
    public async Task AdditionalProperties_ReservedName_IsRefused(string name)
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        HttpScorerOptions options = TestScorers.Options(server);
        using var scorer = new HttpRelevanceScorer(options);
        var properties = new Dictionary<string, object?> { [name] = "x" };

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(
            () => scorer.ScoreAsync("what?", ["zero"], new RelevanceScoringOptions { AdditionalProperties = properties }));

        Assert.Equal(
            $"cohere at {server.Authority} was not called: the call has the additional property '{name}'; expected another name, " +
            "because the scorer sets this field itself. Fields that only this server knows are set by HttpScorerOptions:AdditionalProperties.",
            exception.Message);
        options.AdditionalProperties = properties;
        Assert.StartsWith(
            $"HttpScorerOptions:AdditionalProperties has '{name}'; expected another name",
            Assert.Throws<ArgumentException>(() => new HttpRelevanceScorer(options)).Message,
            StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    public static TheoryData<object> Unwritable => [new Uri("http://x"), double.NaN, new object(), new List<object> { TimeSpan.Zero }, DateTime.UnixEpoch];

    [Theory]
    [MemberData(nameof(Unwritable))]
    public async Task AdditionalProperties_ValueThatIsNoJson_IsRefused(object value)
    {
        using var scorer = new HttpRelevanceScorer(new() { Endpoint = new Uri("http://127.0.0.1:9"), Model = "m" });

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync(
            "what?", ["zero"], new RelevanceScoringOptions { AdditionalProperties = new Dictionary<string, object?> { ["seed"] = value } }));

        Assert.Contains("expected a text, a number, true, false, JSON, or a list or dictionary of such values", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Section_AdditionalProperties_AreValues()
    {
        IConfigurationSection section = new ConfigurationBuilder().AddJsonStream(new MemoryStream(
            """{"S":{"AdditionalProperties":{"a":5,"b":"5x","c":true,"d":"\"5\"","e":[1,"x"],"f":{"g":0.5}}}}"""u8.ToArray())).Build().GetSection("S");
        var options = new HttpScorerOptions();

        Assert.Empty(HttpScorerSettings.Apply(section, options));

        Assert.Equal("""{"a":5,"b":"5x","c":true,"d":"5","e":[1,"x"],"f":{"g":0.5}}""", JsonSerializer.Serialize(options.AdditionalProperties));
    }

    [Fact]
    public async Task Revision_WhatChangesScores_ChangesIt()
    {
        Action<HttpScorerOptions>[] changes =
        [
            static _ => { },
            static options => options.Instruction = "a",
            static options => options.Instruction = "b",
            static options => options.Truncate = false,
            static options => options.Truncate = true,
            static options => options.OversizedDocuments = OversizedDocuments.Split,
            static options => options.AdditionalProperties = new Dictionary<string, object?> { ["a"] = "b" },
            static options => options.AdditionalProperties = new Dictionary<string, object?> { ["ab"] = "" },
            static options => options.AdditionalProperties = new Dictionary<string, object?> { ["a"] = 1, ["b"] = 2 },
            static options => options.AdditionalProperties = new Dictionary<string, object?> { ["a"] = 12 },
        ];
        HashSet<string?> revisions = [];
        foreach (Action<HttpScorerOptions> change in changes)
        {
            var options = new HttpScorerOptions { Api = RerankApi.Vllm, Endpoint = new Uri("http://127.0.0.1:9"), Model = "m" };
            change(options);
            using var scorer = new HttpRelevanceScorer(options);
            Assert.True(revisions.Add(await scorer.GetService<IModelRevision>()!.GetRevisionAsync()));
        }
    }

    // Few names and texts, so that many pairs nearly collide: names of options among them, and texts that look like a field.
    private static readonly Gen<HttpScorerOptions> GenOptions = Gen.Select(
        OneOf<string?>(null, "", "a", "1:a", "Prefer the newest."),
        OneOf<bool?>(null, true, false),
        Gen.Enum<OversizedDocuments>(),
        Gen.Select(
            OneOf("a", "ab", "b", "Instruction", "Truncate", "OversizedDocuments"),
            OneOf<object?>(null, "", "a", "1:a", 1, 2, 12, true, false)).Array[0, 2]).Select(
        static (instruction, truncate, oversized, properties) => new HttpScorerOptions
        {
            Instruction = instruction,
            Truncate = truncate,
            OversizedDocuments = oversized,
            AdditionalProperties = properties.DistinctBy(static property => property.Item1)
                .ToDictionary(static property => property.Item1, static property => property.Item2),
        });

    [Fact]
    public void Identity_DifferentSettings_Differ()
    {
        // All pairs of some hundred settings, which collide far more often than pairs drawn one by one.
        Dictionary<string, string> settingsByIdentity = [];
        GenOptions.Sample(
            options =>
            {
                string settings = JsonSerializer.Serialize<object?[]>(
                [
                    options.Instruction, options.Truncate, (int)options.OversizedDocuments,
                    options.AdditionalProperties!.OrderBy(static property => property.Key, StringComparer.Ordinal)
                        .Select(static property => new[] { property.Key, property.Value }),
                ]);
                string identity = RequestFields.Identity(options);
                lock (settingsByIdentity)
                {
                    settingsByIdentity.TryAdd(identity, settings);
                    Assert.Equal(settingsByIdentity[identity], settings);
                }
            },
            iter: 5_000);
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
