namespace Reranking.Http.Protocol;

/// <summary>A rerank API as data; the code that calls them is the same for all.</summary>
internal sealed record RerankDialect
{
    /// <summary>Gets the name in metadata, messages and logs.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the vendor's own base address, or <see langword="null"/> if every user has one.</summary>
    public string? Host { get; init; }

    /// <summary>Gets the path that is added to a base address, without the leading slash.</summary>
    public required string Path { get; init; }

    public string KeyHeader { get; init; } = "Authorization";

    public string KeyPrefix { get; init; } = "Bearer ";

    public bool NeedsKey { get; init; }

    public bool NeedsModel { get; init; }

    /// <summary>Gets the field of the model, or <see langword="null"/> for a server that has only one.</summary>
    public string? ModelField { get; init; } = "model";

    public (string Name, string Value)? VersionHeader { get; init; }

    public string DocumentsField { get; init; } = "documents";

    /// <summary>Gets the field that holds the text if a document is an object, or <see langword="null"/> if it is a string.</summary>
    public string? DocumentTextField { get; init; }

    /// <summary>Gets the fields that every request has, with their values as JSON: no texts back.</summary>
    public IReadOnlyList<(string Name, string Json)> FixedFields { get; init; } = [];

    /// <summary>Gets the field of how many results are wanted, or <see langword="null"/> for an API that returns all.</summary>
    public string? TopField { get; init; } = "top_n";

    public string? MaxTokensField { get; init; }

    public string? PriorityField { get; init; }

    public string? InstructionField { get; init; }

    /// <summary>Gets how the API is told to cut long documents instead of refusing them, or <see langword="null"/> if it can't be told.</summary>
    public TruncationField? Truncation { get; init; }

    /// <summary>Gets the field of the list of results; others that APIs use are read too.</summary>
    public string? ListField { get; init; } = "results";

    public string ScoreField { get; init; } = "relevance_score";

    public HttpScoreKind ScoreKind { get; init; }

    /// <summary>Gets a value indicating whether the texts come back whatever the request says, so that responses are as long as requests.</summary>
    public bool EchoesTexts { get; init; }

    public int MaxDocuments { get; init; } = 1_000;

    /// <summary>Gets the path of the billed units in a response, its fields joined by dots.</summary>
    public string? UnitsPath { get; init; }

    /// <summary>Gets the path of the tokens read in a response.</summary>
    public string? TokensPath { get; init; }

    /// <summary>Gets the fields that are the same whatever the options and the call say.</summary>
    public IEnumerable<(string Name, string Json)> OwnFields =>
        Truncation is null ? FixedFields : [.. FixedFields, (Truncation.Name, Truncation.On), (Truncation.Name, Truncation.Off ?? "")];
}

/// <summary>The field that says whether an API cuts long documents.</summary>
/// <param name="Name">The name of the field.</param>
/// <param name="On">Its value, as JSON, if they are cut.</param>
/// <param name="Off">Its value if they are refused, or <see langword="null"/> if the field is left out then.</param>
/// <param name="Models">The models that know the field, or <see langword="null"/> for all.</param>
internal sealed record TruncationField(string Name, string On, string? Off, IReadOnlyList<string>? Models = null)
{
    public bool IsKnownTo(string? model) => Models is null || Models.Contains(model, StringComparer.OrdinalIgnoreCase);
}
