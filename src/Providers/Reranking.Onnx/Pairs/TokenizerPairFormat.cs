using Reranking.Onnx.Models;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Pairs;

/// <summary>The pair of most cross-encoders: the special tokens are those of the tokenizer's template, and the longer of the two texts is cut.</summary>
/// <param name="tokenizer">The tokenizer of the model.</param>
/// <param name="profile">What is known about the model.</param>
internal sealed class TokenizerPairFormat(Tokenizer tokenizer, ModelProfile profile) : PairFormat(tokenizer, profile)
{
    public override int FixedTokenCount => Tokenizer.Pair.SpecialTokenCount;

    public override EncodedText EncodeQuery(PairQuery query, TokenBuffer output) =>
        Tokenizer.Encode(Profile.QueryPrompt + query.Text, Profile.MaxTokens, output);

    public override EncodedText EncodeDocument(PairQuery query, string document, TokenBuffer output) =>
        Tokenizer.Encode(document, Profile.MaxTokens, output);

    public override PairFit Fit(EncodedText query, EncodedText document) => PairFit.LongestFirst(query.Count, document.Count, Budget);

    public override (Range Query, Range Document) Locate(int queryLength, int documentLength) => Tokenizer.Pair.Locate(queryLength, documentLength);

    public override void Write(ReadOnlySpan<int> query, ReadOnlySpan<int> document, Span<long> ids, Span<long> typeIds) =>
        _ = Tokenizer.Pair.Write(query, document, ids, typeIds);
}
