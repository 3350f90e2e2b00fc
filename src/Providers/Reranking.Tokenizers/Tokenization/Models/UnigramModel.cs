using Reranking.Tokenizers.Tokenization.Alignment;
using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.Models;

/// <summary>HuggingFace's <c>Unigram</c>: of all ways to put a pre-token together from pieces, the one of the highest score.</summary>
internal sealed class UnigramModel : TokenModel
{
    // Below the worst piece by this much, as in SentencePiece.
    private const double UnknownPenalty = 10;

    // Where a long pre-token is looked at for the first time to see whether it has enough ids already; then less and less often.
    private const int FirstCheck = 4_096;
    private const int CheckGrowth = 4;

    private readonly CharTrie _pieces;
    private readonly double[] _scores;
    private readonly int _longestPiece;
    private readonly int _unknownId;
    private readonly double _unknownScore;

    private UnigramModel((string Text, double Score)[] vocabulary, int unknownId)
    {
        // Of two entries for one piece the later counts.
        var ids = new Dictionary<string, int>(vocabulary.Length, StringComparer.Ordinal);
        for (int id = 0; id < vocabulary.Length; id++)
        {
            ids[vocabulary[id].Text] = id;
        }

        _pieces = new CharTrie(ids.Where(piece => piece.Key.Length > 0));
        _scores = [.. vocabulary.Select(piece => piece.Score)];
        _longestPiece = ids.Keys.Max(piece => piece.Length);
        _unknownId = unknownId;
        _unknownScore = _scores.Min() - UnknownPenalty;
    }

    public override int Count => _scores.Length;

    public override int HighestId => _scores.Length - 1;

    public static UnigramModel Read(ComponentJson json)
    {
        int unknownId = json.GetNumber("unk_id");
        if (json.GetOptionalBoolean("byte_fallback") == true)
        {
            throw json.Unusable($"has byte_fallback in its {json.Kind}; expected false, as unknown bytes are not supported");
        }

        (string, double)[] vocabulary = json.GetScores("vocab");
        return unknownId < vocabulary.Length
            ? new UnigramModel(vocabulary, unknownId)
            : throw json.Unusable($"has the unk_id {unknownId}, which its vocabulary lacks; expected one of its {vocabulary.Length} tokens");
    }

    public override int? FindId(string token) => _pieces.Find(token);

    public override void Encode(ReadOnlySpan<char> preToken, int wanted, TokenBuffer output, TokenizerScratch scratch)
    {
        UnigramLattice lattice = scratch.Lattice;
        int count = output.Count;
        int check = FirstCheck;
        lattice.Begin(preToken.Length);
        for (int start = 0; start < preToken.Length;)
        {
            if (start >= check)
            {
                AddSettledPath(start, lattice, output);
                if (output.Count - count >= wanted)
                {
                    lattice.End();
                    return;
                }

                output.Truncate(count);
                check *= CheckGrowth;
            }

            CodePoints.Decode(preToken, start, out int length);
            AddPieces(preToken, start, length, lattice);
            start += length;
        }

        AddPath(preToken.Length, lattice, output);
        lattice.End();
    }

    public override bool EncodeStart(ReadOnlySpan<char> start, int wanted, TokenBuffer output, TokenizerScratch scratch)
    {
        UnigramLattice lattice = scratch.Lattice;
        AddAllPieces(start, lattice);
        AddSettledPath(start.Length, lattice, output);
        lattice.End();
        return false;
    }

    public override void EncodeSpans(ReadOnlySpan<char> preToken, TokenBuffer output, List<TextSpan> spans, TokenizerScratch scratch)
    {
        UnigramLattice lattice = scratch.Lattice;
        AddAllPieces(preToken, lattice);
        int first = output.Count;
        for (int end = preToken.Length; end > 0; end = lattice.StartOf(end))
        {
            int id = lattice.IdOf(end);
            var span = new TextSpan(lattice.StartOf(end), end);
            if (id == _unknownId && output.Count > first && output.Ids[^1] == _unknownId)
            {
                spans[^1] = spans[^1] with { Start = span.Start };
                continue;
            }

            output.Add(id);
            spans.Add(span);
        }

        lattice.End();
        output.Reverse(first);
        spans.Reverse(spans.Count - (output.Count - first), output.Count - first);
    }

    protected override IEnumerable<KeyValuePair<string, int>> ReadTokens() => _pieces.ReadWords();

    private void AddAllPieces(ReadOnlySpan<char> text, UnigramLattice lattice)
    {
        lattice.Begin(text.Length);
        for (int i = 0; i < text.Length;)
        {
            CodePoints.Decode(text, i, out int length);
            AddPieces(text, i, length, lattice);
            i += length;
        }
    }

    // The best way goes on from one of the positions before, and up to where theirs part it is settled.
    private void AddSettledPath(int end, UnigramLattice lattice, TokenBuffer output) => AddPath(lattice.FindCommon(end - _longestPiece, end), lattice, output);

    private void AddPath(int end, UnigramLattice lattice, TokenBuffer output)
    {
        // A run of unknown characters is one unknown token.
        int start = output.Count;
        for (; end > 0; end = lattice.StartOf(end))
        {
            int id = lattice.IdOf(end);
            if (id != _unknownId || output.Count == start || output.Ids[^1] != _unknownId)
            {
                output.Add(id);
            }
        }

        output.Reverse(start);
    }

    private void AddPieces(ReadOnlySpan<char> text, int start, int length, UnigramLattice lattice)
    {
        double before = lattice.ScoreAt(start);
        bool hasCharacter = false;
        int node = CharTrie.Root;
        for (int end = start + 1; end <= text.Length && _pieces.TryStep(ref node, text[end - 1]); end++)
        {
            int id = _pieces.ValueOf(node);
            if (id != CharTrie.NoValue)
            {
                lattice.Offer(end, start, id, _scores[id] + before);
                hasCharacter |= end == start + length;
            }
        }

        if (!hasCharacter)
        {
            lattice.Offer(start + length, start, _unknownId, _unknownScore + before);
        }
    }
}
