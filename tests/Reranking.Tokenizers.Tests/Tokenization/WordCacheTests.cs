using Reranking.Tokenizers.Tokenization;
using Reranking.Tokenizers.Tokenization.Models;

namespace Reranking.Tokenizers.Tests;

public class WordCacheTests
{
    private static readonly TokenModel Roberta = TokenModelOf("roberta");
    private static readonly TokenModel XlmRoberta = TokenModelOf("xlm-roberta");

    [Theory]
    [InlineData("relevance", 0)]
    [InlineData("x", 1)]
    [InlineData("0123456789abcdef", 4)]
    public void TryAppend_WordThatIsKept_GivesItsIds(string word, int count)
    {
        var cache = new WordCache();
        int[] ids = [.. Enumerable.Range(7, count)];
        var output = new TokenBuffer();
        output.Add(1);
        cache.Begin(Roberta);
        Assert.False(cache.TryAppend(word, output));

        cache.Keep(word, ids);

        Assert.True(cache.TryAppend(word, output));
        Assert.Equal([1, .. ids], output.Ids.ToArray());
        Assert.False(cache.TryAppend(word[..^1] + "!", output));
    }

    [Fact]
    public void Keep_MoreIdsThanThereIsRoomFor_KeepsNone()
    {
        var cache = new WordCache();
        cache.Begin(Roberta);
        cache.Keep("word", [1, 2, 3, 4, 5]);
        Assert.False(cache.TryAppend("word", new TokenBuffer()));
    }

    [Fact]
    public void Begin_OtherModel_ForgetsTheWords()
    {
        var cache = new WordCache();
        cache.Begin(Roberta);
        cache.Keep("word", [1]);
        cache.Begin(Roberta);
        Assert.True(cache.TryAppend("word", new TokenBuffer()));
        cache.Begin(XlmRoberta);
        Assert.False(cache.TryAppend("word", new TokenBuffer()));
        cache.Begin(Roberta);
        Assert.False(cache.TryAppend("word", new TokenBuffer()));
    }

    [Fact]
    public void TryAppend_MoreWordsThanThereIsRoomFor_GivesTheIdsOfEach()
    {
        var cache = new WordCache();
        cache.Begin(Roberta);
        int found = 0;
        for (int i = 0; i < 20_000; i++)
        {
            cache.Keep($"word{i}", [i]);
            for (int j = Math.Max(0, i - 50); j <= i; j++)
            {
                var output = new TokenBuffer();
                if (cache.TryAppend($"word{j}", output))
                {
                    Assert.Equal([j], output.Ids.ToArray());
                    found++;
                }
            }
        }

        Assert.InRange(found, 900_000, 1_020_000);
    }

    // One thread, three tokenizers in turns: what one knows of a word must not reach another.
    [Fact]
    public void Encode_FamiliesInTurns_GiveTheIdsThatEachGivesAlone()
    {
        Tokenizer[] tokenizers = [TokenizerData.Load("roberta"), TokenizerData.Load("deberta-v3"), TokenizerData.Load("qwen3")];
        string[] texts = [.. TokenizerData.Torture.Where(text => text.Length < 500).Take(400)];
        int[][][] alone = [.. tokenizers.Select(tokenizer => texts.Select(text => TokenizerData.Encode(tokenizer, text)).ToArray())];
        for (int i = 0; i < texts.Length; i++)
        {
            for (int j = 0; j < tokenizers.Length; j++)
            {
                Assert.Equal(alone[j][i], TokenizerData.Encode(tokenizers[j], texts[i]));
            }
        }
    }

    private static TokenModel TokenModelOf(string family) => TokenizerComponents.Models.Read(TokenizerData.ReadComponent(family, "model"));
}
