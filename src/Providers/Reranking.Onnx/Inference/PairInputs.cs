namespace Reranking.Onnx;

/// <summary>A query and its documents as token ids: the query once, the documents one after another.</summary>
internal sealed class PairInputs : ModelInputs, IDisposable
{
    private readonly PairFormat _format;
    private readonly TokenBuffer _tokens;
    private readonly Pair[] _pairs;

    private PairInputs(PairFormat format, TokenBuffer tokens, int count)
    {
        _format = format;
        _tokens = tokens;
        _pairs = new Pair[count];
    }

    public override int Count => _pairs.Length;

    public static PairInputs Encode(PairFormat format, PairQuery query, IReadOnlyList<string> documents, CancellationToken cancellationToken)
    {
        var inputs = new PairInputs(format, TokenBufferPool.Rent(), documents.Count);
        try
        {
            TokenBuffer tokens = inputs._tokens;
            EncodedText encodedQuery = format.EncodeQuery(query, tokens);
            for (int i = 0; i < documents.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                EncodedText document = format.EncodeDocument(query, documents[i], tokens);
                PairFit fit = format.Fit(encodedQuery, document);
                tokens.Truncate(document.Start + fit.DocumentLength);   // what does not fit makes room for the next
                inputs._pairs[i] = new Pair(document.Start, fit.QueryLength, fit.DocumentLength, IsTruncated(encodedQuery, fit.QueryLength) || IsTruncated(document, fit.DocumentLength));
            }

            return inputs;
        }
        catch
        {
            inputs.Dispose();
            throw;
        }
    }

    public bool IsTruncated(int index) => _pairs[index].IsTruncated;

    public override int Length(int index) => _pairs[index].QueryLength + _pairs[index].DocumentLength + _format.FixedTokenCount;

    public override void Write(int index, Span<long> ids, Span<long> typeIds)
    {
        ReadOnlySpan<int> tokens = _tokens.Ids;
        Pair pair = _pairs[index];
        _format.Write(tokens[..pair.QueryLength], tokens.Slice(pair.Start, pair.DocumentLength), ids, typeIds);
    }

    public void Dispose() => TokenBufferPool.Return(_tokens);

    private static bool IsTruncated(EncodedText text, int kept) => kept < text.Count || !text.IsComplete;

    private readonly record struct Pair(int Start, int QueryLength, int DocumentLength, bool IsTruncated);
}
