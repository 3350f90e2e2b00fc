using System.Runtime.InteropServices;
using CsCheck;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Tokenizers.Tests;

public class TokenizerTests
{
    private const int Limit = 512;

    private static readonly Gen<char> Characters = Gen.OneOf(
        Gen.Char,
        Gen.Char['\0', '\u00FF'],
        Gen.Char['\u0300', '\u036F'],
        Gen.Char['\u4E00', '\u4E20'],
        Gen.Char['\uD800', '\uDFFF'],
        Gen.Char['\u1100', '\u11FF'],
        Pick(' ', '\t', '\n', '\r', '\u200D', '\uFF76', '\uFF9E', '\'', '1', '[', ']', 'a', 'b', 's'));

    private static readonly Gen<string> Texts = Gen.OneOf(
        Characters.Array[0, 60].Select(characters => new string(characters)),
        Pick("[CLS]", "[MASK]", "<s>", "<mask>", "<|im_start|>", " ", "   ", "word", "\u2581", "\uAC01", "\U0001F600").Array[0, 300].Select(string.Concat));

    public static TheoryData<string> Families { get; } = ["bert", "roberta", "modernbert", "qwen3", "deberta-v3", "xlm-roberta", "xlm-roberta/metaspace"];

    [Theory]
    [MemberData(nameof(Families))]
    public void Encode_AnyBytes_GivesWhatAModelCanRead(string family)
    {
        Tokenizer tokenizer = TokenizerData.Load(family);
        Gen<byte[]> bytes = Gen.OneOf(Gen.Byte.Array[0, 400], Texts.Select(text => MemoryMarshal.AsBytes(text.AsSpan()).ToArray()));
        bytes.Sample(content => TokenizerFuzzTarget.Run(tokenizer, content));
    }

    [Fact]
    public void Encode_AnyUtf16_StaysInsideTheLimit() =>
        Gen.Select(Texts, Gen.Int[1, 40]).Sample((text, limit) =>
        {
            // One word may take a text past the limit, by as many ids as it may have characters; added tokens may by four times.
            const int MaxCharactersPerWord = 100;
            Assert.InRange(TokenizerData.Bundled.Encode(text, limit, new TokenBuffer()).Count, 0, (4 * limit) + MaxCharactersPerWord);
        });

    [Theory]
    [MemberData(nameof(Families))]
    public void Encode_AnyLimit_GivesAPrefixOfTheWhole(string family)
    {
        Tokenizer tokenizer = TokenizerData.Load(family);
        Gen.Select(Texts, Gen.Int[1, 40]).Sample((text, limit) =>
        {
            var whole = new TokenBuffer();
            var limited = new TokenBuffer();
            tokenizer.Encode(text, int.MaxValue, whole);
            tokenizer.Encode(text, limit, limited);
            Assert.Equal(whole.Slice(0, limited.Count).ToArray(), limited.Ids.ToArray());
        });
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Encode_LongTexts_AreTheirPartsBetweenSpaces(string family)
    {
        Tokenizer tokenizer = TokenizerData.Load(family);
        Texts.Array[0, 60].Sample(texts =>
        {
            // Long enough to be cut into chunks, at places that the parts do not know of. A mark or a token that strips can't reach over "x".
            string[] parts = [.. texts.Select((text, index) => $"{(index == 0 ? "" : " ")}x {text} x")];
            var expected = new TokenBuffer();
            foreach (string part in parts)
            {
                tokenizer.Encode(part, int.MaxValue, expected);
            }

            var whole = new TokenBuffer();
            tokenizer.Encode(string.Concat(parts), int.MaxValue, whole);
            Assert.Equal(expected.Ids.ToArray(), whole.Ids.ToArray());
        });
    }

    [Theory]
    [InlineData("\u0085")]   // white space that is a control character
    [InlineData("\u00AD")]
    [InlineData("\u0007")]
    [InlineData("\uDC00")]
    public void Encode_LongTextWithRemovedCharacters_JoinsWhatStandsAroundThem(string removed)
    {
        for (int offset = 0; offset < 8; offset++)
        {
            var expected = new TokenBuffer();
            var found = new TokenBuffer();
            TokenizerData.Bundled.Encode(new string(' ', offset) + Repeat("ab-cde ", 4_000), int.MaxValue, expected);
            TokenizerData.Bundled.Encode(new string(' ', offset) + Repeat($"a{removed}b-c{removed}d{removed}e ", 4_000), int.MaxValue, found);

            Assert.Equal(expected.Ids.ToArray(), found.Ids.ToArray());
        }

        static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
    }

    [Theory]
    [InlineData("roberta")]
    [InlineData("modernbert")]
    [InlineData("qwen3")]
    [InlineData("deberta-v3")]
    [InlineData("xlm-roberta")]
    public void Encode_HugeWord_StopsWithTheIdsOfTheWhole(string family)
    {
        const int Wanted = 100;
        Tokenizer tokenizer = TokenizerData.Load(family);
        Gen<string> words = Gen.OneOf(
            Gen.Char['a', 'z'].Array[30_000].Select(letters => new string(letters)),
            Pick("a", "b", "aab", "ab", "=", "\u4E00", "abc").Array[20_000].Select(string.Concat));
        words.Sample(
            word =>
            {
                var whole = new TokenBuffer();
                var limited = new TokenBuffer();
                tokenizer.Encode(word, int.MaxValue, whole);
                tokenizer.Encode(word, Wanted, limited);
                Assert.Equal(whole.Slice(0, Wanted).ToArray(), limited.Slice(0, Wanted).ToArray());
                Assert.InRange(limited.Count, Wanted, whole.Count / 3);
            },
            iter: 20);
    }

    // Which piece is the odd one depends on where such a word ends, so it has to be read to there.
    [Theory]
    [InlineData("deberta-v3")]
    [InlineData("xlm-roberta")]
    public void Encode_HugeWordOfTies_ReadsToItsEnd(string family)
    {
        foreach (int length in (int[])[20_000, 20_001])
        {
            var whole = new TokenBuffer();
            var limited = new TokenBuffer();
            TokenizerData.Load(family).Encode(Repeat("a", length), int.MaxValue, whole);
            TokenizerData.Load(family).Encode(Repeat("a", length), 100, limited);
            Assert.Equal(whole.Ids.ToArray(), limited.Ids.ToArray());
        }
    }

    // Behind a control the joiner starts a grapheme, whose mark goes with it; what is left is a space.
    [Theory]
    [InlineData("deberta-v3", 266)]
    [InlineData("xlm-roberta", 267)]
    public void Encode_JoinerBehindASupplementaryControl_LosesItsMark(string family, int first)
    {
        foreach (string control in (string[])["\U000E0001", "\U00013430", "\U0001D173", "\U0001BCA0", "\U000E0080", "\U000E01F0"])
        {
            Assert.Equal([first, 3, 2165], TokenizerData.Encode(TokenizerData.Load(family), $"a{control}\u200D\u035Cb"));
        }
    }

    [Fact]
    public void Encode_ManyTextsIntoOneBuffer_GivesTheirRanges()
    {
        var buffer = new TokenBuffer(capacity: 1);
        EncodedText first = TokenizerData.Bundled.Encode("hello world", Limit, buffer);
        EncodedText second = TokenizerData.Bundled.Encode("world", Limit, buffer);
        Assert.Equal(new EncodedText(0, 2, 11, IsComplete: true), first);
        Assert.Equal(new EncodedText(2, 1, 5, IsComplete: true), second);
        Assert.Equal(buffer.Slice(1, 1).ToArray(), buffer.Slice(second.Start, second.Count).ToArray());
        buffer.Clear();
        Assert.Equal(0, TokenizerData.Bundled.Encode("", Limit, buffer).Count);
    }

    [Fact]
    public void Encode_NoLimit_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TokenizerData.Bundled.Encode("text", 0, new TokenBuffer()));

    [Theory]
    [InlineData("bert")]
    [InlineData("qwen3")]
    [InlineData("deberta-v3")]
    public async Task Encode_EightThreads_GiveTheSameIds(string family)
    {
        Tokenizer tokenizer = TokenizerData.Load(family);
        string[] texts = [.. TokenizerData.Torture.Where(text => text.Length < 2_000)];
        int[][] expected = [.. texts.Select(text => TokenizerData.EncodeSingle(tokenizer, text))];
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < texts.Length; i++)
            {
                int text = (i + (thread * 401)) % texts.Length;
                Assert.Equal(expected[text], TokenizerData.EncodeSingle(tokenizer, texts[text]));
            }
        })));
    }

    [Theory]
    [InlineData("roberta")]
    [InlineData("modernbert")]
    [InlineData("qwen3")]
    [InlineData("xlm-roberta")]
    [InlineData("xlm-roberta/metaspace")]
    public void Encode_HugeTextOfAnyFamily_ReadsNoMoreThanItNeeds(string family)
    {
        const string Unit = "an ordinary sentence, with punctuation and words; ";
        EncodedText passage = TokenizerData.Load(family).Encode(Repeat(Unit, 3_000), Limit, new TokenBuffer());
        EncodedText huge = TokenizerData.Load(family).Encode(Repeat(Unit, 100_000), Limit, new TokenBuffer());
        Assert.False(huge.IsComplete);
        Assert.InRange(huge.CharactersRead, passage.CharactersRead, 2 * passage.CharactersRead);
    }

    [Theory]
    [InlineData("an ordinary sentence, with punctuation and words; ")]
    [InlineData("机器学习模型")]
    [InlineData("[")]
    [InlineData("[CLS]")]
    [InlineData("[CLS")]
    [InlineData("e\u0301 ")]
    [InlineData("01.")]
    public void Encode_HugeText_ReadsNoMoreThanItNeeds(string unit)
    {
        EncodedText passage = TokenizerData.Bundled.Encode(Repeat(unit, 3_000), Limit, new TokenBuffer());
        EncodedText huge = TokenizerData.Bundled.Encode(Repeat(unit, 100_000), Limit, new TokenBuffer());
        Assert.False(huge.IsComplete);
        Assert.InRange(huge.CharactersRead, passage.CharactersRead, 5 * passage.CharactersRead);
    }

    // Not inline data: a lone surrogate does not survive in an attribute.
    public static TheoryData<string> UncuttableUnits { get; } = ["a", "\u0301", "\u08D4\u08E3", "\u200B", " ", "\uD83D"];

    [Theory]
    [MemberData(nameof(UncuttableUnits), DisableDiscoveryEnumeration = true)]
    public void Encode_TextThatCannotBeCut_IsReadOnce(string unit)
    {
        var buffer = new TokenBuffer();
        EncodedText encoded = TokenizerData.Bundled.Encode(Repeat(unit, 80_000), Limit, buffer);
        Assert.Equal(80_000, encoded.CharactersRead);
        Assert.InRange(encoded.Count, 0, 1);
    }

    private static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static string Repeat(string unit, int length) => string.Concat(Enumerable.Repeat(unit, length / unit.Length));
}
