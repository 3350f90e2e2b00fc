namespace Reranking.Onnx;

/// <summary>A query and its documents as token ids: the query once, the documents one after another, each a pair with the query or, in windows, several.</summary>
internal sealed class PairInputs : ModelInputs, IDisposable
{
    // The least that what a prompt puts before a document has to leave to it: below that a window is no passage. A query that stands there can take all of the input.
    private const int MinRoomInFrame = 16;

    private readonly PairFormat _format;
    private readonly PairQuery _query;
    private readonly OnnxScorerOptions? _options;
    private readonly TokenBuffer _tokens = TokenBufferPool.Rent();
    private readonly List<Pair> _pairs;
    private readonly Document[] _documents;

    private PairInputs(PairFormat format, PairQuery query, OnnxScorerOptions? options, int documentCount)
    {
        _format = format;
        _query = query;
        _options = options;
        _pairs = new List<Pair>(documentCount);
        _documents = new Document[documentCount];
    }

    /// <summary>Gets the number of pairs.</summary>
    public override int Count => _pairs.Count;

    public int DocumentCount => _documents.Length;

    /// <summary>Encodes a request.</summary>
    /// <param name="format">How the model reads a pair.</param>
    /// <param name="query">The query.</param>
    /// <param name="documents">The documents.</param>
    /// <param name="cancellationToken">Stops between documents, and between windows.</param>
    /// <param name="options">What becomes of documents that do not fit, or <see langword="null"/> to cut them.</param>
    /// <exception cref="RelevanceScoringException">A document does not fit, and is to be refused.</exception>
    public static PairInputs Encode(PairFormat format, PairQuery query, IReadOnlyList<string> documents, CancellationToken cancellationToken, OnnxScorerOptions? options = null)
    {
        var inputs = new PairInputs(format, query, options, documents.Count);
        try
        {
            EncodedText encodedQuery = format.EncodeQuery(query, inputs._tokens);
            for (int i = 0; i < documents.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                inputs.Add(encodedQuery, i, documents[i], cancellationToken);
            }

            return inputs;
        }
        catch
        {
            inputs.Dispose();
            throw;
        }
    }

    /// <summary>Tells whether something of a document, or of the query beside it, is not read.</summary>
    public bool IsTruncated(int document) => _documents[document].IsTruncated;

    /// <summary>Gives the pairs of a document, at least one.</summary>
    public Range PairsOf(int document) =>
        _documents[document].FirstPair..(document + 1 < _documents.Length ? _documents[document + 1].FirstPair : _pairs.Count);

    /// <summary>Gives the document that a pair belongs to.</summary>
    public int DocumentOf(int pair) => _pairs[pair].Document;

    /// <summary>Gives the part of its document that a pair holds, or <see langword="null"/> for a document that is not read in windows.</summary>
    public Range? WindowOf(int pair) => _pairs[pair].Window;

    public override int Length(int index) => _pairs[index].QueryLength + _pairs[index].DocumentLength + _format.FixedTokenCount;

    public override void Write(int index, Span<long> ids, Span<long> typeIds)
    {
        ReadOnlySpan<int> tokens = _tokens.Ids;
        Pair pair = _pairs[index];
        _format.Write(tokens[..pair.QueryLength], tokens.Slice(pair.Start, pair.DocumentLength), ids, typeIds);
    }

    public void Dispose() => TokenBufferPool.Return(_tokens);

    private static bool IsCut(EncodedText text, int kept) => kept < text.Count || !text.IsComplete;

    private void Add(EncodedText query, int index, string text, CancellationToken cancellationToken)
    {
        EncodedText document = _format.EncodeDocument(_query, text, _tokens);
        PairFit fit = _format.Fit(query, document);
        bool isDocumentCut = IsCut(document, fit.DocumentLength);
        if (isDocumentCut
            && _options is { LongDocuments: not LongDocumentMode.Truncate } options
            && TryAddLong(query, document, index, text, options, cancellationToken))
        {
            return;
        }

        _tokens.Truncate(document.Start + fit.DocumentLength);   // what does not fit makes room for the next
        _documents[index] = new Document(_pairs.Count, isDocumentCut || IsCut(query, fit.QueryLength));
        _pairs.Add(new Pair(index, document.Start, fit.QueryLength, fit.DocumentLength, Window: null));
    }

    // Gives up where it is not the document that is too long: a query is never the reason for an exception.
    private bool TryAddLong(EncodedText query, EncodedText document, int index, string text, OnnxScorerOptions options, CancellationToken cancellationToken)
    {
        int queryLength = Math.Min(query.Count, _format.Budget / 2);
        int frame = FrameLength();
        int room = _format.Budget - queryLength - frame;
        if (text.Length == 0 || (frame > 0 && room < MinRoomInFrame))
        {
            return false;
        }

        if (options.LongDocuments == LongDocumentMode.Reject)
        {
            return TooLong(index, text, queryLength, room) is { } failure ? throw failure : false;
        }

        _tokens.Truncate(document.Start);
        int windowRoom = Math.Min(room, options.WindowTokens);
        int first = _pairs.Count;
        bool isTruncated = IsCut(query, queryLength);
        foreach (DocumentWindow window in DocumentWindow.Cut(_format.Model.Tokenizer, text, windowRoom, (int)(windowRoom * options.WindowOverlap), _tokens))
        {
            cancellationToken.ThrowIfCancellationRequested();
            EncodedText tokens = frame == 0 ? window.Tokens : EncodeFramed(window, text);
            int length = Math.Min(tokens.Count, windowRoom + frame);
            _pairs.Add(new Pair(index, tokens.Start, queryLength, length, window.Range));
            bool isCapped = !window.IsLast && _pairs.Count - first == options.MaxWindows;
            isTruncated |= isCapped || IsCut(tokens, length);
            if (isCapped)
            {
                break;
            }
        }

        _documents[index] = new Document(first, isTruncated);
        return true;
    }

    // What a prompt puts before a document is encoded along with it, so a window has to leave room for it, and is encoded again.
    private int FrameLength()
    {
        EncodedText frame = _format.EncodeDocument(_query, "", _tokens);
        _tokens.Truncate(frame.Start);
        return frame.Count;
    }

    private EncodedText EncodeFramed(DocumentWindow window, string text)
    {
        _tokens.Truncate(window.Tokens.Start);
        return _format.EncodeDocument(_query, text[window.Range], _tokens);
    }

    private RelevanceScoringException? TooLong(int index, string text, int queryLength, int room)
    {
        const int EnoughTokens = 1 << 20;
        EncodedText whole = _format.Model.Tokenizer.Encode(text, EnoughTokens, _tokens);
        _tokens.Truncate(whole.Start);
        if (whole.Count <= room)
        {
            return null;
        }

        string count = whole.IsComplete ? $"{whole.Count}" : $"{EnoughTokens} or more";   // the text may be of any length
        ModelFolder folder = _format.Model.Folder;
        return new RelevanceScoringException(
            $"Document {index} has {count} tokens; model '{folder.ModelId}' has room for {room} beside the {queryLength} of the query. Shorten it, or set {folder.Options.SettingsPath}:{nameof(OnnxScorerOptions.LongDocuments)} to Windows or Truncate.");
    }

    private readonly record struct Document(int FirstPair, bool IsTruncated);

    private readonly record struct Pair(int Document, int Start, int QueryLength, int DocumentLength, Range? Window);
}
