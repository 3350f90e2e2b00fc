namespace Reranking.Tokenizers.Tokenization.PreTokenization;

/// <summary>Splits the pre-tokens of one stage again, on their way to the next.</summary>
internal sealed class PreTokenStage : PreTokenSink
{
    private PreTokenizer _preTokenizer = null!;
    private TokenizerScratch _scratch = null!;

    public PreTokenSink Next { get; private set; } = null!;

    public void Begin(PreTokenizer preTokenizer, PreTokenSink next, TokenizerScratch scratch)
    {
        _preTokenizer = preTokenizer;
        Next = next;
        _scratch = scratch;
    }

    public override bool Accept(ReadOnlySpan<char> preToken, bool isStart) => preToken.IsEmpty || _preTokenizer.Split(preToken, isStart, Next, _scratch);

    /// <summary>Forgets the other stages, which the thread would otherwise keep alive.</summary>
    public void End()
    {
        _preTokenizer = null!;
        Next = null!;
        _scratch = null!;
    }
}
