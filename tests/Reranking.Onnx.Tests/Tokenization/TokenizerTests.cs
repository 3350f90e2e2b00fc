using CsCheck;

namespace Reranking.Onnx.Tests;

public class TokenizerTests
{
    private const int Limit = 512;

    private static readonly Gen<char> Characters = Gen.OneOf(
        Gen.Char,
        Gen.Char['\0', '\u00FF'],
        Gen.Char['\u0300', '\u036F'],
        Gen.Char['\u4E00', '\u4E20'],
        Gen.Char['\uD800', '\uDFFF'],
        Pick(' ', '\t', '[', ']', 'a', 'b'));

    private static readonly Gen<string> Texts = Gen.OneOf(
        Characters.Array[0, 60].Select(characters => new string(characters)),
        Pick("[CLS]", "[MASK]", " ", "word", "\uAC01", "\U0001F600").Array[0, 300].Select(string.Concat));

    [Fact]
    public void Encode_AnyUtf16_StaysInsideTheVocabularyAndTheLimit() =>
        Gen.Select(Texts, Gen.Int[1, 40]).Sample((text, limit) =>
        {
            // One word may take a text past the limit, by as many ids as it may have characters; added tokens may by four times.
            const int MaxCharactersPerWord = 100;
            var buffer = new TokenBuffer(capacity: 0);
            EncodedText encoded = TokenizerData.Bundled.Encode(text, limit, buffer);
            Assert.Equal(buffer.Count, encoded.Count);
            Assert.All(buffer.Ids.ToArray(), id => Assert.InRange(id, 0, TokenizerData.Bundled.VocabularySize - 1));
            Assert.InRange(encoded.Count, 0, (4 * limit) + MaxCharactersPerWord);
            Assert.InRange(encoded.CharactersRead, 0, text.Length);
            Assert.True(encoded.IsComplete ? encoded.CharactersRead == text.Length : encoded.Count >= limit);
        });

    [Fact]
    public void Encode_AnyLimit_GivesAPrefixOfTheWhole() =>
        Gen.Select(Texts, Gen.Int[1, 40]).Sample((text, limit) =>
        {
            var whole = new TokenBuffer();
            var limited = new TokenBuffer();
            TokenizerData.Bundled.Encode(text, int.MaxValue, whole);
            TokenizerData.Bundled.Encode(text, limit, limited);
            Assert.Equal(whole.Slice(0, limited.Count).ToArray(), limited.Ids.ToArray());
        });

    [Fact]
    public void Encode_LongTexts_AreTheirPartsBetweenSpaces() =>
        Texts.Array[0, 60].Sample(texts =>
        {
            // Long enough to be cut into chunks, at places that the parts do not know of. A mark or a token that strips can't reach over "x".
            var parts = new TokenBuffer();
            foreach (string text in texts)
            {
                TokenizerData.Bundled.Encode($"x {text} x", int.MaxValue, parts);
            }

            var whole = new TokenBuffer();
            TokenizerData.Bundled.Encode(string.Join(' ', texts.Select(text => $"x {text} x")), int.MaxValue, whole);
            Assert.Equal(parts.Ids.ToArray(), whole.Ids.ToArray());
        });

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

    [Fact]
    public async Task Encode_EightThreads_GiveTheSameIds()
    {
        string[] texts = [.. TokenizerData.Torture.Where(text => text.Length < 2_000)];
        int[][] expected = [.. texts.Select(text => TokenizerData.EncodeSingle(TokenizerData.Bundled, text))];
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < texts.Length; i++)
            {
                int text = (i + (thread * 401)) % texts.Length;
                Assert.Equal(expected[text], TokenizerData.EncodeSingle(TokenizerData.Bundled, texts[text]));
            }
        })));
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

    [Fact]
    public void Encode_WarmThread_AllocatesNothingOfItsOwn()
    {
        var buffer = new TokenBuffer(capacity: 4_096);
        string[] texts = [.. TokenizerData.Torture.Where(text => text.Length is > 0 and < 2_000)];
        EncodeAll(texts, buffer);
        long before = GC.GetAllocatedBytesForCurrentThread();
        EncodeAll(texts, buffer);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / texts.Length, 0, 8);
    }

    private static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static void EncodeAll(string[] texts, TokenBuffer buffer)
    {
        foreach (string text in texts)
        {
            buffer.Clear();
            TokenizerData.Bundled.Encode(text, Limit, buffer);
        }
    }

    private static string Repeat(string unit, int length) => string.Concat(Enumerable.Repeat(unit, length / unit.Length));
}
