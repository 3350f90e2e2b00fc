using CsCheck;
using Reranking.Onnx.Pairs;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Tests;

public sealed class WindowCutterTests
{
    private static readonly Tokenizer Tokenizer = TokenizerData.Bundled;

    /// <summary>All that is hard to cut.</summary>
    private static readonly string[] Fragments =
    [
        "word ", "reranking ", "Sentence ends. ", "x", "é", "e\u0301\u0327", "한국", "忘记密码", "。", "😀", "\uD800", "\0", " ", "\n", "\n\n", "\u3000", "[SEP]",
        "ab", "cd12", "/", new string('q', 130), new string(' ', 70), new string('-', 40),
    ];

    private static readonly Gen<string> Texts = Gen.Int[0, Fragments.Length - 1].Array[1, 120].Select(
        indexes => string.Concat(indexes.Select(index => Fragments[index])));

    [Fact]
    public void Cut_AnyText_HoldsAllOfItInWindowsThatFit() => Gen.Select(Texts, Gen.Int[4, 60], Gen.Double[0, 0.5]).Sample((text, room, overlap) =>
    {
        var tokens = new TokenBuffer();
        DocumentWindow[] windows = [.. new WindowCutter(Tokenizer, text, room, (int)(room * overlap), tokens).Cut()];

        Assert.All(windows.SkipLast(1), window => Assert.False(window.IsLast));
        Assert.True(windows[^1].IsLast);
        int read = 0;
        foreach (DocumentWindow window in windows)
        {
            (int start, int length) = window.Range.GetOffsetAndLength(text.Length);
            string part = text.Substring(start, length);
            Assert.True(window.Tokens.Count <= room);
            Assert.Equal(Encode(part), tokens.Slice(window.Tokens.Start, window.Tokens.Count).ToArray());
            Assert.Equal(part.Trim(), part);
            Assert.False(start > 0 && start < text.Length && char.IsSurrogatePair(text, start - 1), "It starts within a surrogate pair.");
            Assert.True(string.IsNullOrWhiteSpace(text[Math.Min(read, start)..start]), "Something lies between the windows.");
            read = Math.Max(read, start + length);
        }

        Assert.True(string.IsNullOrWhiteSpace(text[read..]), "The end is not read.");
        Assert.Equal(windows.Length, windows.Select(window => window.Range.Start.Value).Distinct().Count());
    });

    [Theory]
    [InlineData("bert", 4, 0.3)]
    [InlineData("bert", 6, 0.3)]
    [InlineData("bert", 8, 0.5)]
    [InlineData("modernbert", 8, 0.5)]   // has tokens for white space
    [InlineData("modernbert", 40, 0.2)]
    public void Cut_WhiteSpaceOfItsOwnBetweenPieces_StartsNoWindow(string family, int room, double overlap)
    {
        string text = string.Join("\n \u3000 \n", Enumerable.Range(0, 30).Select(static i => $"a{i}"))
            + string.Concat(Enumerable.Repeat("     b", 30)) + new string(' ', 3_000) + new string('\n', 3_000);

        DocumentWindow[] windows = [.. new WindowCutter(TokenizerData.Load(family), text, room, (int)(room * overlap), new TokenBuffer()).Cut()];

        Assert.Equal(windows.Length, windows.Select(static window => window.Range.Start.Value).Distinct().Count());
        Assert.All(windows, static window => Assert.True(window.Range.End.Value > window.Range.Start.Value));
        Assert.Equal(text.TrimEnd().Length, windows[^1].Range.End.Value);
        Assert.True(windows[^1].IsLast);
    }

    [Fact]
    public void Cut_NothingButWhiteSpace_IsOneEmptyWindow()
    {
        DocumentWindow window = Assert.Single(
            new WindowCutter(TokenizerData.Load("modernbert"), new string(' ', 2_000) + new string('\n', 2_000), 16, 4, new TokenBuffer()).Cut());

        Assert.Equal((true, 0), (window.IsLast, window.Tokens.Count));
    }

    [Fact]
    public void Cut_Sentences_RepeatsTheOverlapOrWholeParagraphs() =>
        Gen.Select(Gen.Int[1, 14].Array[1, 80], Gen.Int[60, 200], Gen.Double[0.05, 0.5]).Sample((lengths, room, share) =>
        {
            string text = string.Concat(lengths.Select((length, i) => string.Join(' ', Enumerable.Repeat("word", length)) + (i % 7 == 6 ? ".\n\n" : ". ")));
            int overlap = (int)(room * share);
            DocumentWindow[] windows = [.. new WindowCutter(Tokenizer, text, room, overlap, new TokenBuffer()).Cut()];

            foreach ((DocumentWindow before, DocumentWindow after) in windows.Zip(windows.Skip(1)))
            {
                Assert.True(after.Range.Start.Value <= before.Range.End.Value + 2);
                int repeated = CountTokens(text, after.Range.Start.Value, before.Range.End.Value);
                if (repeated < overlap)
                {
                    Assert.Equal("\n\n", text.Substring(before.Range.End.Value, 2));
                    int end = text.IndexOf("\n\n", before.Range.End.Value + 2, StringComparison.Ordinal);
                    end = end < 0 ? text.TrimEnd().Length : end;
                    Assert.True(after.Range.End.Value >= end, "The paragraph that takes the room is not whole.");
                    int start = after.Range.Start.Value;
                    Assert.True(start == 0 || text[start - 1] == '\n', "A part of a paragraph is repeated.");
                    int one = text.LastIndexOf("\n\n", Math.Max(0, start - 3), StringComparison.Ordinal);
                    one = one < 0 ? 0 : one + 2;
                    Assert.True(one <= before.Range.Start.Value || CountTokens(text, one, end) > room, "There was room for one more.");
                }

                Assert.InRange(repeated, 0, room);
                Assert.True(after.Range.Start.Value > before.Range.Start.Value);
                Assert.True(after.Range.End.Value > before.Range.End.Value);
                Assert.EndsWith("word.", text[before.Range], StringComparison.Ordinal);
                Assert.StartsWith("word", text[after.Range], StringComparison.Ordinal);
            }
        });

    [Theory]
    [InlineData(30)]
    [InlineData(45)]   // has room for sentences of another, but not for all of it
    public void Cut_ParagraphsOfMostOfTheRoom_AreEachAWindow(int room)
    {
        // 28 tokens each.
        string[] paragraphs = [.. Enumerable.Range(0, 6)
            .Select(i => $"Number {(char)('A' + i)}. " + string.Join(' ', Enumerable.Repeat("One two three four.", 5)))];
        string text = string.Join("\n\n", paragraphs);

        Assert.Equal(paragraphs, new WindowCutter(Tokenizer, text, room, overlap: 8, new TokenBuffer()).Cut().Select(window => text[window.Range]));
    }

    [Fact]
    public void Cut_ShortParagraphsBetweenLongOnes_AreReadWithBoth()
    {
        string longOne = string.Join(' ', Enumerable.Repeat("One two three four.", 6));   // 30 tokens
        string text = string.Join("\n\n", longOne, "Short one.", longOne, "Short two.", longOne);

        Assert.Equal(
            [$"{longOne}\n\nShort one.", $"Short one.\n\n{longOne}\n\nShort two.", $"Short two.\n\n{longOne}"],
            new WindowCutter(Tokenizer, text, room: 40, overlap: 8, new TokenBuffer()).Cut().Select(window => text[window.Range]));
    }

    [Fact]
    public void Cut_ParagraphTooLongForAWindow_FillsWindowsFromItsStart()
    {
        string sentence = "One two three four. ";
        string text = $"Short.\n\n{string.Concat(Enumerable.Repeat(sentence, 20)).Trim()}\n\nEnd of it.";

        string[] windows = [.. new WindowCutter(Tokenizer, text, room: 40, overlap: 8, new TokenBuffer()).Cut().Select(window => text[window.Range])];

        Assert.Equal($"Short.\n\n{string.Concat(Enumerable.Repeat(sentence, 7)).Trim()}", windows[0]);   // a line of two tokens is not a window of its own
        Assert.All(windows[1..^1], window => Assert.Equal(string.Concat(Enumerable.Repeat(sentence, 8)).Trim(), window));
        Assert.EndsWith("four.\n\nEnd of it.", windows[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Cut_NoOverlap_ReadsNothingTwice()
    {
        string text = string.Concat(Enumerable.Repeat("One two three four. ", 50));

        DocumentWindow[] windows = [.. new WindowCutter(Tokenizer, text, room: 20, overlap: 0, new TokenBuffer()).Cut()];

        // Four sentences of 5 tokens and 20 characters.
        Assert.Equal(Enumerable.Range(0, 13).Select(i => i * 80), windows.Select(window => window.Range.Start.Value));
        Assert.Equal(250, windows.Sum(window => window.Tokens.Count));
    }

    [Fact]
    public void Cut_Paragraphs_StayWholeWhereTheyFit()
    {
        // 12 tokens each.
        string[] paragraphs = [.. Enumerable.Range(0, 9).Select(i => $"Title {(char)('A' + i)}\nFirst sentence of it. Second sentence of it.")];
        string text = string.Join("\n\n", paragraphs);

        IEnumerable<string> windows = new WindowCutter(Tokenizer, text, room: 40, overlap: 8, new TokenBuffer()).Cut().Select(window => text[window.Range]);

        Assert.Equal([Join(0, 3), Join(2, 5), Join(4, 7), Join(6, 9)], windows);

        string Join(int start, int end) => string.Join("\n\n", paragraphs[start..end]);
    }

    [Theory]
    [InlineData("忘记密码请打开登录页面选择找回")]
    [InlineData("😀")]
    [InlineData("words without any end ")]
    [InlineData("A sentence that ends. ")]
    [InlineData("x")]
    [InlineData("\n")]
    public void Cut_MegabyteOfText_TakesAWindowAtATime(string unit)
    {
        string text = "Start. " + string.Concat(Enumerable.Repeat(unit, (1 << 20) / unit.Length)) + " end";
        var tokens = new TokenBuffer();
        _ = new WindowCutter(Tokenizer, text, room: 128, overlap: 32, tokens).Cut().First();   // fills the pools
        tokens.Clear();

        long before = GC.GetAllocatedBytesForCurrentThread();
        DocumentWindow[] first = [.. new WindowCutter(Tokenizer, text, room: 128, overlap: 32, tokens).Cut().Take(8)];
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256 << 10);
        Assert.InRange(tokens.Count, 2, 8 * 128);

        DocumentWindow last = new WindowCutter(Tokenizer, text, room: 128, overlap: 32, new TokenBuffer()).Cut().Last();
        Assert.True(last.IsLast);
        Assert.Equal(text.Length, last.Range.End.Value);
        Assert.NotEmpty(first);
    }

    private static int CountTokens(string text, int start, int end) => end <= start ? 0 : Encode(text[start..end]).Length;

    private static int[] Encode(string text) => TokenizerData.Encode(Tokenizer, text);
}
