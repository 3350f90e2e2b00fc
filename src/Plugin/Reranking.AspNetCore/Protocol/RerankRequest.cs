namespace Reranking.AspNetCore.Protocol;

/// <summary>A request, whichever shape it came in.</summary>
internal sealed record RerankRequest
{
    public required WireShape Shape { get; init; }

    /// <summary>Gets the name of a scorer or of its model, or <see langword="null"/> for the default.</summary>
    public string? Model { get; init; }

    public required string Query { get; init; }

    public required string[] Documents { get; init; }

    /// <summary>Gets how many results are wanted at most, or <see langword="null"/> for all.</summary>
    public int? TopN { get; init; }

    public bool ReturnDocuments { get; init; }

    /// <summary>Gets a value indicating whether each result is to say more than its score: raw score, truncation, tokens, best window.</summary>
    public bool ReturnDetails { get; init; }

    /// <summary>Gets a value indicating whether the scores are to be logits instead of numbers from 0 to 1.</summary>
    public bool RawScores { get; init; }

    /// <summary>Gets a value indicating whether documents that are too long for the model may be cut.</summary>
    public bool MayTruncate { get; init; } = true;

    /// <summary>Gets what the client asked for and does not get, in sentences.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Gets the length of the query and of each document together, in UTF-16 code units, as the model reads them.</summary>
    public long PairLength => ((long)Query.Length * Documents.Length) + Documents.Sum(static document => (long)document.Length);
}
