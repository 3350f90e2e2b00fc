using System.Text;
using CsCheck;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Tokenizers.Tests;

public sealed class CharBufferTests
{
    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.Char['a', 'z'].Array[0, 900].Select(static characters => new string(characters)),
        Gen.OneOf(Gen.Char['\uD7F0', '\uE010'], Gen.Char['a', 'c']).Array[0, 30].Select(static characters => new string(characters)));

    [Fact]
    public void Append_AnyTexts_HoldsAllOfThemInOrder() => Texts.Array[0, 20].Sample(texts =>
    {
        var buffer = new CharBuffer();
        foreach (string text in texts)
        {
            buffer.Append(text);
            buffer.Append('|');
        }

        Assert.Equal(string.Concat(texts.Select(static text => text + "|")), buffer.Span.ToString());
        buffer.Release();
        Assert.Equal(0, buffer.Length);
    });

    [Fact]
    public void AppendRepaired_AnyText_ReplacesEachLoneSurrogateOnce() => Texts.Sample(text =>
    {
        var buffer = new CharBuffer();
        buffer.AppendRepaired(text);

        var expected = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                expected.Append(text[i++]).Append(text[i]);
            }
            else
            {
                expected.Append(char.IsSurrogate(text[i]) ? '\uFFFD' : text[i]);
            }
        }

        Assert.Equal(expected.ToString(), buffer.Span.ToString());
    }, iter: 2_000);

    [Fact]
    public void AppendCodePoint_AnyRune_IsItsUtf16() => Gen.Int[0, 0x10FFFF].Where(Rune.IsValid).Array[0, 3_000].Sample(codePoints =>
    {
        var buffer = new CharBuffer();
        Array.ForEach(codePoints, buffer.AppendCodePoint);

        Assert.Equal(string.Concat(codePoints.Select(char.ConvertFromUtf32)), buffer.Span.ToString());
    }, iter: 50);

    [Fact]
    public void Replace_Character_IsReplacedEverywhereAndNowhereBeyond()
    {
        var buffer = new CharBuffer();
        buffer.Append("a b a");

        buffer.Replace('a', 'x');

        Assert.Equal("x b x", buffer.Span.ToString());
    }
}
