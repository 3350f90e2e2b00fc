namespace Reranking.Onnx;

/// <summary>The pair of most cross-encoders: the special tokens are those of the tokenizer's template, and the longer of the two is cut.</summary>
/// <param name="model">The model.</param>
internal sealed class TokenizerPairFormat(OnnxModel model) : PairFormat(model)
{
    private readonly Tokenizer _tokenizer = model.Tokenizer;

    public override int FixedTokenCount => _tokenizer.PairSpecialTokenCount;

    public override EncodedText EncodeQuery(PairQuery query, TokenBuffer output) => _tokenizer.Encode(query.Text, Model.MaxTokens, output);

    public override EncodedText EncodeDocument(PairQuery query, string document, TokenBuffer output) => _tokenizer.Encode(document, Model.MaxTokens, output);

    public override PairFit Fit(EncodedText query, EncodedText document) => PairFit.Compute(query.Count, document.Count, Budget, TruncationStrategy.LongestFirst);

    public override int RoomForDocument(PairQuery query) => Budget - EncodeQuery(query, new TokenBuffer()).Count;

    public override void Write(ReadOnlySpan<int> query, ReadOnlySpan<int> document, Span<long> ids, Span<long> typeIds) =>
        _tokenizer.WritePair(query, document, ids, typeIds);
}
