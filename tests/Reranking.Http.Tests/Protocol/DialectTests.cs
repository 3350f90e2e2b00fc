using System.Globalization;

namespace Reranking.Http.Tests;

public sealed class DialectTests
{
    public static TheoryData<RerankApi> Dialects => [.. Enum.GetValues<RerankApi>()];

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task ScoreAsync_EachDialect_SpeaksAsItsReferenceSays(RerankApi dialect)
    {
        Contract contract = Contract.Of(dialect);
        await using var server = new StubServer(StubResponse.Ok(contract.Response));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.Api = dialect);

        RelevanceScores scores = await scorer.ScoreAsync("what?", ["zero", "one", "two"]);

        StubRequest request = Assert.Single(server.Requests);
        Assert.Equal(contract.RequestLine, request.Line);
        Assert.Equal(contract.Body, request.Body);
        Assert.Equal(contract.KeyHeader.Value, request.Headers[contract.KeyHeader.Name]);
        Assert.Equal(["application/json", "application/json"], [request.Headers["Content-Type"], request.Headers["Accept"]]);
        Assert.Equal([0.5, 0.25, 0.75], scores.Select(score => score.RawValue));
        Assert.Equal(contract.Model, scores.ModelId);
        RelevanceScoringUsage? usage = contract is { Tokens: null, Units: null }
            ? null
            : new() { InputTokenCount = contract.Tokens, SearchUnitCount = contract.Units };
        Assert.Equal(usage, scores.Usage);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task ScoreAsync_EachDialect_SigmoidsLogitsOnceAndProbabilitiesNever(RerankApi dialect)
    {
        await using var server = new StubServer(StubResponse.Ok(Contract.Of(dialect).Response));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.Api = dialect);

        RelevanceScores scores = await scorer.ScoreAsync("what?", ["zero", "one", "two"]);

        double[] expected = dialect == RerankApi.LlamaCpp ? [0.6224593312018546, 0.5621765008857981, 0.679178699175393] : [0.5, 0.25, 0.75];
        Assert.Equal(expected, scores.Select(score => score.Value));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task ScoreAsync_ErrorOfEachDialect_ShowsItsMessage(RerankApi dialect)
    {
        await using var server = new StubServer(StubResponse.Of(400, Contract.Of(dialect).Error));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.Api = dialect);

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["zero"]));

        string name = dialect.ToString().ToLowerInvariant();
        string code = dialect switch
        {
            RerankApi.TextEmbeddingsInference => ", Validation",
            RerankApi.Vllm => ", BadRequestError",
            RerankApi.LlamaCpp => ", server_error",
            RerankApi.Pinecone => ", INVALID_ARGUMENT",
            _ => "",
        };
        Assert.Equal(
            $"{name} at {server.Authority} returned 400 (BadRequest{code}): went wrong. Check HttpScorerOptions:Model and HttpScorerOptions:Api.",
                exception.Message);
        Assert.Equal(name, scorer.GetService<RelevanceScorerMetadata>()!.ProviderName);
    }

    [Theory]
    [InlineData("", "POST /v2/rerank HTTP/1.1")]
    [InlineData("/", "POST /v2/rerank HTTP/1.1")]
    [InlineData("/gateway/", "POST /gateway/v2/rerank HTTP/1.1")]
    [InlineData("/gateway/?tenant=7", "POST /gateway/v2/rerank?tenant=7 HTTP/1.1")]
    [InlineData("/v1/rerank", "POST /v1/rerank HTTP/1.1")]
    [InlineData("/providers/cohere/v2/rerank?api-version=2024-05-01", "POST /providers/cohere/v2/rerank?api-version=2024-05-01 HTTP/1.1")]
    public async Task ScoreAsync_Endpoint_IsABaseOrUsedAsGiven(string path, string requestLine)
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.Endpoint = new Uri(server.Address + path));

        await scorer.ScoreAsync("what?", ["zero"]);

        Assert.Equal(requestLine, Assert.Single(server.Requests).Line);
    }

    [Theory]
    [InlineData(RerankApi.Cohere, "https://api.cohere.com/v2/rerank")]
    [InlineData(RerankApi.Jina, "https://api.jina.ai/v1/rerank")]
    [InlineData(RerankApi.Voyage, "https://api.voyageai.com/v1/rerank")]
    [InlineData(RerankApi.Mixedbread, "https://api.mixedbread.com/v1/reranking")]
    [InlineData(RerankApi.Pinecone, "https://api.pinecone.io/rerank")]
    public void Metadata_NoEndpoint_IsTheVendorsAndNotLocal(RerankApi dialect, string address)
    {
        using var scorer = new HttpRelevanceScorer(new() { Api = dialect, ApiKey = "k", Model = "m" });

        RelevanceScorerMetadata metadata = scorer.GetService<RelevanceScorerMetadata>()!;
        Assert.Equal(new Uri(address), metadata.Endpoint);
        Assert.False(metadata.IsLocal);
    }

    [Fact]
    public async Task ScoreAsync_Pinecone_NamesTheVersionOfTheApi()
    {
        await using var server = new StubServer(StubResponse.Ok(Contract.Of(RerankApi.Pinecone).Response));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.Api = RerankApi.Pinecone);

        await scorer.ScoreAsync("what?", ["zero", "one", "two"]);

        Assert.Equal("2025-10", Assert.Single(server.Requests).Headers["X-Pinecone-API-Version"]);
    }

    [Theory]
    [InlineData(RerankApi.Cohere)]
    [InlineData(RerankApi.AzureFoundry)]
    [InlineData(RerankApi.Vllm)]
    public async Task ScoreAsync_MaxTokensPerDocument_IsSent(RerankApi dialect)
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => (options.Api, options.MaxTokensPerDocument) = (dialect, 512));

        await scorer.ScoreAsync("what?", ["zero"]);

        Assert.Equal(512, (int)Assert.Single(server.Requests).Json["max_tokens_per_doc"]!);
    }

    [Fact]
    public async Task ScoreAsync_ModelOfTheCall_GoesBeforeTheOptions()
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        RelevanceScores scores = await scorer.ScoreAsync("what?", ["zero"], new RelevanceScoringOptions { ModelId = "m-2" });

        Assert.Equal("m-2", (string)Assert.Single(server.Requests).Json["model"]!);
        Assert.Equal("m-2", scores.ModelId);
    }

    [Fact]
    public async Task ScoreAsync_ModelOfTheCallThatTheServerCantBeTold_IsRefused()
    {
        await using var server = new StubServer(request => Contract.Of(RerankApi.TextEmbeddingsInference).Score(request, static (_, _) => 0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, static options => options.Api = RerankApi.TextEmbeddingsInference);

        Assert.Single(await scorer.ScoreAsync("what?", ["zero"], new RelevanceScoringOptions { ModelId = "m-1" }));
        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(
            () => scorer.ScoreAsync("what?", ["zero"], new RelevanceScoringOptions { ModelId = "m-2" }));

        Assert.Equal(
            $"The options ask for model 'm-2', but textembeddingsinference at {server.Authority} serves a single model, which a request can't choose. "
            + "Leave RelevanceScoringOptions.ModelId out, or register a scorer for a server of that model.",
            exception.Message);
        Assert.True(exception.IsRequestFault);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task ScoreAsync_NoKeyAndNoModel_SendsNeither()
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => (options.Api, options.ApiKey, options.Model) = (RerankApi.Vllm, "", ""));

        RelevanceScores scores = await scorer.ScoreAsync("what?", ["zero"]);

        StubRequest request = Assert.Single(server.Requests);
        Assert.False(request.Headers.ContainsKey("Authorization"));
        Assert.Null(request.Json["model"]);
        Assert.Null(scores.ModelId);
    }

    [Fact]
    public async Task ScoreAsync_AnyText_ArrivesAsItIs()
    {
        string[] documents = ["Ünïcödé \u4e2d\u6587 \ud83d\ude00 <&>'\"\\ \n\t\u0000", "", new string('x', 100_000), "lone \ud83d surrogate"];
        await using var server = new StubServer(TestScorers.Scores(0.5, 0.5, 0.5, 0.5));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        await scorer.ScoreAsync("\u4e2d?", documents);

        StubRequest request = Assert.Single(server.Requests);
        documents[3] = "lone \ufffd surrogate";
        Assert.Equal(documents, request.Documents());
        Assert.Equal("\u4e2d?", (string)request.Json["query"]!);
        Assert.Contains("\u4e2d\u6587", request.Body, StringComparison.Ordinal);   // 3 bytes each and not the 6 of an escape
        Assert.Equal(System.Text.Encoding.UTF8.GetByteCount(request.Body), int.Parse(request.Headers["Content-Length"], CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Revision_WhatChangesScores_ChangesIt()
    {
        var options = new HttpScorerOptions { Endpoint = new Uri("https://example.org/v2/rerank?secret=1"), ApiKey = "k-123", Model = "m" };
        // The hash of the query, which may be secret and may choose a deployment.
        Assert.Equal("cohere/Probability//https://example.org/v2/rerank?EF8496DF", await RevisionAsync(options));

        options.MaxTokensPerDocument = 512;
        options.ScoreKind = HttpScoreKind.Logit;
        options.Endpoint = new Uri("https://example.org");
        options.Api = RerankApi.AzureFoundry;
        Assert.Equal("azurefoundry/Logit/512/https://example.org/providers/cohere/v2/rerank", await RevisionAsync(options));

        static async Task<string?> RevisionAsync(HttpScorerOptions options)
        {
            using var scorer = new HttpRelevanceScorer(options);
            return await scorer.GetService<IModelRevision>()!.GetRevisionAsync();
        }
    }
}
