using System.Text;
using Reranking.Tokenizers.Tokenization.Alignment;

namespace Reranking.Tokenizers.Tokenization.Models;

/// <summary>HuggingFace's <c>WordPiece</c>: the longest piece first, again and again, and one unknown token for a word that can't be put together.</summary>
internal sealed class WordPieceModel : TokenModel
{
    private readonly CharTrie _initial;
    private readonly CharTrie _continuing;
    private readonly int _unknownId;
    private readonly int _maxCharactersPerWord;

    private WordPieceModel(Dictionary<string, int> vocabulary, string continuingPrefix, int unknownId, int maxCharactersPerWord)
    {
        Count = vocabulary.Count;
        HighestId = vocabulary.Values.Max();
        _unknownId = unknownId;
        _maxCharactersPerWord = maxCharactersPerWord;

        // No word piece is empty, so an empty token and the bare prefix can't be found.
        _initial = new CharTrie(vocabulary.Where(token => token.Key.Length > 0));
        _continuing = new CharTrie(vocabulary
            .Where(token => token.Key.Length > continuingPrefix.Length && token.Key.StartsWith(continuingPrefix, StringComparison.Ordinal))
            .Select(token => KeyValuePair.Create(token.Key[continuingPrefix.Length..], token.Value)));
    }

    public override int Count { get; }

    public override int HighestId { get; }

    public static WordPieceModel Read(ComponentJson json)
    {
        string unknown = json.GetString("unk_token");
        string prefix = json.GetString("continuing_subword_prefix");
        int maxCharacters = json.GetNumber("max_input_chars_per_word");
        Dictionary<string, int> vocabulary = json.GetVocabulary("vocab");
        if (!vocabulary.TryGetValue(unknown, out int unknownId))
        {
            throw json.Unusable($"has the unk_token '{unknown}', which its vocabulary lacks; expected one of its {vocabulary.Count} tokens");
        }

        return new WordPieceModel(vocabulary, prefix, unknownId, maxCharacters);
    }

    // One walk through a trie, as long as a look into the cache.
    public override bool GainsFromCache => false;

    public override int? FindId(string token) => _initial.Find(token);

    public override void Encode(ReadOnlySpan<char> preToken, int wanted, TokenBuffer output, TokenizerScratch scratch)
    {
        int start = output.Count;
        if (IsTooLong(preToken))
        {
            output.Add(_unknownId);
            return;
        }

        CharTrie trie = _initial;
        while (!preToken.IsEmpty)
        {
            int length = trie.MatchLongest(preToken, out int id);
            if (length == 0)
            {
                output.Truncate(start);
                output.Add(_unknownId);
                return;
            }

            output.Add(id);
            preToken = preToken[length..];
            trie = _continuing;
        }
    }

    public override void EncodeSpans(ReadOnlySpan<char> preToken, TokenBuffer output, List<TextSpan> spans, TokenizerScratch scratch)
    {
        int count = output.Count;
        Encode(preToken, int.MaxValue, output, scratch);
        if (output.Ids[count..] is [int id] && id == _unknownId)
        {
            spans.Add(new TextSpan(0, preToken.Length));
            return;
        }

        CharTrie trie = _initial;
        for (int start = 0; start < preToken.Length; start = spans[^1].End)
        {
            spans.Add(new TextSpan(start, start + trie.MatchLongest(preToken[start..], out _)));
            trie = _continuing;
        }
    }

    protected override IEnumerable<KeyValuePair<string, int>> ReadTokens() => _initial.ReadWords();

    public override bool EncodeStart(ReadOnlySpan<char> start, int wanted, TokenBuffer output, TokenizerScratch scratch)
    {
        bool isTooLong = IsTooLong(start);
        if (isTooLong)
        {
            output.Add(_unknownId);
        }

        return isTooLong;
    }

    // The length is in code points, of which there are at most as many as code units and at least half as many.
    private bool IsTooLong(ReadOnlySpan<char> preToken)
    {
        if (preToken.Length <= _maxCharactersPerWord)
        {
            return false;
        }

        int count = 0;
        foreach (Rune _ in preToken.EnumerateRunes())
        {
            if (++count > _maxCharactersPerWord)
            {
                return true;
            }
        }

        return false;
    }
}
