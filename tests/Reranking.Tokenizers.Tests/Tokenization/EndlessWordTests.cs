using System.Text.Json.Nodes;
using CsCheck;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Tokenizers.Tests;

/// <summary>Texts that can't be cut for long, of which no more is read than needed: the ids are those of all that is there.</summary>
public class EndlessWordTests
{
    private const int Limit = 512;

    [Theory]
    [MemberData(nameof(TokenizerTests.Families), MemberType = typeof(TokenizerTests))]
    public void Encode_EndlessText_GivesTheFirstIdsOfTheWhole(string family)
    {
        Tokenizer tokenizer = TokenizerData.Load(family);
        Gen.Select(HardTexts.Endless, Gen.Int[1, 40]).Sample((text, limit) => AssertFirstIdsOfTheWhole(tokenizer, text, limit), iter: 60);
    }

    [Theory]
    [MemberData(nameof(TokenizerTests.Families), MemberType = typeof(TokenizerTests))]
    public void Encode_TwoEndlessTexts_GivesTheFirstIdsOfTheWhole(string family)
    {
        Tokenizer tokenizer = TokenizerData.Load(family);
        Gen.Select(HardTexts.Endless, HardTexts.Any, HardTexts.Endless, HardTexts.Any).Sample(
            (first, between, second, last) => AssertFirstIdsOfTheWhole(tokenizer, $"{last}{first}{between}{second}{last}", Limit),
            iter: 30);
    }

    // Of letters that a token is made of, in words that go on behind it, with all that a token may take of the text around it.
    [Theory]
    [InlineData("bert")]
    [InlineData("roberta")]
    [InlineData("deberta-v3")]
    [InlineData("xlm-roberta")]
    public void Encode_AddedTokensInEndlessWords_GivesTheFirstIdsOfTheWhole(string family) =>
        Gen.Select(HardTexts.Endless, HardTexts.Endless, Gen.Bool.Array[4], Gen.Int[0, 3], HardTexts.Pick(["aa", "zx", "é", "7a", "한"])).Sample(
            (before, after, flags, spaces, token) =>
            {
                JsonNode json = JsonNode.Parse(TokenizerData.ReadFile(family))!;
                json["added_tokens"]!.AsArray().Add(new JsonObject
                {
                    ["id"] = TokenizerData.Load(family).FindId(token) ?? TokenizerData.Load(family).VocabularySize,
                    ["content"] = token,
                    ["single_word"] = flags[0],
                    ["lstrip"] = flags[1],
                    ["rstrip"] = flags[2],
                    ["normalized"] = flags[3],
                    ["special"] = false,
                });
                string space = new(' ', spaces);
                AssertFirstIdsOfTheWhole(TokenizerData.ReadJson(json.ToJsonString()), $"{before}{space}{token}{space}{after}", limit: 30);
            },
            iter: 8);

    [Theory]
    [InlineData("roberta")]
    [InlineData("modernbert")]
    [InlineData("qwen3")]
    [InlineData("deberta-v3")]
    [InlineData("xlm-roberta")]
    [InlineData("xlm-roberta/metaspace")]
    public void Encode_EndlessWord_ReadsAWindow(string family)
    {
        Tokenizer tokenizer = TokenizerData.Load(family);
        var random = new Random(1);
        foreach (Func<string> next in (Func<string>[])[
            () => ((char)random.Next('a', 'z' + 1)).ToString(),
            () => char.ConvertFromUtf32(0x1F600 + random.Next(64)) + "\u200D",
            () => "가" + (char)random.Next(0xAC00, 0xD7A4),
            () => "an ordinary sentence, with words; ",
        ])
        {
            string text = string.Concat(Enumerable.Range(0, 30_000).Select(_ => next()));
            EncodedText encoded = tokenizer.Encode(text, Limit, new TokenBuffer());
            Assert.False(encoded.IsComplete);
            Assert.InRange(encoded.CharactersRead, Limit, 4_097);
        }
    }

    // Tabs become spaces, each a word of its own, unless an added token takes them: one that stands far behind.
    [Fact]
    public void Encode_WhiteSpaceThatAnAddedTokenTakesFromAfar_GivesTheFirstIdsOfTheWhole()
    {
        JsonNode json = JsonNode.Parse(TokenizerData.ReadFile("xlm-roberta"))!;
        json["pre_tokenizer"] = JsonNode.Parse("""{ "type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true }""");
        string unknown = string.Concat(Enumerable.Repeat("𓀀", 2_000));
        AssertFirstIdsOfTheWhole(TokenizerData.ReadJson(json.ToJsonString()), $"{unknown}{new string('\t', 200)}<mask> and", limit: 4);
    }

    [Theory]
    [InlineData("a", 20_000)]
    [InlineData("Zé", 20_000)]
    [InlineData("e\u0301\u0327", 20_000)]
    [InlineData("😀\u200D", 20_000)]
    [InlineData("한", 20_000)]
    public void Encode_EndlessWordOfBert_IsUnknownAndEndsWhereTheNextBegins(string unit, int count)
    {
        string word = string.Concat(Enumerable.Repeat(unit, count));
        int unknown = TokenizerData.Bundled.FindId("[UNK]")!.Value;
        int mask = TokenizerData.Bundled.FindId("[MASK]")!.Value;
        foreach ((string end, int[] ids) in ((string, int[])[])[
            ("", []), (" and", Ids("and")), (", and", Ids(", and")), ("。and", Ids("。 and")), ("\u3000and", Ids("and")), ("中and", Ids("中 and")),
            ("≠and", Ids("= and")), ("[MASK]and", [mask, .. Ids("and")]), ("\0 and", Ids("and")),
        ])
        {
            var buffer = new TokenBuffer();
            EncodedText encoded = TokenizerData.Bundled.Encode(word + end, Limit, buffer);
            Assert.Equal([unknown, .. ids], buffer.Ids.ToArray());
            Assert.Equal(word.Length + end.Length, encoded.CharactersRead);
            Assert.True(encoded.IsComplete);
        }
    }

    // The long word has ended, and of the text that is read at first nothing else is left.
    [Fact]
    public void Encode_WordOfBertThatIsHiddenBehindAnEndlessOne_IsRead()
    {
        var buffer = new TokenBuffer();
        TokenizerData.Bundled.Encode($"{new string('a', 200)} x{new string('\u200B', 5_000)}b", Limit, buffer);
        Assert.Equal([TokenizerData.Bundled.FindId("[UNK]")!.Value, .. Ids("xb")], buffer.Ids.ToArray());
    }

    private static int[] Ids(string text) => TokenizerData.Encode(TokenizerData.Bundled, text);

    private static void AssertFirstIdsOfTheWhole(Tokenizer tokenizer, string text, int limit)
    {
        var limited = new TokenBuffer();
        int[] whole = TokenizerData.Encode(tokenizer, text);   // without a limit there is no window: the whole text is read before anything is made of it
        EncodedText encoded = tokenizer.Encode(text, limit, limited);
        Assert.True(limited.Count >= Math.Min(limit, whole.Length), $"{limited.Count} ids");
        int compared = encoded.IsComplete ? whole.Length : limit;
        Assert.Equal(whole[..compared], limited.Ids[..Math.Min(compared, limited.Count)].ToArray());
    }
}
