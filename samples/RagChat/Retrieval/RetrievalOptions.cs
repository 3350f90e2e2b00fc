namespace RagChat.Retrieval;

/// <summary>Bound from the section <c>Retrieval</c>.</summary>
internal sealed class RetrievalOptions
{
    /// <summary>Gets or sets the first stage.</summary>
    public RetrievalMode Mode { get; set; }

    /// <summary>Gets or sets the folder of Markdown and text files that are searched, or <see langword="null"/> for the help center.</summary>
    public string? Documents { get; set; }

    /// <summary>Gets or sets how many tokens of the chat model the passages and the instruction take at most.</summary>
    public int PromptTokenBudget { get; set; } = 1500;
}

/// <summary>The first stage of retrieval.</summary>
internal enum RetrievalMode
{
    /// <summary>Cosine of embeddings.</summary>
    Vector,

    /// <summary>Cosine and BM25, fused by reciprocal rank.</summary>
    Hybrid,
}
