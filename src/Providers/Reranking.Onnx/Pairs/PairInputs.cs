using Reranking.Onnx.Models;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Pairs;

/// <summary>A query and its documents as the inputs of a model: each document is a pair with the query or, in windows, several.</summary>
internal sealed class PairInputs : IDisposable
{
    // The least that what a prompt puts before a document has to leave to it: below that a window is not a passage. A query in that place can take all
    // of the input.
    private const int MinRoomInFrame = 16;

    private readonly PairFormat _format;
    private readonly PairQuery _query;
    private readonly OnnxScorerOptions? _options;
    private readonly TokenBuffer _scratch;   // the query, and after it the document that is being encoded
    private readonly List<Pair> _pairs;
    private readonly Document[] _documents;

    private PairInputs(PairFormat format, PairQuery query, OnnxScorerOptions? options, TokenBuffer scratch, int documentCount)
    {
        _format = format;
        _query = query;
        _options = options;
        _scratch = scratch;
        _pairs = new List<Pair>(documentCount);
        _documents = new Document[documentCount];
        Inputs = new TokenizedInputs(documentCount);
    }

    /// <summary>Gets the inputs, one per pair.</summary>
    public TokenizedInputs Inputs { get; }

    public int DocumentCount => _documents.Length;

    /// <summary>Encodes a request.</summary>
    /// <param name="format">How the model reads a pair.</param>
    /// <param name="query">The query.</param>
    /// <param name="documents">The documents.</param>
    /// <param name="cancellationToken">Stops between documents, and between windows.</param>
    /// <param name="options">What happens to documents that do not fit, or <see langword="null"/> to cut them.</param>
    /// <exception cref="RelevanceScoringException">A document does not fit, and the options reject it.</exception>
    public static PairInputs Encode(
        PairFormat format,
        PairQuery query,
        IReadOnlyList<string> documents,
        CancellationToken cancellationToken,
        OnnxScorerOptions? options = null)
    {
        TokenBuffer scratch = TokenBufferPool.Rent();
        var inputs = new PairInputs(format, query, options, scratch, documents.Count);
        try
        {
            EncodedText encodedQuery = format.EncodeQuery(query, scratch);
            for (int i = 0; i < documents.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                inputs.Add(encodedQuery, i, documents[i], cancellationToken);
                scratch.Truncate(encodedQuery.Start + encodedQuery.Count);
            }

            return inputs;
        }
        catch
        {
            inputs.Dispose();
            throw;
        }
        finally
        {
            TokenBufferPool.Return(scratch);
        }
    }

    /// <summary>Returns whether some of a document, or of the query beside it, is not read.</summary>
    public bool IsTruncated(int document) => _documents[document].IsTruncated;

    /// <summary>Returns the pairs of a document, at least one.</summary>
    public Range PairsOf(int document) =>
        _documents[document].FirstPair..(document + 1 < _documents.Length ? _documents[document + 1].FirstPair : _pairs.Count);

    /// <summary>Returns the document that a pair belongs to.</summary>
    public int DocumentOf(int pair) => _pairs[pair].Document;

    /// <summary>Returns the part of its document that a pair holds, or <see langword="null"/> for a document that is not read in windows.</summary>
    public Range? WindowOf(int pair) => _pairs[pair].Window;

    /// <summary>Returns where query and document stand in the input of a pair.</summary>
    public (Range Query, Range Document) Locate(int pair) => _format.Locate(_pairs[pair].Fit.QueryLength, _pairs[pair].Fit.DocumentLength);

    public void Dispose() => Inputs.Dispose();

    private static bool IsCut(EncodedText text, int kept) => kept < text.Count || !text.IsComplete;

    private void Add(EncodedText query, int index, string text, CancellationToken cancellationToken)
    {
        EncodedText document = _format.EncodeDocument(_query, text, _scratch);
        PairFit fit = _format.Fit(query, document);
        bool isDocumentCut = IsCut(document, fit.DocumentLength);
        if (isDocumentCut
            && _options is { LongDocuments: not LongDocumentMode.Truncate } options
            && TryAddLong(query, document, index, text, options, cancellationToken))
        {
            return;
        }

        _documents[index] = new Document(_pairs.Count, isDocumentCut || IsCut(query, fit.QueryLength));
        AddPair(query, document, new Pair(index, Window: null, fit));
    }

    // Returns false if it is not the document that is too long: a query is never the reason for an exception.
    private bool TryAddLong(
        EncodedText query,
        EncodedText document,
        int index,
        string text,
        OnnxScorerOptions options,
        CancellationToken cancellationToken)
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

        _scratch.Truncate(document.Start);
        int windowRoom = Math.Min(room, options.WindowTokens);
        int first = _pairs.Count;
        bool isTruncated = IsCut(query, queryLength);
        var windows = new WindowCutter(_format.Tokenizer, text, windowRoom, (int)(windowRoom * options.WindowOverlap), _scratch);
        foreach (DocumentWindow window in frame == 0 ? windows.Cut() : windows.Cut(frame, range => _format.EncodeDocument(_query, text[range], _scratch)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            int length = Math.Min(window.Tokens.Count, windowRoom + frame);
            AddPair(query, window.Tokens, new Pair(index, window.Range, new PairFit(queryLength, length)));
            _scratch.Truncate(window.Tokens.Start);
            bool isCapped = !window.IsLast && _pairs.Count - first == options.MaxWindows;
            isTruncated |= isCapped || IsCut(window.Tokens, length);
            if (isCapped)
            {
                break;
            }
        }

        _documents[index] = new Document(first, isTruncated);
        return true;
    }

    private void AddPair(EncodedText query, EncodedText document, Pair pair)
    {
        PairFit fit = pair.Fit;
        Inputs.Add(fit.QueryLength + fit.DocumentLength + _format.FixedTokenCount, out Span<long> ids, out Span<long> typeIds);
        _format.Write(_scratch.Slice(query.Start, fit.QueryLength), _scratch.Slice(document.Start, fit.DocumentLength), ids, typeIds);
        _pairs.Add(pair);
    }

    // What a prompt puts before a document is encoded together with it, so a window has to leave room for it.
    private int FrameLength()
    {
        EncodedText frame = _format.EncodeDocument(_query, "", _scratch);
        _scratch.Truncate(frame.Start);
        return frame.Count;
    }

    private RelevanceScoringException? TooLong(int index, string text, int queryLength, int room)
    {
        const int EnoughTokens = 1 << 20;
        EncodedText whole = _format.Tokenizer.Encode(text, EnoughTokens, _scratch);
        _scratch.Truncate(whole.Start);
        if (whole.Count <= room)
        {
            return null;
        }

        string count = whole.IsComplete ? $"{whole.Count}" : $"{EnoughTokens} or more";   // the text may be of any length
        ModelFolder folder = _format.Profile.Folder;
        return new RelevanceScoringException(
            $"Document {index} has {count} tokens; model '{folder.ModelId}' has room for {room} beside the {queryLength} of the query. "
            + $"Shorten it, or set {folder.Options.SettingsPath}:{nameof(OnnxScorerOptions.LongDocuments)} to Windows or Truncate.")
        {
            IsRequestFault = true,
        };
    }

    private readonly record struct Document(int FirstPair, bool IsTruncated);

    private readonly record struct Pair(int Document, Range? Window, PairFit Fit);
}
