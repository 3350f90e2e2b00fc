namespace Reranking.Http;

/// <summary>Which rerank API <see cref="HttpRelevanceScorer"/> calls and how.</summary>
/// <remarks>Only the configuration gives the key, and nothing of this package writes it anywhere but into the header of a request to <see cref="Endpoint"/>.</remarks>
public sealed class HttpScorerOptions
{
    /// <summary>Gets or sets which of the rerank APIs the endpoint speaks; in a section the provider says it.</summary>
    /// <value>The default is <see cref="RerankApi.Cohere"/>.</value>
    public RerankApi Api { get; set; }

    /// <summary>Gets or sets where the API is.</summary>
    /// <value>
    /// An absolute http or https address. One without a path, or with a path that ends in <c>/</c>, is a base address, to which the path of the API is added;
    /// any other is used as given. The default is <see langword="null"/>: the vendor's own address, if the API has a vendor.
    /// </value>
    public Uri? Endpoint { get; set; }

    /// <summary>Gets or sets the key of the API.</summary>
    /// <value>The default is <see langword="null"/>. Vendors need one; an endpoint of your own may not.</value>
    public string? ApiKey { get; set; }

    /// <summary>Gets or sets the model that scores when a call names none.</summary>
    /// <value>
    /// The API's name for the model, as <c>rerank-v3.5</c>, or on Azure that of the deployment. The default is <see langword="null"/>, which vLLM, llama.cpp and Text Embeddings Inference accept.
    /// </value>
    public string? Model { get; set; }

    /// <summary>Gets or sets how many documents go into one request at most; more are split over several and the scores put together.</summary>
    /// <value>From 1 to 10,000. The default is <see langword="null"/>: 1,000, on Pinecone 100 and on Text Embeddings Inference 32.</value>
    public int? MaxDocumentsPerRequest { get; set; }

    /// <summary>Gets or sets how many requests of one call are under way at once.</summary>
    /// <value>From 1 to 64. The default is 4.</value>
    public int MaxConcurrency { get; set; } = 4;

    /// <summary>Gets or sets how long a call may take, all of its requests, retries and pauses together.</summary>
    /// <value>From 10 ms to 1 hour. The default is 30 seconds. A shorter <see cref="RelevanceScoringOptions.Timeout"/> of the call goes before.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets how long one try may take until the API begins to answer.</summary>
    /// <value>From 10 ms to <see cref="Timeout"/>. The default is <see langword="null"/>: 10 seconds, or <see cref="Timeout"/> where that is less.</value>
    public TimeSpan? AttemptTimeout { get; set; }

    /// <summary>Gets or sets how often a request is tried again after a status of 408, 429, 500, 502, 503 or 504, a lost connection or a late answer.</summary>
    /// <value>From 0 to 10. The default is 3.</value>
    public int MaxRetries { get; set; } = 3;

    /// <summary>Gets or sets how many requests, retries included, are sent within a minute.</summary>
    /// <value>From 1 to 1,000,000. The default is <see langword="null"/>: as many as there are. A request that can't be sent in time fails at once.</value>
    /// <remarks>
    /// All calls of a scorer share the limit, those that name it in a chain and those of a shadow alike. Half of it is kept for calls that somebody waits for: a request with
    /// <see cref="RelevanceScoringOptions.IsBackground"/> never waits, and fails at once where half of the minute's requests are taken.
    /// </remarks>
    public int? RequestsPerMinute { get; set; }

    /// <summary>Gets or sets how many tokens of a document are read; the API cuts the rest off.</summary>
    /// <value>From 1. The default is <see langword="null"/>: as the API does by itself. Only Cohere, Azure AI Foundry and vLLM know it.</value>
    public int? MaxTokensPerDocument { get; set; }

    /// <summary>Gets or sets what the numbers of the API are, for models that answer otherwise than the dialect has it.</summary>
    /// <value>The default is <see langword="null"/>: <see cref="HttpScoreKind.Logit"/> for llama.cpp and <see cref="HttpScoreKind.Probability"/> for all others.</value>
    public HttpScoreKind? ScoreKind { get; set; }

    /// <summary>Gets or sets a value indicating whether query, documents and key may be sent unencrypted to another machine.</summary>
    /// <value>The default is <see langword="false"/>: <c>http</c> is for this machine alone.</value>
    public bool AllowInsecureHttp { get; set; }

    /// <summary>Gets or sets a value indicating whether <see cref="Endpoint"/> is in a network where the texts are as safe as on this machine.</summary>
    /// <value>
    /// What <see cref="RelevanceScorerMetadata.IsLocal"/> is. The default is <see langword="null"/>: whether the endpoint is on this machine. <see langword="false"/> is for one that passes the texts on,
    /// such as a tunnel.
    /// </value>
    public bool? DataStaysLocal { get; set; }

    /// <summary>Gets or sets the path of the configuration section that the options came from, for messages.</summary>
    internal string SettingsPath { get; set; } = nameof(HttpScorerOptions);

    /// <summary>Gets or sets the name of the setting that says which API it is, for messages: in a section it is the provider.</summary>
    internal string ApiSetting { get; set; } = nameof(Api);

    internal HttpScorerOptions Copy() => (HttpScorerOptions)MemberwiseClone();
}
