using System.Buffers;
using Microsoft.ML.Tokenizers;
using Reranking.Tokenizers.Tokenization;
using Reranking.Tokenizers.Tokenization.Alignment;
using Model = Reranking.Tokenizers.Tokenization.Tokenizer;

namespace Reranking.Tokenizers;

/// <summary>The tokenizer of a Hugging Face model, read from its <c>tokenizer.json</c>: the ids, tokens and offsets of the reference library.</summary>
/// <remarks>
/// <para>
/// Wherever a <see cref="Microsoft.ML.Tokenizers.Tokenizer"/> is taken, in chunkers and token counters, this one counts as the model does. Offsets and indexes
/// are those of the text that was given, in UTF-16 code units, and no normalized text is returned. What those methods take as <c>considerNormalization</c> and
/// <c>considerPreTokenization</c> changes nothing: without either the ids would not be the model's.
/// </para>
/// <para>
/// The methods of the base class return the tokens of the text alone. <see cref="Encode"/> and <see cref="EncodePair"/> put the special tokens around it.
/// </para>
/// <para>Thread-safe. No text is logged; a thread keeps short words of late with their ids, until others take their place.</para>
/// </remarks>
public sealed class HuggingFaceTokenizer : Microsoft.ML.Tokenizers.Tokenizer
{
    private const string FileName = "tokenizer.json";

    private readonly Model _tokenizer;

    private HuggingFaceTokenizer(Model tokenizer) => _tokenizer = tokenizer;

    /// <summary>Gets the highest id plus 1, added tokens included.</summary>
    public int VocabularySize => _tokenizer.VocabularySize;

    /// <summary>Gets the id that fills up a batch, or <see langword="null"/> if the vocabulary has none.</summary>
    public int? PadTokenId => _tokenizer.PadTokenId;

    /// <summary>Gets how many special tokens <see cref="Encode"/> adds.</summary>
    public int SpecialTokenCount => _tokenizer.Single.SpecialTokenCount;

    /// <summary>Gets how many special tokens <see cref="EncodePair"/> adds.</summary>
    public int PairSpecialTokenCount => _tokenizer.Pair.SpecialTokenCount;

    /// <summary>Reads a tokenizer.</summary>
    /// <param name="path">A <c>tokenizer.json</c>, or the folder of a model that holds one.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="TokenizerFileException">The file is missing or damaged, or has what is not supported.</exception>
    public static HuggingFaceTokenizer Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new HuggingFaceTokenizer(TokenizerFile.Load(Directory.Exists(path) ? Path.Combine(path, FileName) : path));
    }

    /// <summary>Reads a tokenizer.</summary>
    /// <param name="tokenizerJson">The content of a <c>tokenizer.json</c>. It is read to its end and not closed.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="tokenizerJson"/> is null.</exception>
    /// <exception cref="TokenizerFileException">The file is damaged, or has what is not supported.</exception>
    public static HuggingFaceTokenizer Load(Stream tokenizerJson)
    {
        ArgumentNullException.ThrowIfNull(tokenizerJson);
        return new HuggingFaceTokenizer(TokenizerFile.Read(tokenizerJson, FileName));
    }

    /// <summary>Returns the id of a token, or <see langword="null"/> if there is none.</summary>
    /// <param name="token">The token as the vocabulary writes it, such as <c>##ing</c>, <c>▁the</c> or <c>[SEP]</c>.</param>
    /// <returns>The id.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="token"/> is null.</exception>
    public int? FindId(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return _tokenizer.FindId(token);
    }

    /// <summary>Returns a token as the vocabulary writes it, or <see langword="null"/> if there is none of that id.</summary>
    /// <param name="id">The id.</param>
    /// <returns>The token.</returns>
    public string? FindToken(int id) => _tokenizer.FindToken(id);

    /// <summary>Encodes a text as the model reads it, with its special tokens.</summary>
    /// <param name="text">The text. A lone surrogate counts as U+FFFD.</param>
    /// <param name="maxLength">How many tokens there may be, special ones included; what is beyond goes.</param>
    /// <returns>The ids and type ids.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> is less than the special tokens need.</exception>
    public TokenizedInput Encode(string text, int maxLength = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(text);
        int budget = BudgetOf(maxLength, SpecialTokenCount);
        TokenBuffer buffer = TokenBufferPool.Rent();
        EncodedText encoded = _tokenizer.Encode(text, Math.Max(1, maxLength), buffer);
        int length = Math.Min(encoded.Count, budget);
        TokenizedInput input = TokenizedInput.Write(_tokenizer.Single, buffer.Slice(encoded.Start, length), [], length < encoded.Count || !encoded.IsComplete);
        TokenBufferPool.Return(buffer);
        return input;
    }

    /// <summary>Encodes two texts as the model reads them together, with its special tokens.</summary>
    /// <param name="first">The first text, such as a query. A lone surrogate counts as U+FFFD.</param>
    /// <param name="second">The second text, such as a document.</param>
    /// <param name="maxLength">How many tokens there may be, special ones included.</param>
    /// <param name="truncation">Which of the two is cut if they have more.</param>
    /// <returns>The ids and type ids.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="first"/> or <paramref name="second"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="maxLength"/> is less than the special tokens need, or, where only the second text may be cut, than the first needs with them.
    /// </exception>
    public TokenizedInput EncodePair(
        string first, string second, int maxLength = int.MaxValue, PairTruncation truncation = PairTruncation.LongestFirst)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        int budget = BudgetOf(maxLength, PairSpecialTokenCount);
        TokenBuffer buffer = TokenBufferPool.Rent();

        // Where it may not be cut, whether it has one too many is what counts.
        int extra = truncation == PairTruncation.OnlySecond && maxLength < int.MaxValue ? 1 : 0;
        EncodedText one = _tokenizer.Encode(first, Math.Max(1, maxLength + extra), buffer);
        EncodedText two = _tokenizer.Encode(second, Math.Max(1, maxLength), buffer);
        PairFit fit = Fit(one.Count, two.Count, budget, truncation, nameof(maxLength));
        TokenizedInput input = TokenizedInput.Write(
            _tokenizer.Pair,
            buffer.Slice(one.Start, fit.QueryLength),
            buffer.Slice(two.Start, fit.DocumentLength),
            fit != new PairFit(one.Count, two.Count) || !one.IsComplete || !two.IsComplete);
        TokenBufferPool.Return(buffer);
        return input;
    }

    /// <summary>Puts tokens together to a text again.</summary>
    /// <param name="ids">The ids. One that no token has is left out.</param>
    /// <returns>The text, special tokens included. It is the one that was encoded only where normalizer and vocabulary lose nothing.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="ids"/> is null.</exception>
    /// <exception cref="TokenizerFileException">The file has a decoder that is not supported.</exception>
    public override string Decode(IEnumerable<int> ids) => Decode(ids, skipSpecialTokens: false);

    /// <summary>Puts tokens together to a text again.</summary>
    /// <param name="ids">The ids. One that no token has is left out.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out too.</param>
    /// <returns>The text. It is the one that was encoded only where normalizer and vocabulary lose nothing.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="ids"/> is null.</exception>
    /// <exception cref="TokenizerFileException">The file has a decoder that is not supported.</exception>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return _tokenizer.Decode(ids, skipSpecialTokens);
    }

    /// <summary>Puts as many tokens together to a text as there is room for.</summary>
    /// <param name="ids">The ids. One that no token has is left out.</param>
    /// <param name="destination">Where the text goes.</param>
    /// <param name="idsConsumed">How many of the ids were used.</param>
    /// <param name="charsWritten">How many characters were written.</param>
    /// <returns>Whether all of them found room.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="ids"/> is null.</exception>
    /// <exception cref="TokenizerFileException">The file has a decoder that is not supported.</exception>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        ArgumentNullException.ThrowIfNull(ids);
        int[] all = [.. ids];
        string text = Decode(all);
        int fits = all.Length;
        if (text.Length > destination.Length)
        {
            // What fits grows with the ids.
            int tooMany = all.Length;
            fits = 0;
            while (tooMany - fits > 1)
            {
                int middle = fits + ((tooMany - fits) / 2);
                (fits, tooMany) = Decode(all.Take(middle)).Length <= destination.Length ? (middle, tooMany) : (fits, middle);
            }

            text = Decode(all.Take(fits));
        }

        text.CopyTo(destination);
        (idsConsumed, charsWritten) = (fits, text.Length);
        return fits == all.Length ? OperationStatus.Done : OperationStatus.DestinationTooSmall;
    }

    /// <inheritdoc/>
    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        ReadOnlySpan<char> span = text is null ? textSpan : text;
        TokenBuffer buffer = TokenBufferPool.Rent();
        int consumed = span.Length;
        EncodedText encoded = _tokenizer.Encode(span, LimitOf(settings), buffer);
        int count = encoded.Count;
        if (count > settings.MaxTokenCount)
        {
            (consumed, count) = IndexOf(AlignedTokensOf(span[..encoded.CharactersRead]), settings.MaxTokenCount, fromEnd: false, span.Length);
        }

        int[] ids = buffer.Slice(encoded.Start, count).ToArray();
        TokenBufferPool.Return(buffer);
        return new EncodeResults<int> { Tokens = ids, CharsConsumed = consumed };
    }

    /// <inheritdoc/>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        ReadOnlySpan<char> span = text is null ? textSpan : text;
        AlignedTokens tokens = AlignedTokensOf(span);
        (int consumed, int count) = tokens.Count > settings.MaxTokenCount
            ? IndexOf(tokens, settings.MaxTokenCount, fromEnd: false, span.Length)
            : (span.Length, tokens.Count);
        var result = new EncodedToken[count];
        for (int i = 0; i < count; i++)
        {
            int id = tokens.Ids.Ids[i];
            result[i] = new EncodedToken(id, _tokenizer.FindToken(id) ?? "", new Range(tokens.Spans[i].Start, tokens.Spans[i].End));
        }

        return new EncodeResults<EncodedToken> { Tokens = result, CharsConsumed = consumed };
    }

    /// <inheritdoc/>
    protected override int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        TokenBuffer buffer = TokenBufferPool.Rent();
        int count = _tokenizer.Encode(text is null ? textSpan : text, LimitOf(settings), buffer).Count;
        TokenBufferPool.Return(buffer);
        return Math.Min(count, settings.MaxTokenCount);
    }

    /// <inheritdoc/>
    protected override int GetIndexByTokenCount(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings, bool fromEnd, out string? normalizedText, out int tokenCount)
    {
        ReadOnlySpan<char> span = text is null ? textSpan : text;
        normalizedText = null;
        int limit = fromEnd ? int.MaxValue : LimitOf(settings);
        TokenBuffer buffer = TokenBufferPool.Rent();
        EncodedText encoded = _tokenizer.Encode(span, limit, buffer);
        TokenBufferPool.Return(buffer);
        if (encoded.Count <= settings.MaxTokenCount)
        {
            tokenCount = encoded.Count;
            return fromEnd ? 0 : span.Length;
        }

        (int index, tokenCount) = IndexOf(AlignedTokensOf(span[..encoded.CharactersRead]), settings.MaxTokenCount, fromEnd, span.Length);
        return index;
    }

    private static int BudgetOf(int maxLength, int specialTokenCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, specialTokenCount);
        return maxLength - specialTokenCount;
    }

    private static PairFit Fit(int first, int second, int budget, PairTruncation truncation, string parameter)
    {
        if (truncation == PairTruncation.LongestFirst || (long)first + second <= budget)
        {
            return PairFit.LongestFirst(first, second, budget);
        }

        return first < budget
            ? new PairFit(first, budget - first)
            : throw new ArgumentOutOfRangeException(
                parameter, $"The first text alone has {first} tokens and there is room for {budget}. Cut it, allow more, or use PairTruncation.LongestFirst.");
    }

    // One more than wanted shows that there are more.
    private static int LimitOf(EncodeSettings settings) => settings.MaxTokenCount == int.MaxValue ? int.MaxValue : settings.MaxTokenCount + 1;

    // Not between two tokens of one character, which is in both.
    private static (int Index, int Count) IndexOf(AlignedTokens tokens, int maxCount, bool fromEnd, int length)
    {
        IReadOnlyList<TextSpan> spans = tokens.Spans;
        int count = Math.Min(maxCount, spans.Count);
        if (fromEnd)
        {
            while (count > 0 && count < spans.Count && spans[^count].Start < spans[^(count + 1)].End)
            {
                count--;
            }

            return (count == 0 ? length : spans[^count].Start, count);
        }

        while (count > 0 && count < spans.Count && spans[count].Start < spans[count - 1].End)
        {
            count--;
        }

        return (count == 0 ? 0 : spans[count - 1].End, count);
    }

    private AlignedTokens AlignedTokensOf(ReadOnlySpan<char> text)
    {
        var tokens = new AlignedTokens();
        _tokenizer.Align(text, tokens);
        return tokens;
    }
}
