using Reranking.Tokenizers.Tokenization.Models;
using Reranking.Tokenizers.Tokenization.Normalization;
using Reranking.Tokenizers.Tokenization.PreTokenization;

namespace Reranking.Tokenizers.Tokenization;

/// <summary>The working memory of one call of <see cref="Tokenizer.Encode"/>.</summary>
internal sealed class TokenizerScratch
{
    [ThreadStatic]
    private static TokenizerScratch? _kept;

    private readonly Stack<CharBuffer> _free = new();
    private readonly Stack<PreTokenStage> _freeStages = new();
    private WordCache? _words;

    private TokenizerScratch()
    {
    }

    public CombiningRun Marks { get; } = new();

    public CanonicalRun Canonical { get; } = new();

    public BpeScratch Bpe { get; } = new();

    public BpeQueue BpeQueue { get; } = new();

    public UnigramLattice Lattice { get; } = new();

    public EncodingRun Run { get; } = new();

    public WordCache Words => _words ??= new WordCache();

    /// <summary>Takes this thread's scratch, or makes one.</summary>
    public static TokenizerScratch Rent()
    {
        TokenizerScratch scratch = _kept ?? new TokenizerScratch();
        _kept = null;
        return scratch;
    }

    public static void Return(TokenizerScratch scratch)
    {
        scratch.Run.End();
        _kept = scratch;
    }

    public CharBuffer RentBuffer() => _free.TryPop(out CharBuffer? buffer) ? buffer : new CharBuffer();

    public PreTokenStage RentStage() => _freeStages.TryPop(out PreTokenStage? stage) ? stage : new PreTokenStage();

    public void ReturnStage(PreTokenStage stage)
    {
        stage.End();
        _freeStages.Push(stage);
    }

    public void ReturnBuffer(CharBuffer buffer)
    {
        buffer.Release();
        _free.Push(buffer);
    }
}
