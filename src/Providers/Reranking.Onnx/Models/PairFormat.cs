namespace Reranking.Onnx;

/// <summary>How a query and a document become the ids of one input: <c>[fixed] query [fixed] document [fixed]</c>, and what is cut where they do not fit.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="model">The model that reads the inputs.</param>
internal abstract class PairFormat(OnnxModel model)
{
    public OnnxModel Model { get; } = model;

    /// <summary>Gets how many tokens of the query and the document an input holds.</summary>
    public int Budget => Model.MaxTokens - FixedTokenCount;

    /// <summary>Gets how many tokens of an input are neither the query's nor the document's. They are never cut.</summary>
    public abstract int FixedTokenCount { get; }

    /// <summary>Appends the ids of the query, once a request.</summary>
    public abstract EncodedText EncodeQuery(PairQuery query, TokenBuffer output);

    /// <summary>Appends the ids of a document, and of what has to be encoded along with it.</summary>
    public abstract EncodedText EncodeDocument(PairQuery query, string document, TokenBuffer output);

    /// <summary>Says how much of both is read, from the start of each.</summary>
    public abstract PairFit Fit(EncodedText query, EncodedText document);

    /// <summary>Gives how many tokens a document may have so that neither it nor the query is cut beside it.</summary>
    /// <returns>A count of tokens, as the document has them by itself; 0 or less where the query is too long. Beside a prompt one more may fit, where a blank before the document joins its first word.</returns>
    public abstract int RoomForDocument(PairQuery query);

    /// <summary>Writes an input into buffers of exactly its length.</summary>
    public abstract void Write(ReadOnlySpan<int> query, ReadOnlySpan<int> document, Span<long> ids, Span<long> typeIds);
}
