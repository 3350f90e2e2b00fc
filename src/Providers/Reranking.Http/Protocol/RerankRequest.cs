namespace Reranking.Http.Protocol;

/// <summary>One request: the query and some documents of a call in a row.</summary>
/// <param name="Query">The query.</param>
/// <param name="Documents">All documents of the call.</param>
/// <param name="Start">The position of the first document of this request.</param>
/// <param name="Count">How many documents this request has.</param>
/// <param name="Model">The model, or <see langword="null"/> for the server's own.</param>
/// <param name="MaxTokensPerDocument">Where the API shall cut documents, or <see langword="null"/>.</param>
internal sealed record RerankRequest(string Query, IReadOnlyList<string> Documents, int Start, int Count, string? Model, int? MaxTokensPerDocument);
