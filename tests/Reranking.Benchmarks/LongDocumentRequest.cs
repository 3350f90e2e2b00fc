namespace Reranking.Benchmarks;

/// <summary>A query and long documents of which one holds the answer.</summary>
/// <param name="Query">The query.</param>
/// <param name="Documents">The documents.</param>
/// <param name="Right">The position of the one with the answer.</param>
/// <param name="Answer">Where in it the passage is that answers.</param>
/// <param name="Rivals">The short passages that the other documents are made of.</param>
internal sealed record LongDocumentRequest(string Query, string[] Documents, int Right, Range Answer, string[] Rivals)
{
    /// <summary>Gets a value indicating whether somebody wrote the query, and did not make it of a title.</summary>
    public bool IsQuestion { get; init; }

    public string AnswerText => Documents[Right][Answer];
}
