namespace Reranking.Onnx;

/// <summary>Takes the pre-tokens of one text to the model and says when there are enough tokens.</summary>
internal sealed class EncodingRun : PreTokenSink
{
    // HuggingFace looks at the limit after pre-tokens only, so that a text of added tokens alone never ends. Beyond this many times the limit nothing depends
    // on the count but which of two such sides gets an odd token, and the work has to have an end.
    private const int AddedTokenLimitFactor = 4;

    private TokenModel _model = null!;
    private TokenBuffer _output = null!;
    private TokenizerScratch _scratch = null!;
    private int _start;
    private int _limit;

    public bool IsFull { get; private set; }

    public int Count => _output.Count - _start;

    public void Begin(TokenModel model, TokenBuffer output, int limit, TokenizerScratch scratch)
    {
        _model = model;
        _output = output;
        _start = output.Count;
        _limit = limit;
        _scratch = scratch;
        IsFull = false;
    }

    public override bool Accept(ReadOnlySpan<char> preToken, bool isStart)
    {
        if (IsFull)
        {
            return false;
        }

        if (!preToken.IsEmpty)
        {
            _model.Encode(preToken, _limit, _output, _scratch);
            IsFull = Count >= _limit;
        }

        return !IsFull;
    }

    public void AddToken(int id)
    {
        _output.Add(id);
        IsFull |= Count >= (long)_limit * AddedTokenLimitFactor;
    }

    /// <summary>Forgets the caller's buffer, which the thread would otherwise keep alive.</summary>
    public void End()
    {
        _model = null!;
        _output = null!;
        _scratch = null!;
    }
}
