using Microsoft.ML.Tokenizers;

namespace Reranking.Tokenizers.Tests;

/// <summary>The code of the README.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void Code_Always_DoesWhatItSays()
    {
        string query = "What is a reranker?";
        string text = string.Join(' ', Enumerable.Repeat("A reranker reads the question and the passage together.", 50));
        HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.Load(Path.GetDirectoryName(TokenizerData.BundledPath)!);

        int count = tokenizer.CountTokens(text);
        int end = tokenizer.GetIndexByTokenCount(text, 256, out _, out int tokens);
        var seen = new List<string>();
        foreach (EncodedToken token in tokenizer.EncodeToTokens(text, out _))
        {
            seen.Add($"{token.Id} {token.Value} {text[token.Offset]}");
        }

        TokenizedInput input = tokenizer.EncodePair(query, text, maxLength: 512);
        string again = tokenizer.Decode(input.Ids, skipSpecialTokens: true);

        Assert.Equal(count, seen.Count);
        Assert.Equal("1037 a A", seen[0]);
        Assert.Equal((256, 256), (tokens, tokenizer.CountTokens(text[..end])));
        Assert.Equal(512, input.Ids.Count);
        Assert.StartsWith("what is a reranker? a reranker reads", again, StringComparison.Ordinal);
    }
}
