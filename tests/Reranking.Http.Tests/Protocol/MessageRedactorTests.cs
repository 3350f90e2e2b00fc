using CsCheck;

namespace Reranking.Http.Tests;

/// <summary>What servers say is shown only if it repeats nothing of the request.</summary>
public sealed class MessageRedactorTests
{
    private const string Key = "secret-key-0123456789";
    private const string Query = "Why did Wilhelmina leave the orchestra?";
    private static readonly string[] Documents =
        ["Wilhelmina's illness was kept from the other members for eleven years.", "pear", @"C:\docs\team\notes", "two\nlines \t here", "x7", "a", ""];

    [Theory]
    [InlineData("bad key secret-key-0123456789")]
    [InlineData("bad key SECRET-KEY-0123456789")]
    [InlineData("bad key ending in 456789")]
    [InlineData("Why did Wilhelmina leave the orchestra? is too long")]
    [InlineData("query 'why did wilhelmina leave' is not allowed")]
    [InlineData("input: ...kept from the other members for el...")]
    [InlineData("input: a piece, 'lness was ke', at any position")]
    [InlineData("input: Wilhelmina\\u0027s illness")]
    [InlineData("input: Wilhelmina\\U0027s illness")]
    [InlineData("input: \\xE2\\x80")]
    [InlineData("value is no valid list: pear")]
    [InlineData("value is no valid list: PEARS")]
    [InlineData("value is no valid list: x7")]
    [InlineData("value is no valid list: size_x7")]
    [InlineData("'a' is no valid list")]
    [InlineData("no valid list: A")]
    [InlineData("value is no valid list: two lines here")]
    [InlineData("value is no valid list: two\nlines \t here")]
    [InlineData("value is no valid list: two\\nlines \\t here")]
    [InlineData("no such folder: C:\\docs\\team")]
    [InlineData("no such folder: C:\\\\docs\\\\team\\\\notes")]
    public void Redact_RepeatsOurs_IsNull(string serverText) => Assert.Null(MessageRedactor.Redact(serverText, Query, Documents, Key));

    [Theory]
    [InlineData("model 'm-9' not found", "model 'm-9' not found")]
    [InlineData("size of x72 and ax7", "size of x72 and ax7")]
    [InlineData("  two\r\nrows\u0007 ", "two  rows")]
    [InlineData("the documents are too many", "the documents are too many")]
    public void Redact_ServersOwn_IsOneLine(string serverText, string shown) => Assert.Equal(shown, MessageRedactor.Redact(serverText, Query, Documents, Key));

    [Theory]
    [InlineData("")]
    [InlineData(" \r\n")]
    public void Redact_Blank_IsNull(string serverText) => Assert.Null(MessageRedactor.Redact(serverText, Query, Documents, Key));

    [Theory]
    [InlineData("k1", "the key k1 is unknown", false)]
    [InlineData("k1", "the key is unknown", true)]
    [InlineData("", "the key is unknown", true)]
    [InlineData(null, "the key is unknown", true)]
    public void Redact_ShortKeyOrNone_ComparesAllOfIt(string? key, string serverText, bool isShown) =>
        Assert.Equal(isShown ? serverText : null, MessageRedactor.Redact(serverText, "what?", [], key));

    [Fact]
    public void Redact_LongText_IsCutBetweenCharacters() => Assert.Equal(
        new string('-', 299) + "…", MessageRedactor.Redact(new string('-', 299) + "\ud83d\ude00" + new string('-', 9_000), Query, Documents, Key));

    [Theory]
    [InlineData(290)]
    [InlineData(299)]
    [InlineData(5_000)]
    public void Redact_RepeatsOursBehindTheCut_IsNull(int position) =>
        Assert.Null(MessageRedactor.Redact(new string('-', position) + Documents[0], Query, Documents, Key));

    /// <summary>The hashes find what a search for each piece finds, and no more.</summary>
    [Fact]
    public void Redact_AnyTexts_IsNullIfTheyShareAPiece() =>
        Gen.Select(Gen.String[Gen.Char["abA"], 0, 60], Gen.String[Gen.Char["abB"], 12, 200]).Sample((message, document) =>
        {
            string said = "." + message + ".";   // no blank at an end, which would be trimmed
            bool shares = Enumerable.Range(0, said.Length).Where(start => start + 12 <= said.Length)
                .Any(start => document.Contains(said.Substring(start, 12), StringComparison.OrdinalIgnoreCase));

            Assert.Equal(shares ? null : said, MessageRedactor.Redact(said, "what?", [document], null));
        });
}
