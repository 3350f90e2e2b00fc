namespace Reranking.Http;

/// <summary>Options of <see cref="HttpRelevanceScorer"/>: which rerank API it calls and how.</summary>
/// <remarks>The key comes from the configuration only, and this package writes it nowhere but into the header of requests to <see cref="Endpoint"/>.</remarks>
public sealed class HttpScorerOptions
{
    /// <summary>Gets or sets the rerank API that the endpoint implements.</summary>
    /// <value>The default is <see cref="RerankApi.Cohere"/>. In a section, the name of the provider says it.</value>
    public RerankApi Api { get; set; }

    /// <summary>Gets or sets the address of the API.</summary>
    /// <value>
    /// An absolute http or https address. One without a path, or with a path that ends in <c>/</c>, is a base address, to which the path of the API is added;
    /// any other is used as given. The default is <see langword="null"/>: the vendor's own address, if the API has a vendor.
    /// </value>
    public Uri? Endpoint { get; set; }

    /// <summary>Gets or sets the key of the API.</summary>
    /// <value>The default is <see langword="null"/>. Vendors require one; a server of your own may need none.</value>
    public string? ApiKey { get; set; }

    /// <summary>Gets or sets the model of calls that name none.</summary>
    /// <value>
    /// The API's name of the model, such as <c>rerank-v3.5</c>, or on Azure that of the deployment. The default is <see langword="null"/>, which vLLM,
    /// llama.cpp and Text Embeddings Inference accept.
    /// </value>
    public string? Model { get; set; }

    /// <summary>Gets or sets the maximum number of documents in one request; more are split over several requests and the scores merged.</summary>
    /// <value>From 1 to 10,000. The default is <see langword="null"/>: 1,000, on Pinecone 100 and on Text Embeddings Inference 32.</value>
    public int? MaxDocumentsPerRequest { get; set; }

    /// <summary>Gets or sets the maximum number of requests of one call that are under way at once.</summary>
    /// <value>From 1 to 64. The default is 4.</value>
    public int MaxConcurrency { get; set; } = 4;

    /// <summary>Gets or sets the timeout of a call, all of its requests, retries and pauses together.</summary>
    /// <value>From 10 ms to 1 hour. The default is 30 seconds. A shorter <see cref="RelevanceScoringOptions.Timeout"/> of the call takes precedence.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets the timeout of one attempt, until the API begins to answer.</summary>
    /// <value>From 10 ms to <see cref="Timeout"/>. The default is <see langword="null"/>: 10 seconds, or <see cref="Timeout"/> if that is less.</value>
    public TimeSpan? AttemptTimeout { get; set; }

    /// <summary>Gets or sets how often a request is retried after a status of 408, 429, 500, 502, 503 or 504, a lost connection or a late response.</summary>
    /// <value>From 0 to 10. The default is 3.</value>
    public int MaxRetries { get; set; } = 3;

    /// <summary>Gets or sets the maximum number of requests within a minute, retries included.</summary>
    /// <value>From 1 to 1,000,000. The default is <see langword="null"/>: no limit. A request that can't be sent in time fails at once.</value>
    /// <remarks>
    /// All calls of a scorer share the limit, those of a chain and those of a shadow alike. Half of it is reserved for calls that somebody waits for: a request
    /// with <see cref="RelevanceScoringOptions.IsBackground"/> never waits, and fails at once if half of the minute's requests are taken.
    /// </remarks>
    public int? RequestsPerMinute { get; set; }

    /// <summary>Gets or sets the maximum number of tokens that are read of a document; the API truncates the rest.</summary>
    /// <value>From 1. The default is <see langword="null"/>: that of the API. Only Cohere, Azure AI Foundry and vLLM support it.</value>
    public int? MaxTokensPerDocument { get; set; }

    /// <summary>Gets or sets what relevance means, for models that are told.</summary>
    /// <value>
    /// The default is <see langword="null"/>: nothing is sent. Only vLLM supports it. A call's additional property <c>instruction</c> takes precedence.
    /// </value>
    public string? Instruction { get; set; }

    /// <summary>Gets or sets a value indicating whether the API cuts documents that are too long, rather than refuse them.</summary>
    /// <value>
    /// The default is <see langword="null"/>: they are cut. Only Voyage, Text Embeddings Inference, vLLM and Pinecone, for the models that know it, support it;
    /// Cohere always cuts. A call's additional property <c>truncate</c> takes precedence.
    /// </value>
    public bool? Truncate { get; set; }

    /// <summary>Gets or sets the priority of requests, for servers that serve some before others.</summary>
    /// <value>
    /// From 0, which is served first, to 999. The default is <see langword="null"/>: that of the API. Only Cohere, Azure AI Foundry and vLLM support it. A
    /// call's additional property <c>priority</c> takes precedence.
    /// </value>
    public int? Priority { get; set; }

    /// <summary>Gets or sets a value indicating whether requests say how many results they want: as many as they have documents.</summary>
    /// <value>The default is <see langword="false"/>. <see langword="true"/> is for servers that demand it, or else return only the best.</value>
    public bool SendTopN { get; set; }

    /// <summary>Gets or sets what becomes of a document that is too long for the API.</summary>
    /// <value>
    /// The default is <see cref="OversizedDocuments.Shorten"/>. The other documents of the call are scored in any case but that of
    /// <see cref="OversizedDocuments.Fail"/>.
    /// </value>
    public OversizedDocuments OversizedDocuments { get; set; }

    /// <summary>Gets or sets further fields of each request.</summary>
    /// <value>
    /// Texts, numbers, booleans, JSON, and lists and dictionaries of them, by the names that the server knows. The default is <see langword="null"/>: none. The
    /// fields that the scorer sets itself, such as <c>query</c> and <c>top_n</c>, are refused. A call's additional property of the same name takes precedence.
    /// </value>
    public IDictionary<string, object?>? AdditionalProperties { get; set; }

    /// <summary>Gets or sets what the numbers of the API are, for models whose scores differ from what is usual for the API.</summary>
    /// <value>
    /// The default is <see langword="null"/>: <see cref="HttpScoreKind.Logit"/> for llama.cpp and <see cref="HttpScoreKind.Probability"/> for all others.
    /// </value>
    public HttpScoreKind? ScoreKind { get; set; }

    /// <summary>Gets or sets a value indicating whether query, documents and key may be sent unencrypted to another machine.</summary>
    /// <value>The default is <see langword="false"/>: <c>http</c> is for this machine only.</value>
    public bool AllowInsecureHttp { get; set; }

    /// <summary>Gets or sets a value indicating whether <see cref="Endpoint"/> is in a network where the texts are as safe as on this machine.</summary>
    /// <value>
    /// The value of <see cref="RelevanceScorerMetadata.IsLocal"/>. The default is <see langword="null"/>: whether the endpoint is on this machine.
    /// <see langword="false"/> is for one that passes the texts on, such as a tunnel.
    /// </value>
    public bool? DataStaysLocal { get; set; }

    /// <summary>Gets or sets the path of the configuration section that the options came from, for messages.</summary>
    internal string SettingsPath { get; set; } = nameof(HttpScorerOptions);

    /// <summary>Gets or sets the name of the setting that says which API it is, for messages: in a section it is the provider.</summary>
    internal string ApiSetting { get; set; } = nameof(Api);

    internal HttpScorerOptions Copy()
    {
        var copy = (HttpScorerOptions)MemberwiseClone();
        copy.AdditionalProperties = AdditionalProperties is null ? null : new Dictionary<string, object?>(AdditionalProperties);
        return copy;
    }
}
