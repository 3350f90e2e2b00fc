namespace Reranking.Onnx;

/// <summary>Texts as token ids, one after another, each an input of its own.</summary>
internal sealed class SingleInputs : ModelInputs, IDisposable
{
    private readonly Tokenizer _tokenizer;
    private readonly TokenBuffer _tokens;
    private readonly Range[] _ranges;

    private SingleInputs(Tokenizer tokenizer, TokenBuffer tokens, int count)
    {
        _tokenizer = tokenizer;
        _tokens = tokens;
        _ranges = new Range[count];
    }

    public override int Count => _ranges.Length;

    /// <summary>Gets how many texts were longer than the model's input.</summary>
    public int TruncatedCount { get; private set; }

    /// <summary>Gets how many tokens all inputs have together, special tokens included.</summary>
    public long TotalLength => _tokens.Count + ((long)Count * _tokenizer.SingleSpecialTokenCount);

    public static SingleInputs Encode(OnnxModel model, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        Tokenizer tokenizer = model.Tokenizer;
        int budget = model.MaxTokens - tokenizer.SingleSpecialTokenCount;
        var inputs = new SingleInputs(tokenizer, TokenBufferPool.Rent(), texts.Count);
        try
        {
            TokenBuffer tokens = inputs._tokens;
            for (int i = 0; i < texts.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                EncodedText text = tokenizer.Encode(texts[i], budget, tokens);
                tokens.Truncate(text.Start + Math.Min(text.Count, budget));
                inputs.TruncatedCount += text.Count > budget || !text.IsComplete ? 1 : 0;
                inputs._ranges[i] = text.Start..tokens.Count;
            }

            return inputs;
        }
        catch
        {
            inputs.Dispose();
            throw;
        }
    }

    public override int Length(int index) => _ranges[index].End.Value - _ranges[index].Start.Value + _tokenizer.SingleSpecialTokenCount;

    public override void Write(int index, Span<long> ids, Span<long> typeIds) => _tokenizer.WriteSingle(_tokens.Ids[_ranges[index]], ids, typeIds);

    public void Dispose() => TokenBufferPool.Return(_tokens);
}
