using Reranking.Tokenizers.Tokenization.PreTokenization;

namespace Reranking.Tokenizers.Tokenization.Alignment;

/// <summary>The pre-tokens of a stage, one behind the other in one text.</summary>
internal sealed class AlignedPieces : PreTokenSink
{
    private readonly List<(TextSpan Part, bool IsStart)> _pieces = [];
    private readonly AlignedText _piece = new();
    private AlignedText _source = null!;
    private int _taken;

    public AlignedText Text { get; } = new();

    public IReadOnlyList<(TextSpan Part, bool IsStart)> Pieces => _pieces;

    public ReadOnlySpan<char> SpanOf(TextSpan part) => Text.Span[part.Start..part.End];

    /// <summary>Adds a part of a text as one piece.</summary>
    public void Add(AlignedText source, TextSpan part, bool isStart)
    {
        _pieces.Add((new TextSpan(Text.Length, Text.Length + part.End - part.Start), isStart));
        Text.Append(source, part);
    }

    /// <summary>Adds the pre-tokens that a stage makes of some pieces.</summary>
    public void Split(AlignedPieces pieces, PreTokenizer stage, TokenizerScratch scratch)
    {
        foreach ((TextSpan part, bool isStart) in pieces.Pieces)
        {
            _piece.Clear();
            if (stage.PrefixOf(pieces.SpanOf(part), isStart) is { } prefix)
            {
                _piece.Append(prefix, pieces.Text.OriginOf(part.Start));
            }

            _piece.Append(pieces.Text, part);
            _source = _piece;
            _taken = 0;
            stage.Split(_piece.Span, isStart, this, scratch);
        }
    }

    public override bool Accept(ReadOnlySpan<char> preToken, bool isStart)
    {
        if (!preToken.IsEmpty)
        {
            // A stage passes a part of what it was given, or a copy in which each character has its place and none is left out.
            int start = _source.Span.Overlaps(preToken, out int offset) ? offset : _taken;
            _taken = start + preToken.Length;
            _pieces.Add((new TextSpan(Text.Length, Text.Length + preToken.Length), isStart));
            Text.Append(preToken, _source, start);
        }

        return true;
    }
}
