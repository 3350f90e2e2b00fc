using System.Text.Json;

namespace Reranking.Onnx;

/// <summary>The tokenizer of a model: gives the ids that HuggingFace tokenizers 0.23 gives for the same tokenizer.json.</summary>
/// <remarks>Immutable and thread-safe. The file's <c>truncation</c> and <c>padding</c> are not read: exports leave in them what a single run had set.</remarks>
internal sealed class Tokenizer
{
    // Long enough to make up for the search of a place to cut, short against a passage.
    private const int ChunkLength = 512;

    // A text that can't be cut for this many characters, and this many for each id wanted, is read no further if these give enough ids; else four times as far.
    private const int ShortestWindow = 4_096;
    private const int WindowFactor = 8;
    private const int WindowGrowth = 4;

    private readonly Normalizer _normalizer;
    private readonly PreTokenizer _preTokenizer;
    private readonly TokenModel _model;
    private readonly AddedVocabulary _addedVocabulary;
    private readonly PostProcessor _postProcessor;

    private Tokenizer(ComponentJson json)
    {
        _normalizer = json.FindComponent("normalizer") is { } normalizer ? TokenizerComponents.Normalizers.Read(normalizer) : new IdentityNormalizer();
        _preTokenizer = json.FindComponent("pre_tokenizer") is { } preTokenizer
            ? TokenizerComponents.PreTokenizers.Read(preTokenizer)
            : new WholeTextPreTokenizer();
        _model = TokenizerComponents.Models.Read(json.FindComponent("model")
            ?? throw json.Unusable($"has no model; supported are {TokenizerComponents.Models.Supported}"));
        if (_preTokenizer.GivesBytes != _model.ReadsBytes)
        {
            throw json.Unusable(_model.ReadsBytes
                ? "has a model of bytes and no ByteLevel at the end of its pre_tokenizer; expected both or neither"
                : "has a ByteLevel in its pre_tokenizer and no model of bytes; expected both or neither");
        }

        _postProcessor = json.FindComponent("post_processor") is { } postProcessor
            ? TokenizerComponents.PostProcessors.Read(postProcessor)
            : PostProcessor.None;
        _addedVocabulary = AddedVocabulary.Read(json.GetComponents("added_tokens", "added token"), _model, _normalizer);
        VocabularySize = Math.Max(_model.HighestId, _addedVocabulary.HighestId) + 1;
        PadTokenId = FindId("[PAD]") ?? FindId("<pad>") ?? FindId("<|endoftext|>");
        if (_postProcessor.HighestSpecialId >= VocabularySize)
        {
            throw json.Unusable(
                $"has the id {_postProcessor.HighestSpecialId} in its post_processor; expected one below {VocabularySize}, where its vocabulary ends");
        }
    }

    /// <summary>Gets the highest id and 1, added tokens included: what the model's embeddings must have room for.</summary>
    public int VocabularySize { get; }

    /// <summary>Gets the id that fills up a batch, if the vocabulary has one.</summary>
    public int? PadTokenId { get; }

    public int SingleSpecialTokenCount => _postProcessor.Single.SpecialTokenCount;

    public int PairSpecialTokenCount => _postProcessor.Pair.SpecialTokenCount;

    /// <summary>Reads a tokenizer.json.</summary>
    /// <exception cref="RelevanceScoringException">The file is missing or damaged, or has what is not supported.</exception>
    public static Tokenizer Load(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return Read(file, path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            string problem = exception is FileNotFoundException or DirectoryNotFoundException ? "does not exist" : "can't be read";
            throw ComponentJson.Unusable(path, $"{problem}; expected the tokenizer.json of a model", exception);
        }
    }

    /// <summary>Reads a tokenizer.json that is open already; the path is for errors.</summary>
    public static Tokenizer Read(Stream file, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(file);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new Tokenizer(new ComponentJson(path, "root object", document.RootElement))
                : throw ComponentJson.Unusable(path, "is not an object; expected the tokenizer.json of a model");
        }
        catch (JsonException exception)
        {
            string place = $"line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}";
            throw ComponentJson.Unusable(path, $"is damaged at {place}; expected the tokenizer.json of a model", exception);
        }
    }

    /// <summary>Gives the id of a token, added or the model's own.</summary>
    public int? FindId(string token) => _addedVocabulary.FindId(token) ?? _model.FindId(token);

    /// <summary>Appends the ids of one side, without special tokens.</summary>
    /// <param name="text">A query or a document. A lone surrogate counts as U+FFFD.</param>
    /// <param name="limit">
    /// How many ids are enough. HuggingFace takes the model's whole length here and reads on to the end of a word; the ids beyond are for
    /// <see cref="PairFit.Compute"/> to cut.
    /// </param>
    /// <param name="output">Where the ids go.</param>
    public EncodedText Encode(ReadOnlySpan<char> text, int limit, TokenBuffer output)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        ArgumentNullException.ThrowIfNull(output);
        TokenizerScratch scratch = TokenizerScratch.Rent();
        EncodingRun run = scratch.Run;
        int start = output.Count;
        run.Begin(_model, output, limit, scratch);
        int charactersRead = EncodeChunks(text, limit, run, scratch);
        var encoded = new EncodedText(start, run.Count, charactersRead, IsComplete: !run.IsFull);
        TokenizerScratch.Return(scratch);
        return encoded;
    }

    /// <summary>Writes one text with its special tokens and gives the length.</summary>
    public int WriteSingle(ReadOnlySpan<int> text, Span<long> ids, Span<long> typeIds) => _postProcessor.Single.Write(text, [], ids, typeIds);

    /// <summary>Writes a query and a document with their special tokens and gives the length.</summary>
    public int WritePair(ReadOnlySpan<int> query, ReadOnlySpan<int> document, Span<long> ids, Span<long> typeIds) =>
        _postProcessor.Pair.Write(query, document, ids, typeIds);

    private int EncodeChunks(ReadOnlySpan<char> text, int limit, EncodingRun run, TokenizerScratch scratch)
    {
        long shortest = Math.Max(ShortestWindow, (long)limit * WindowFactor);
        long window = shortest;
        int position = 0;
        int searched = 0;
        int cut = 0;
        int uncut = 0;
        bool goesOn = false;
        int charactersRead = 0;

        // The search goes on in white space that a token took from behind it, so the two positions can differ.
        while (!run.IsFull && (position < text.Length || searched < text.Length))
        {
            if (position >= cut)
            {
                int until = position + window < text.Length ? CodePoints.AlignIndex(text, (int)(position + window)) : text.Length;
                cut = uncut = FindCut(text, Math.Max(position + ChunkLength, uncut), until);
                goesOn = cut == until && until < text.Length;
            }

            AddedTokenMatch match = _addedVocabulary.Raw.Find(text, position, searched, cut);
            if (goesOn && match.Token is null)
            {
                int end = EncodeStart(text, position, cut, run, scratch);

                // Where nothing is sure yet, more has to be read, but not often.
                window = end > position ? shortest : window * WindowGrowth;
                position = cut = end;
                searched = Math.Max(searched, position);
                charactersRead = Math.Max(charactersRead, position);
                continue;
            }

            if (position < match.Start)
            {
                EncodeSection(text[position..match.Start], position == 0, run, scratch);
            }

            position = match.Start;
            if (match.Token is not null && !run.IsFull)
            {
                run.AddToken(match.Token.Id);
                position = match.End;
            }

            searched = match.SearchedTo;
            charactersRead = Math.Max(charactersRead, position);
        }

        return charactersRead;
    }

    // Gives the first place to cut, or the end of those that were looked at.
    private int FindCut(ReadOnlySpan<char> text, int from, int until)
    {
        for (int i = from; i < until;)
        {
            if (IsCut(text, i, out int length))
            {
                return i;
            }

            i += length;
        }

        return until;
    }

    private bool IsCut(ReadOnlySpan<char> text, int index, out int length)
    {
        TextCut cut = _normalizer.Cut(new TextCut(CodePoints.DecodeBefore(text, index), CodePoints.Decode(text, index, out length)));
        return cut.IsPossible && _preTokenizer.SplitsAt(cut) && _addedVocabulary.AllowsCut(text, index, cut);
    }

    // Takes what is sure of a part that nothing ends, if that is enough, and gives where to go on: at its start if it is not.
    private int EncodeStart(ReadOnlySpan<char> text, int start, int end, EncodingRun run, TokenizerScratch scratch)
    {
        int count = run.Count;
        ReadOnlySpan<char> part = CodePoints.TrimEnd(text[start..end]);   // white space may be taken by an added token behind it
        CharBuffer buffer = scratch.RentBuffer();
        _normalizer.NormalizeStart(part, buffer, scratch);
        bool endsInWord = _preTokenizer.WordEnds != CodePointClasses.None
            && _addedVocabulary.Normalized.IsEmpty
            && buffer.Length > 0
            && !CodePoints.Is(CodePoints.DecodeBefore(buffer.Span, buffer.Length), _preTokenizer.WordEnds);
        bool hasAllOfWord = EncodeNormalized(buffer.Span, start == 0, goesOn: true, run, scratch) && endsInWord;
        scratch.ReturnBuffer(buffer);
        int next = run.IsFull ? end : hasAllOfWord ? FindWordEnd(text, start, _normalizer.SettledLength(part)) : start;
        if (next == start)
        {
            run.TakeBack(count);
        }

        return next;
    }

    // Gives the start if the word that goes on behind some of its characters has no end where the text may be cut.
    private int FindWordEnd(ReadOnlySpan<char> text, int start, int length)
    {
        int end = start + length;
        while (length > 0 && end < text.Length)
        {
            int until = CodePoints.AlignIndex(text, Math.Min(end + ShortestWindow, text.Length));
            AddedTokenMatch match = _addedVocabulary.Raw.Find(text, end, end, until);
            int found = end + _normalizer.CountWithout(text[end..match.Start], _preTokenizer.WordEnds);
            if (found < until)
            {
                return (found == match.Start && match.Token is not null) || IsCut(text, found, out _) ? found : start;
            }

            end = found;
        }

        return end;
    }

    private void EncodeSection(ReadOnlySpan<char> section, bool isStart, EncodingRun run, TokenizerScratch scratch)
    {
        CharBuffer buffer = scratch.RentBuffer();
        _normalizer.Normalize(section, buffer, scratch);
        _ = EncodeNormalized(buffer.Span, isStart, goesOn: false, run, scratch);
        scratch.ReturnBuffer(buffer);
    }

    // Tells of a text that goes on whether its last word has all its ids.
    private bool EncodeNormalized(ReadOnlySpan<char> text, bool isStart, bool goesOn, EncodingRun run, TokenizerScratch scratch)
    {
        bool hasAllOfWord = false;
        int end = goesOn ? _addedVocabulary.Normalized.SettledLength(text) : text.Length;
        int position = 0;
        int searched = 0;
        while (!run.IsFull && (position < end || searched < end))
        {
            AddedTokenMatch match = _addedVocabulary.Normalized.Find(text, position, searched, end);
            if (position < match.Start)
            {
                ReadOnlySpan<char> piece = text[position..match.Start];
                if (goesOn && match.Token is null)
                {
                    run.BeginStart();
                    _preTokenizer.Split(piece[.._preTokenizer.SettledLength(piece)], isStart && position == 0, run, scratch);
                    hasAllOfWord = run.EndStart();
                }
                else
                {
                    _preTokenizer.Split(piece, isStart && position == 0, run, scratch);
                }
            }

            position = match.End;
            searched = match.SearchedTo;
            if (match.Token is not null && !run.IsFull)
            {
                run.AddToken(match.Token.Id);
            }
        }

        return hasAllOfWord;
    }
}
