using Reranking.Onnx.Pairs;

namespace Reranking.Onnx.Tests;

public sealed class TextBoundariesTests
{
    [Theory]
    [InlineData("One. Two! Three? Four… Five", "One. |Two! |Three? |Four… |Five")]
    [InlineData("Version 3.5 is out.  Next", "Version 3.5 is out.  |Next")]
    [InlineData("Really?! Yes... No", "Really?! |Yes... |No")]
    [InlineData("He said \"Stop.\" (Then he left.) **Gone.** End", "He said \"Stop.\" |(Then he left.) |**Gone.** |End")]
    [InlineData("\"So what?\" she asked", "\"So what?\" |she asked")]
    [InlineData("a quote \" and a bracket ) end nothing", "a quote \" and a bracket ) end nothing")]
    [InlineData("Title\nand its text\n \nThe next", "Title\nand its text\n \n|The next")]
    [InlineData("忘记密码？请打开登录页面。完成！", "忘记密码？|请打开登录页面。|完成！")]
    [InlineData("他说：「走。」然后走了。 Done", "他说：「走。」|然后走了。 |Done")]
    [InlineData("真的？！好", "真的？！|好")]
    [InlineData("هل تعلم؟ نعم", "هل تعلم؟ |نعم")]
    public void FindEnd_RoomEnough_IsBehindSentencesAndParagraphs(string text, string expected) => Assert.Equal(expected.Split('|'), Cut(text, 1_000));

    [Theory]
    [InlineData("aaa bbb ccc", 8, "aaa bbb |ccc")]
    [InlineData("aaa bbb ccc", 7, "aaa bbb| ccc")]
    [InlineData("aaa bbb ccc", 6, "aaa |bbb |ccc")]
    [InlineData("abcdefgh ij", 3, "abc|def|gh |ij")]
    [InlineData("a. b", 1, "a|.| |b")]
    [InlineData("😀😀😀", 1, "😀|😀|😀")]
    [InlineData("😀😀😀", 3, "😀😀|😀")]
    [InlineData("          x", 4, "    |    |  x")]
    public void FindEnd_TooLittleRoom_IsBetweenWordsAndElseBetweenCodePoints(string text, int maxLength, string expected) =>
        Assert.Equal(expected.Split('|'), Cut(text, maxLength));

    [Fact]
    public void FindEnd_LoneSurrogates_AreCodePointsOfTheirOwn() => Assert.Equal(["\uDC00", "\uD800", "a", "\uD800"], Cut("\uDC00\uD800a\uD800", 1));

    private static IEnumerable<string> Cut(string text, int maxLength)
    {
        for (int start = 0; start < text.Length;)
        {
            int end = TextBoundaries.FindEnd(text, start, maxLength);
            yield return text[start..end];
            start = end;
        }
    }
}
