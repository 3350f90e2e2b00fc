using Reranking.Tokenizers.Tokenization.Models;
using Reranking.Tokenizers.Tokenization.Normalization;
using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.AddedTokens;

/// <summary>The added tokens of a tokenizer: those looked for in the text as it is, and those looked for in the normalized one.</summary>
internal sealed class AddedVocabulary
{
    private readonly Dictionary<string, AddedToken> _tokens;
    private readonly Dictionary<int, AddedToken> _tokensById = [];

    private AddedVocabulary(Dictionary<string, AddedToken> tokens, AddedTokenMatcher raw, AddedTokenMatcher normalized)
    {
        _tokens = tokens;
        foreach (AddedToken token in tokens.Values)
        {
            _tokensById.TryAdd(token.Id, token);
        }

        Raw = raw;
        Normalized = normalized;
    }

    public AddedTokenMatcher Raw { get; }

    public AddedTokenMatcher Normalized { get; }

    public int HighestId => _tokens.Values.Select(token => token.Id).DefaultIfEmpty(-1).Max();

    public static AddedVocabulary Read(IEnumerable<ComponentJson> tokens, TokenModel model, Normalizer normalizer)
    {
        var added = new Dictionary<string, AddedToken>(StringComparer.Ordinal);
        var contents = new List<string>();
        int nextId = model.Count;
        foreach (ComponentJson json in tokens)
        {
            AddedToken token = ReadToken(json);
            if (token.Content.Length == 0)
            {
                continue;
            }

            // HuggingFace gives ids by itself and not by the file; where the two differ, nobody knows what the model was trained with.
            AddedToken? known = added.GetValueOrDefault(token.Content);
            int expected = known?.Id ?? model.FindId(token.Content) ?? nextId++;
            if (token.Id != expected)
            {
                throw json.Unusable($"has the id {token.Id} for its added token '{token.Content}'; expected {expected}, as its vocabulary has it");
            }

            if (token.IsNormalized && Normalize(token.Content, normalizer).Length == 0)
            {
                throw json.Unusable($"has the added token '{token.Content}', of which its normalizer leaves nothing; expected a token that can be found");
            }

            if (known is null)
            {
                contents.Add(token.Content);
            }

            // Of two entries for one token the later says how it is found.
            added[token.Content] = token;
        }

        // Two that look the same once they are normalized: HuggingFace takes either, by the order of a hash map; here it is always the first of the file.
        AddedToken[] ordered = [.. contents.Select(content => added[content])];
        return new AddedVocabulary(
            added,
            new AddedTokenMatcher([.. ordered.Where(token => !token.IsNormalized).Select(token => (token.Content, token))]),
            new AddedTokenMatcher([.. ordered.Where(token => token.IsNormalized).Select(token => (Normalize(token.Content, normalizer), token))]));
    }

    public int? FindId(string content) => _tokens.TryGetValue(content, out AddedToken? token) ? token.Id : null;

    public AddedToken? Find(int id) => _tokensById.GetValueOrDefault(id);

    /// <summary>Returns whether the text may be cut at an index, so that tokens are found in its parts as they are in the whole.</summary>
    /// <param name="text">The text.</param>
    /// <param name="index">The index, above 0.</param>
    /// <param name="cut">What stands there once it is normalized.</param>
    public bool AllowsCut(ReadOnlySpan<char> text, int index, TextCut cut)
    {
        if (Raw.StripsLeft && CodePoints.Is(text[index - 1], CodePointClasses.WhiteSpace))
        {
            return false;
        }

        return Normalized.IsEmpty
            || !(Normalized.StripsLeft || Normalized.StripsRight || CodePoints.IsWord(cut.After) || Normalized.MayJoin(cut));
    }

    private static AddedToken ReadToken(ComponentJson json) => new(
        json.GetNumber("id"),
        json.GetString("content"),
        json.GetBoolean("single_word"),
        json.GetBoolean("lstrip"),
        json.GetBoolean("rstrip"),
        json.GetBoolean("normalized"),
        json.GetOptionalBoolean("special") ?? false);

    private static string Normalize(string content, Normalizer normalizer)
    {
        TokenizerScratch scratch = TokenizerScratch.Rent();
        CharBuffer buffer = scratch.RentBuffer();
        normalizer.Normalize(content, buffer, scratch);
        string normalized = buffer.Span.ToString();
        scratch.ReturnBuffer(buffer);
        TokenizerScratch.Return(scratch);
        return normalized;
    }
}

/// <summary>A token that is found in a text before the model sees it.</summary>
/// <param name="Id">The id.</param>
/// <param name="Content">How it is written.</param>
/// <param name="SingleWord">Whether it counts only where no word touches it.</param>
/// <param name="StripsLeft">Whether it takes the white space before it.</param>
/// <param name="StripsRight">Whether it takes the white space after it.</param>
/// <param name="IsNormalized">Whether it is looked for, normalized, in the normalized text.</param>
/// <param name="IsSpecial">Whether it is not part of a text, and may be left out where one is put together.</param>
internal sealed record AddedToken(
    int Id, string Content, bool SingleWord, bool StripsLeft, bool StripsRight, bool IsNormalized, bool IsSpecial = false);
