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
    public void Redact_RepeatsOurs_IsNull(string serverText) => Assert.Null(MessageRedactor.Redact(serverText, Query, Documents, [Key]));

    [Theory]
    [InlineData("model 'm-9' not found", "model 'm-9' not found")]
    [InlineData("size of x72 and ax7", "size of x72 and ax7")]
    [InlineData("  two\r\nrows\u0007 ", "two  rows")]
    [InlineData("the documents are too many", "the documents are too many")]
    public void Redact_ServersOwn_IsOneLine(string serverText, string shown) => Assert.Equal(shown, MessageRedactor.Redact(serverText, Query,
        Documents, [Key]));

    [Theory]
    [InlineData("")]
    [InlineData(" \r\n")]
    public void Redact_Blank_IsNull(string serverText) => Assert.Null(MessageRedactor.Redact(serverText, Query, Documents, [Key]));

    [Theory]
    [InlineData("k1", "the key k1 is unknown", false)]
    [InlineData("k1", "the key is unknown", true)]
    [InlineData("", "the key is unknown", true)]
    [InlineData(null, "the key is unknown", true)]
    public void Redact_ShortKeyOrNone_ComparesAllOfIt(string? key, string serverText, bool isShown) =>
        Assert.Equal(isShown ? serverText : null, MessageRedactor.Redact(serverText, "what?", [], key is null ? [] : [key]));

    [Fact]
    public void Redact_LongText_IsCutBetweenCharacters() => Assert.Equal(
        new string('-', 299) + "…", MessageRedactor.Redact(new string('-', 299) + "\ud83d\ude00" + new string('-', 9_000), Query, Documents, [Key]));

    [Theory]
    [InlineData(290)]
    [InlineData(299)]
    [InlineData(5_000)]
    public void Redact_RepeatsOursBehindTheCut_IsNull(int position) =>
        Assert.Null(MessageRedactor.Redact(new string('-', position) + Documents[0], Query, Documents, [Key]));

    // The ways in which servers, gateways and logs write what they were sent.
    private static readonly Dictionary<string, Func<string, string>> Encodings = new()
    {
        ["as it is"] = static text => text,
        ["upper case"] = static text => text.ToUpperInvariant(),
        ["JSON"] = static text => System.Text.Json.JsonSerializer.Serialize(text),
        ["JSON, all escaped"] = static text => Each(text, static c => $"\\u{(int)c:x4}"),
        ["HTML"] = static text => System.Net.WebUtility.HtmlEncode(text),
        ["HTML, decimal"] = static text => Each(text, static c => $"&#{(int)c};"),
        ["HTML, hexadecimal"] = static text => Each(text, static c => $"&#x{(int)c:X};"),
        ["percent"] = Uri.EscapeDataString,
        ["percent, all"] = static text => EachByte(text, static c => $"%{c:x2}"),
        ["form"] = static text => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal),
        ["quoted printable"] = static text => EachByte(text, static c => $"={c:X2}"),
        ["base64"] = static text => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text)),
        ["base64 of URLs"] = static text => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_'),
        ["base64, cut"] = static text => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes("..." + text))[1..],
        ["base64, broken into lines"] = static text => Each(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text)), static c => c % 5 == 0
            ? $"{c}\n" : $"{c}"),
        ["base64 of UTF-16"] = static text => Convert.ToBase64String(System.Text.Encoding.Unicode.GetBytes(text)),
        ["hexadecimal"] = static text => Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(text)),
        ["hexadecimal, odd"] = static text => "f" + Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(text)),
        ["hexadecimal, dumped"] = static text => EachByte(text, static c => $"{c:x2} "),
        ["hexadecimal, of C"] = static text => EachByte(text, static c => $"0x{c:x2}, "),
        ["hexadecimal, of Python"] = static text => EachByte(text, static c => $"\\x{c:x2}"),
        ["codes"] = static text => Each(text, static c => $"{(int)c} "),
        ["tokens"] = static text => string.Join(", ", text.Chunk(3).Select(static chunk => $"'##{new string(chunk)}'")),
        ["tokens of a SentencePiece"] = static text => string.Join(' ', text.Split(' ').Select(static word => $"\u2581{word}")),
        ["spaced"] = static text => Each(text, static c => $"{c} "),
        ["zero width"] = static text => Each(text, static c => $"{c}\u200b"),
        ["full width"] = static text => Each(text, static c => c is > ' ' and <= '~' ? $"{(char)(c + 0xfee0)}" : $"{c}"),
        ["accents"] = static text => Each(text, static c => char.IsAsciiLetter(c) ? $"{c}\u0301" : $"{c}"),
    };

    public static TheoryData<string> EncodingNames => [.. Encodings.Keys];

    /// <summary>Whatever the server does to a text once or twice, and wherever it cuts it, a piece of it withholds the message.</summary>
    [Theory]
    [MemberData(nameof(EncodingNames))]
    public void Redact_EncodedTwice_IsNull(string name)
    {
        string[] pieces = [Documents[0].Substring(13, 24), "secret-key-0123", Query[8..32]];
        // In upper case base64 is lost, for every reader.
        foreach (string outer in Encodings.Keys.Where(outer => outer != "upper case" || !name.StartsWith("base64", StringComparison.Ordinal)))
        {
            foreach (string piece in pieces)
            {
                string said = $"invalid input: {Encodings[outer](Encodings[name](piece))} (see the log)";
                Assert.True(MessageRedactor.Redact(said, Query, Documents, [Key]) is null, $"{outer} of {name}: {said}");
            }
        }
    }

    [Theory]
    [InlineData("model 'cross-encoder/ms-marco-MiniLM-L-12-v2' does not exist")]
    [InlineData("Invalid API token supplied. Request id 8f14e45f-ceea-467a-9f0a-2b1d3c4e5f60")]
    [InlineData("upstream connect error at 10.0.12.7:8080, retry later")]
    [InlineData("You are using a trial key, which is limited to 10 calls per minute.")]
    [InlineData("input length 8193 exceeds the context of 8192 tokens")]
    [InlineData("Authorization token is not formatted as Basic64EncodedAuthenticationCredentials")]
    public void Redact_UsualMessages_AreShown(string message) =>
        Assert.Equal(message, MessageRedactor.Redact(message, Query, [Documents[0], Documents[2]], [Key]));

    [Theory]
    [InlineData("rerank-v3.5", true)]
    [InlineData("BAAI/bge-reranker-v2-m3", true)]
    [InlineData("wilhelmina-s-illness", false)]
    [InlineData("V2lsaGVsbWluYSdzIGlsbG5lc3M", false)]
    [InlineData("two words", false)]
    [InlineData("line\nbreak", false)]
    [InlineData("", false)]
    public void Name_OfAModel_IsShort_PlainAndNoEcho(string name, bool isShown) =>
        Assert.Equal(isShown ? name : null, MessageRedactor.Name(name, 40, static c => char.IsLetterOrDigit(c) || "-/.".Contains(c), Documents, [Key]));

    [Fact]
    public void Redact_WithoutItsAccents_IsNull() => Assert.Null(MessageRedactor.Redact("input cafe creme brulee", "what?",
        ["Caf\u00e9 cr\u00e8me br\u00fbl\u00e9e"], []));

    private static string EachByte(string text, Func<byte, string> write) => string.Concat(System.Text.Encoding.UTF8.GetBytes(text).Select(write));

    private static string Each(string text, Func<char, string> write) => string.Concat(text.Select(write));

    /// <summary>The hashes find what a search for each piece finds, and no more.</summary>
    [Fact]
    public void Redact_AnyTexts_IsNullIfTheyShareAPiece() =>
        Gen.Select(Gen.String[Gen.Char["abA"], 0, 60], Gen.String[Gen.Char["abB"], 8, 200]).Sample((message, document) =>
        {
            string said = "." + message + ".";   // no blank at an end, which would be trimmed
            bool shares = Enumerable.Range(0, said.Length).Where(start => start + 8 <= said.Length)
                .Any(start => document.Contains(said.Substring(start, 8), StringComparison.OrdinalIgnoreCase));

            Assert.Equal(shares ? null : said, MessageRedactor.Redact(said, "what?", [document], []));
        });
}
