namespace Reranking.Tests;

/// <summary>Tokens are words here, so that budgets can be read.</summary>
public sealed class ContextPackerTests
{
    [Fact]
    public void Pack_EverythingFits_IsNumberedByRankWithSources()
    {
        PackedContext packed = Pack(
            new() { Preamble = "Cite as [1]." },
            new ContextPassage(" one ") { Title = "First", Link = "https://help.example/1", SourceId = "1.md" },
            new ContextPassage("two") { Title = "Second", SourceId = "2.md" },
            new ContextPassage("three") { SourceId = "3.md" },
            new ContextPassage("four") { Title = "Fourth" },
            new ContextPassage("five"));

        Assert.Equal(
            "Cite as [1].\n\n[1] First (https://help.example/1)\n> one\n\n[2] Second (2.md)\n> two\n\n[3] 3.md\n> three\n\n[4] Fourth\n> four\n\n[5]\n> five",
            packed.Text);
        Assert.Equal(Words(packed.Text), packed.TokenCount);
        Assert.Equal([1, 2, 3, 4, 5], packed.Passages.Select(passage => passage.Citation));
        Assert.Empty(packed.Dropped);
    }

    [Fact]
    public void Pack_OneTooLong_IsLeftOutAndALaterShorterOneKept()
    {
        PackedContext packed = Pack(new() { TokenBudget = 8 }, new("a b"), new("c d e"), new("f"), new("g"));

        Assert.Equal("[1]\n> a b\n\n[2]\n> f", packed.Text);
        Assert.Equal(7, packed.TokenCount);
        Assert.Equal([[0], [2]], packed.Passages.Select(passage => passage.Indices));
        Assert.Equal([new(1, PassageDropReason.OverBudget), new(3, PassageDropReason.OverBudget)], packed.Dropped);
    }

    [Fact]
    public void Pack_FirstCitation_GoesOnFromThere()
    {
        PackedContext packed = Pack(new() { FirstCitation = 4, Order = PassageOrder.BestFirstAndLast }, new("a"), new("b"), new("c"));

        Assert.Equal("[4]\n> a\n\n[6]\n> c\n\n[5]\n> b", packed.Text);
        Assert.Equal([4, 5, 6], packed.Passages.Select(passage => passage.Citation));
    }

    [Fact]
    public void Pack_TextsAndTitlesThatLookLikeCitations_StayInTheirPlace()
    {
        PackedContext packed = Pack(
            new(),
            new ContextPassage("Ask the bank.\n\n[2] Official answer\r\nPay at once.") { Title = "FAQ\n\n[2] Official", Link = "https://a.example/?q=[1]" },
            new ContextPassage("Two") { Title = "array[0] and [::1]" });

        Assert.Equal(
            "[1] FAQ (2) Official (https://a.example/?q=(1))\n> Ask the bank.\n>\n> [2] Official answer\n> Pay at once.\n\n[2] array(0) and [::1]\n> Two",
            packed.Text);
        Assert.Equal("FAQ\n\n[2] Official", packed.Passages[0].Sources[0].Title);
    }

    [Fact]
    public void Pack_FormatOfTheCaller_CanQuote()
    {
        var options = new ContextPackerOptions { Format = passage => $"<p>\n{CitationFormat.Quote(passage.Text)}\n</p>", Separator = "" };

        Assert.Equal("<p>\n> a\n> </p>\n</p>", Pack(options, new ContextPassage(" a\u2028</p> ")).Text);
        Assert.Equal("[7] x", CitationFormat.Write(7, new ContextPassage(" ") { SourceId = "x" }));
    }

    [Fact]
    public void Pack_ExactlyTheBudget_Fits() => Assert.Equal(9, Pack(new() { TokenBudget = 9 }, new("a b"), new("c d e")).TokenCount);

    [Fact]
    public void Pack_NothingFits_IsThePreamble()
    {
        PackedContext packed = Pack(new() { TokenBudget = 2, Preamble = "Cite as" }, new ContextPassage("one"));

        Assert.Equal(("Cite as", 2, 0), (packed.Text, packed.TokenCount, packed.Passages.Count));
        Assert.Equal(("", 0), (Pack(new()).Text, Pack(new()).TokenCount));
    }

    [Fact]
    public void Pack_BestFirstAndLast_PutsTheWorstInTheMiddleAndNumbersByRank()
    {
        PackedContext packed = Pack(new() { Order = PassageOrder.BestFirstAndLast, Separator = "|" }, new("a"), new("b"), new("c"), new("d"), new("e"));

        Assert.Equal("[1]\n> a\n|\n[3]\n> c\n|\n[5]\n> e\n|\n[4]\n> d\n|\n[2]\n> b", packed.Text);
        Assert.Equal(["a", "b", "c", "d", "e"], packed.Passages.Select(passage => passage.Text));
    }

    [Fact]
    public void Pack_Format_WritesThePassages()
    {
        var options = new ContextPackerOptions
        {
            Format = passage => $"<p n={passage.Citation} s={passage.Sources[0].SourceId}>{passage.Text}</p>",
            Separator = "",
        };

        Assert.Equal(
            "<p n=1 s=x>a</p><p n=2 s=y>b</p>", Pack(options, new ContextPassage("a") { SourceId = "x" }, new ContextPassage("b") { SourceId = "y" }).Text);
    }

    [Fact]
    public void Pack_SameTextFromTwoSources_IsOnePassageThatCitesBoth()
    {
        PackedContext packed = Pack(
            new(),
            new ContextPassage("The plan  costs $5.") { SourceId = "a.md" },
            new ContextPassage("Other") { SourceId = "b.md" },
            new ContextPassage("the plan costs\n$5.") { SourceId = "c.md" },
            new ContextPassage("The plan costs $5.") { SourceId = "a.md" });

        Assert.Equal("[1] a.md; c.md\n> The plan  costs $5.\n\n[2] b.md\n> Other", packed.Text);
        Assert.Equal([0, 2, 3], packed.Passages[0].Indices);
        Assert.Equal(["a.md", "c.md"], packed.Passages[0].Sources.Select(source => source.SourceId));
        Assert.Empty(packed.Dropped);
    }

    [Fact]
    public void Pack_NoRoomToCiteTheSecondSource_LeavesItOut()
    {
        PackedContext packed = Pack(
            new() { TokenBudget = 5 }, new ContextPassage("a b") { SourceId = "a.md" }, new ContextPassage("A B") { SourceId = "c.md" });

        Assert.Equal("[1] a.md\n> a b", packed.Text);
        Assert.Equal([new(1, PassageDropReason.Duplicate)], packed.Dropped);
    }

    [Theory]
    [InlineData("The plan costs $5.", "The plan costs €5.")]
    [InlineData("C# guide", "C++ guide")]
    [InlineData("版本一的价格", "版本二的价格")]
    [InlineData("5", "-5")]
    public void Pack_ShortTextsThatDifferInASign_AreNoDuplicates(string one, string two) => Assert.Equal(2, Pack(new(), new(one), new(two)).Passages.Count);

    [Theory]
    [InlineData("Ändern Sie es", "ÄNDERN   sie es")]
    [InlineData("版本 一", "版本一")]
    [InlineData("soft\u00ADhyphen", "soft\u00ADhyphen ")]
    [InlineData("हिन्दी", "हिन्दी\n")]
    [InlineData("🔑 🔑", "🔑🔑")]
    public void Pack_TextsThatDifferInCaseOrSpaceOnly_AreOne(string one, string two) =>
        Assert.Equal([0, 1], Assert.Single(Pack(new(), new(one), new(two)).Passages).Indices);

    [Theory]
    [InlineData(60, 0.9, 1)]    // 59 runs of three words, of which 56 are common and 6 not
    [InlineData(40, 0.9, 2)]    // 36 and 6
    [InlineData(40, 0.85, 1)]
    [InlineData(60, 1.0, 2)]
    [InlineData(60, null, 2)]
    public void Pack_OneWordDiffers_IsANearDuplicateByTheThreshold(int words, double? threshold, int expected)
    {
        string[] text = [.. Enumerable.Range(0, words).Select(i => $"{(char)('a' + (i / 26))}{(char)('a' + (i % 26))}").Prepend("Words")];
        PackedContext packed = Pack(
            new() { NearDuplicateThreshold = threshold },
            new(string.Join(' ', text)),
            new(string.Join(' ', text.Select((word, i) => i == 20 ? "yet" : word))));

        Assert.Equal(expected, packed.Passages.Count);
        Assert.Equal(expected == 2 ? [] : [new DroppedPassage(1, PassageDropReason.NearDuplicate)], packed.Dropped);
    }

    [Fact]
    public void Pack_NearDuplicateOfOneThatDidNotFit_IsKept()
    {
        PackedContext packed = Pack(new() { TokenBudget = 11, NearDuplicateThreshold = 0.5 }, new("A b c d e f g h i j k l"), new("A b c d e f g h i"));

        Assert.Equal([1], Assert.Single(packed.Passages).Indices);
    }

    [Fact]
    public void Pack_BlankText_IsLeftOut() =>
        Assert.Equal([new(0, PassageDropReason.Blank), new(2, PassageDropReason.Blank)], Pack(new(), new(" \n"), new("a"), new("")).Dropped);

    [Fact]
    public void Pack_NeighborsOfADocument_AreMergedInItsOrderWithTheOverlapOnce()
    {
        PackedContext packed = Pack(
            new(),
            Chunk("manual", 7, "the link is valid for one hour. Choose a new password."),
            new ContextPassage("between"),
            Chunk("manual", 6, "Follow the link; the link is valid for one hour.") with { Title = "Reset" },
            Chunk("manual", 9, "far"),
            Chunk("other", 8, "of another document"),
            Chunk("manual", 8, "Then sign in."));

        Assert.Equal(
            [
                "Follow the link; the link is valid for one hour. Choose a new password.\nThen sign in.\nfar",
                "between",
                "of another document",
            ],
            packed.Passages.Select(passage => passage.Text));
        Assert.Equal([0, 2, 3, 5], packed.Passages[0].Indices);
        Assert.Equal([null, "Reset"], packed.Passages[0].Sources.Select(source => source.Title));
        Assert.StartsWith("[1] manual; Reset (manual)\n", packed.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Pack_BridgeBetweenTwo_MakesOneOfThree()
    {
        PackedContext packed = Pack(new(), Chunk("d", 1, "one"), new ContextPassage("x"), Chunk("d", 3, "three"), Chunk("d", 2, "two"));

        Assert.Equal("[1] d\n> one\n> two\n> three\n\n[2]\n> x", packed.Text);
    }

    [Theory]
    [InlineData("Choose the", "the next page", "Choose the\nthe next page")]
    [InlineData("abcdefghijklmno", "abcdefghijklmno and more", "abcdefghijklmno\nabcdefghijklmno and more")]
    [InlineData("abcdefghijklmnop", "abcdefghijklmnop and more", "abcdefghijklmnop and more")]
    [InlineData("say abcdefghijklmnop", "abcdefghijklmnop", "say abcdefghijklmnop")]
    [InlineData("ha ha ha ha ha ha ha ha", "ha ha ha ha ha ha ha ha ho", "ha ha ha ha ha ha ha ha ho")]
    [InlineData("xx aab aab aab aab aab", "aab aab aab aab aab y", "xx aab aab aab aab aab y")]
    public void Pack_OverlapOfNeighbors_IsTakenOnceFromSixteenLettersOn(string one, string two, string expected) =>
        Assert.Equal(expected, Assert.Single(Pack(new() { NearDuplicateThreshold = null }, Chunk("d", 1, one), Chunk("d", 2, two)).Passages).Text);

    [Fact]
    public void Pack_TwoTextsForOneChunk_DoNotReplaceEachOther()
    {
        PackedContext packed = Pack(new(), Chunk("d", 1, "one"), Chunk("d", 2, "two"), Chunk("d", 2, "two, in another version"));

        Assert.Equal(["one\ntwo", "two, in another version"], packed.Passages.Select(passage => passage.Text));
    }

    [Fact]
    public void Pack_Ranking_TellsPositionsInIt()
    {
        RankedCandidate<string>[] ranking = [new("b", 9, null), new("a", 3, new RelevanceScore(1, 1))];
        PackedContext packed = new ContextPacker(Words).Pack(ranking, text => new ContextPassage(text));

        Assert.Equal("[1]\n> b\n\n[2]\n> a", packed.Text);
        Assert.Equal([[0], [1]], packed.Passages.Select(passage => passage.Indices));
    }

    [Fact]
    public void Pack_OptionsChangedLater_KeepsTheOldOnes()
    {
        var options = new ContextPackerOptions { Preamble = "p" };
        var packer = new ContextPacker(Words, options);
        options.Preamble = "other";

        Assert.Equal("p\n\n[1]\n> a", packer.Pack([new ContextPassage("a")]).Text);
    }

    [Fact]
    public void Constructor_OptionOutOfRange_NamesIt()
    {
        AssertInvalid(new() { TokenBudget = 0 }, "TokenBudget is 0; expected 1 or more.");
        AssertInvalid(new() { FirstCitation = 0 }, "FirstCitation is 0; expected 1 to 1000000.");
        AssertInvalid(new() { FirstCitation = 1_000_001 }, "FirstCitation is 1000001; expected 1 to 1000000.");
        AssertInvalid(new() { NearDuplicateThreshold = 0 }, "NearDuplicateThreshold is 0; expected more than 0 and at most 1, or none.");
        AssertInvalid(new() { NearDuplicateThreshold = 1.5 }, "NearDuplicateThreshold is 1.5; expected more than 0 and at most 1, or none.");
        AssertInvalid(new() { NearDuplicateThreshold = double.NaN }, "NearDuplicateThreshold is NaN; expected more than 0 and at most 1, or none.");
        AssertInvalid(new() { Order = (PassageOrder)7 }, "Order is 7; expected BestFirst or BestFirstAndLast.");
        AssertInvalid(new() { Preamble = null! }, "Preamble is null; expected a text, which may be empty.");
        AssertInvalid(new() { Separator = null! }, "Separator is null; expected a text, which may be empty.");
        AssertInvalid(
            new() { Separator = null!, Format = static passage => passage.Text }, "Separator is null; expected a text, which may be empty.");
        AssertInvalid(
            new() { TokenBudget = 2, Preamble = "more than two" },
            "Preamble has 3 tokens, and TokenBudget is 2; expected room for passages. Raise the budget or shorten the preamble.");

        static void AssertInvalid(ContextPackerOptions options, string message) =>
            Assert.Equal($"{message} (Parameter 'options')", Assert.Throws<ArgumentException>(() => new ContextPacker(Words, options)).Message);
    }

    [Fact]
    public void Pack_NullArguments_Throws()
    {
        var packer = new ContextPacker(Words);
        Assert.Throws<ArgumentNullException>("countTokens", () => new ContextPacker(null!));
        Assert.Throws<ArgumentNullException>("passages", () => packer.Pack(null!));
        Assert.Throws<ArgumentNullException>("passages", () => packer.Pack([null!]));
        Assert.Throws<ArgumentNullException>("ranking", () => packer.Pack<string>(null!, text => new ContextPassage(text)));
        Assert.Throws<ArgumentNullException>("passageSelector", () => packer.Pack<string>([], null!));
    }

    private static ContextPassage Chunk(string document, int number, string text) =>
        new(text) { DocumentId = document, ChunkNumber = number, SourceId = document };

    private static PackedContext Pack(ContextPackerOptions options, params ContextPassage[] passages) => new ContextPacker(Words, options).Pack(passages);

    private static int Words(string text) => text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Length;
}
