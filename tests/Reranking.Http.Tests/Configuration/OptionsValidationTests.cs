using Reranking.Http.Configuration;

namespace Reranking.Http.Tests;

public sealed class OptionsValidationTests
{
    public static TheoryData<Action<HttpScorerOptions>, string> Faults => new()
    {
        {
            o => o.Api = (RerankApi)99,
            "Api is 99; expected Cohere, AzureFoundry, Jina, Voyage, Mixedbread, TextEmbeddingsInference, Vllm, LlamaCpp, Pinecone."
        },
        {
            o => o.Endpoint = new Uri("my-secret-key", UriKind.Relative),
            "Endpoint is not an address; expected one that begins with https://, or http:// for this machine."
        },
        {
            o => o.Endpoint = new Uri("/v2/rerank", UriKind.Relative),
            "Endpoint is not an address; expected one that begins with https://, or http:// for this machine."
        },
        { o => o.Endpoint = new Uri("ftp://example.org"), "Endpoint is not an address; expected one that begins with https://, or http:// for this machine." },
        {
            o => o.Endpoint = new Uri("https://me:s3cret@example.org"),
            "Endpoint has a user name or password; expected an address without. A key goes into S:ApiKey."
        },
        {
            o => o.Endpoint = new Uri("http://example.org:81/x"),
            "Endpoint sends texts and key unencrypted to 'example.org:81'; expected https://, or S:AllowInsecureHttp to be true."
        },
        {
            o => o.Endpoint = new Uri("http://10.0.0.1"),
            "Endpoint sends texts and key unencrypted to '10.0.0.1'; expected https://, or S:AllowInsecureHttp to be true."
        },
        {
            o => (o.Endpoint, o.DataStaysLocal) = (null, true),
            "DataStaysLocal is True, but without S:Endpoint texts go to 'https://api.cohere.com'; expected an address of your own."
        },
        { o => o.ApiKey = "s3cret\n", "ApiKey has a space, a line break or another character that no HTTP header takes; expected only the key." },
        { o => o.ApiKey = "Bearer s3cret", "ApiKey has a space, a line break or another character that no HTTP header takes; expected only the key." },
        { o => o.ApiKey = "s3crét", "ApiKey has a space, a line break or another character that no HTTP header takes; expected only the key." },
        { o => o.ApiKey = null, "ApiKey is not set; expected the key of the API." },
        { o => o.ApiKey = "", "ApiKey is not set; expected the key of the API." },
        { o => o.Model = "", "Model is not set; expected the name of a model, since the API Cohere needs one." },
        {
            o => (o.Api, o.Endpoint) = (RerankApi.Vllm, null),
            "Endpoint is not set; expected the address of the server, since the API Vllm has no default one."
        },
        { o => o.MaxDocumentsPerRequest = 0, "MaxDocumentsPerRequest is 0; expected 1 to 10000, or none." },
        { o => o.MaxDocumentsPerRequest = 10_001, "MaxDocumentsPerRequest is 10001; expected 1 to 10000, or none." },
        { o => o.MaxConcurrency = 0, "MaxConcurrency is 0; expected 1 to 64." },
        { o => o.MaxConcurrency = 65, "MaxConcurrency is 65; expected 1 to 64." },
        { o => o.Timeout = TimeSpan.FromMilliseconds(9), "Timeout is 00:00:00.0090000; expected 00:00:00.0100000 to 01:00:00." },
        { o => o.Timeout = TimeSpan.FromDays(30), "Timeout is 30.00:00:00; expected 00:00:00.0100000 to 01:00:00." },
        { o => o.AttemptTimeout = TimeSpan.Zero, "AttemptTimeout is 00:00:00; expected 00:00:00.0100000 to the 00:00:30 of S:Timeout, or none." },
        { o => o.AttemptTimeout = TimeSpan.FromSeconds(31), "AttemptTimeout is 00:00:31; expected 00:00:00.0100000 to the 00:00:30 of S:Timeout, or none." },
        { o => o.MaxRetries = -1, "MaxRetries is -1; expected 0 to 10." },
        { o => o.MaxRetries = 11, "MaxRetries is 11; expected 0 to 10." },
        { o => o.RequestsPerMinute = 0, "RequestsPerMinute is 0; expected 1 to 1000000, or none." },
        { o => o.RequestsPerMinute = 1_000_001, "RequestsPerMinute is 1000001; expected 1 to 1000000, or none." },
        { o => o.MaxTokensPerDocument = 0, "MaxTokensPerDocument is 0; expected 1 or more, or none." },
        {
            o => (o.Api, o.MaxTokensPerDocument) = (RerankApi.Voyage, 512),
            "MaxTokensPerDocument is 512; expected none, because the API Voyage has no such field."
        },
        { o => o.ScoreKind = (HttpScoreKind)9, "ScoreKind is 9; expected Probability, Logit, Cosine, or none." },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Failures_OneFault_IsNamedWithItsPath(Action<HttpScorerOptions> fault, string message)
    {
        HttpScorerOptions options = Valid();
        fault(options);

        Assert.Equal($"S:{message}", Assert.Single(HttpScorerOptionsRules.Failures(options, isUsed: true)));
    }

    public static TheoryData<Action<HttpScorerOptions>> Fits => new()
    {
        _ => { },
        o => o.Endpoint = new Uri("http://localhost:8080"),
        o => o.Endpoint = new Uri("http://[::1]:8080/"),
        o => (o.Endpoint, o.AllowInsecureHttp) = (new Uri("http://example.org"), true),
        o => (o.Endpoint, o.ApiKey) = (new Uri("http://127.0.0.1"), null),
        o => (o.Endpoint, o.ApiKey, o.DataStaysLocal) = (new Uri("https://rerank.intranet"), null, true),
        o => (o.Api, o.Endpoint, o.ApiKey, o.Model) = (RerankApi.Vllm, new Uri("https://gpu.example"), null, null),
        o => (o.Api, o.Endpoint, o.ApiKey, o.Model) = (RerankApi.LlamaCpp, new Uri("https://gpu.example"), null, null),
        o => (o.Api, o.Endpoint, o.ApiKey, o.Model) = (RerankApi.TextEmbeddingsInference, new Uri("https://gpu.example"), null, null),
        o => (o.MaxDocumentsPerRequest, o.MaxConcurrency, o.MaxRetries, o.RequestsPerMinute, o.MaxTokensPerDocument) = (1, 1, 0, 1, 1),
        o => (o.MaxDocumentsPerRequest, o.MaxConcurrency, o.MaxRetries, o.RequestsPerMinute) = (10_000, 64, 10, 1_000_000),
        o => (o.Timeout, o.AttemptTimeout) = (TimeSpan.FromHours(1), TimeSpan.FromHours(1)),
        o => o.Timeout = TimeSpan.FromSeconds(1),   // a try takes no longer then
        o => (o.Timeout, o.AttemptTimeout) = (TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(10)),
    };

    [Theory]
    [MemberData(nameof(Fits))]
    public void Failures_WhatFits_IsNone(Action<HttpScorerOptions> change)
    {
        HttpScorerOptions options = Valid();
        change(options);

        Assert.Empty(HttpScorerOptionsRules.Failures(options, isUsed: true));
        using var scorer = new HttpRelevanceScorer(options);   // and a scorer can be made of it
    }

    [Fact]
    public void Failures_NotUsed_MayLackKeyModelAndEndpoint()
    {
        Assert.Empty(HttpScorerOptionsRules.Failures(new() { Api = RerankApi.AzureFoundry }, isUsed: false));
        Assert.Equal(3, HttpScorerOptionsRules.Failures(new() { Api = RerankApi.AzureFoundry }, isUsed: true).Count());
        Assert.Single(HttpScorerOptionsRules.Failures(new() { MaxRetries = 99 }, isUsed: false));
    }

    private static HttpScorerOptions Valid() => new() { ApiKey = "k", Model = "m", SettingsPath = "S" };
}
