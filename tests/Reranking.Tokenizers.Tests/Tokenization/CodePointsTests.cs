using System.Globalization;
using System.Text.Json;
using Reranking.Tokenizers.Tokenization.Normalization;
using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tests;

/// <summary>Every code point against the classes that were measured on HuggingFace tokenizers.</summary>
public class CodePointsTests
{
    private const int CodePointCount = 0x110000;

    private static readonly JsonElement Measured = ReadJson("unicode-classes.json");
    private static readonly JsonElement More = ReadJson("unicode-classes-more.json");
    private static readonly JsonElement Regex = ReadJson("unicode-classes-regex.json");
    private static readonly JsonElement Normalization = ReadJson("unicode-normalization.json");

    [Theory]
    [InlineData(CodePointClasses.WhiteSpace, "white_space")]
    [InlineData(CodePointClasses.Punctuation, "bert_punctuation")]
    [InlineData(CodePointClasses.Control, "bert_control_removed")]
    [InlineData(CodePointClasses.Ideograph, "bert_cjk_isolated")]
    [InlineData(CodePointClasses.StrippedMark, "bert_stripped_marks")]
    internal void ClassesOf_AllCodePoints_EqualMeasured(CodePointClasses classes, string name)
    {
        HashSet<int> expected = [.. ReadRanges(Measured, name)];
        if (More.TryGetProperty(name, out _))
        {
            expected.UnionWith(ReadRanges(More, name));
        }

        Assert.Equal(expected.Order(), AllCodePoints().Where(codePoint => CodePoints.Is(codePoint, classes)));
    }

    [Theory]
    [InlineData(CodePointClasses.Letter, "regex_letter")]
    [InlineData(CodePointClasses.Number, "regex_number")]
    [InlineData(CodePointClasses.WhiteSpace, "regex_white_space")]
    [InlineData(CodePointClasses.WhiteSpace, "white_space_split")]
    [InlineData(CodePointClasses.WhiteSpace, "white_space")]
    [InlineData(CodePointClasses.Digit, "digit")]
    [InlineData(CodePointClasses.Punctuation, "punctuation")]
    internal void ClassesOf_AllCodePoints_EqualThoseOfPreTokenizers(CodePointClasses classes, string name) =>
        Assert.Equal(ReadRanges(Regex, name).Order(), AllCodePoints().Where(codePoint => CodePoints.Is(codePoint, classes)));

    [Fact]
    public void LengthAt_AllCodePointsBeforeAJoiner_EndAfterTheControlsOnly()
    {
        HashSet<int> controls = [0, .. ReadRanges(ReadJson("unicode-graphemes.json"), "control")];
        Assert.Contains(0xE0001, controls);
        Assert.Equal(controls.Order(), AllCodePoints().Where(codePoint =>
        {
            string text = char.ConvertFromUtf32(codePoint);
            return Graphemes.LengthAt(text + "\u200D\u035C", 0) == text.Length;
        }));
    }

    [Fact]
    public void Normalize_AllCodePointsWithoutAccents_EqualMeasured()
    {
        HashSet<int> removed = [.. ReadRanges(Measured, "strip_accents_normalizer_marks")];
        Assert.All(AllCodePoints(), codePoint => Assert.Equal(
            removed.Contains(codePoint) ? "" : char.ConvertFromUtf32(codePoint),
            TokenizerData.Normalize(new StripAccentsNormalizer(), char.ConvertFromUtf32(codePoint))));
    }

    [Theory]
    [InlineData("nfc", false)]
    [InlineData("nfkc", true)]
    public void Normalize_AllCodePointsComposed_EqualMeasured(string name, bool isCompatible) =>
        AssertMapping(new UnicodeNormalizer(composes: true, isCompatible), Normalization.GetProperty(name), char.ConvertFromUtf32, ReadCodePoints);

    [Fact]
    public void Normalize_AllCodePointsDecomposedCompatibly_EqualMeasured()
    {
        var canonical = new UnicodeNormalizer(composes: false, isCompatible: false);
        AssertMapping(
            new UnicodeNormalizer(composes: false, isCompatible: true),
            Normalization.GetProperty("compatibility"),
            codePoint => TokenizerData.Normalize(canonical, char.ConvertFromUtf32(codePoint)),
            ReadCodePoints);
    }

    [Fact]
    public void IsWord_AllCodePoints_EqualMeasured() =>
        Assert.Equal(ReadRanges(More, "word").Order(), AllCodePoints().Where(CodePoints.IsWord));

    [Fact]
    public void CombiningClassOf_AllCodePoints_EqualMeasured()
    {
        int[] expected = new int[CodePointCount];
        foreach (JsonProperty combining in More.GetProperty("canonical_combining_class").EnumerateObject())
        {
            foreach (int codePoint in ReadRanges(combining.Value.GetString()!))
            {
                expected[codePoint] = int.Parse(combining.Name, CultureInfo.InvariantCulture);
            }
        }

        Assert.Equal(expected, Enumerable.Range(0, CodePointCount).Select(CodePoints.CombiningClassOf));
        Assert.All(AllCodePoints(), codePoint => Assert.Equal(expected[codePoint] != 0, CodePoints.Is(codePoint, CodePointClasses.Combining)));
    }

    [Fact]
    public void Normalize_AllCodePointsLowercased_EqualMeasured() =>
        AssertMapping(new LowercaseNormalizer(), Measured.GetProperty("lowercase"), codePoint => char.ConvertFromUtf32(codePoint), ReadUtf16);

    [Fact]
    public void Normalize_AllCodePointsDecomposed_EqualMeasured() =>
        AssertMapping(new UnicodeNormalizer(composes: false, isCompatible: false), Measured.GetProperty("nfd"), DecomposeHangul, ReadUtf16);

    [Fact]
    public void Normalize_AllCodePointsCleaned_EqualMeasured()
    {
        HashSet<int> removed = [.. ReadRanges(Measured, "bert_control_removed"), .. ReadRanges(More, "bert_control_removed")];
        HashSet<int> blank = [.. ReadRanges(Measured, "white_space")];
        HashSet<int> isolated = [.. ReadRanges(Measured, "bert_cjk_isolated")];
        var normalizer = new BertNormalizer(cleanText: true, handleChineseCharacters: true, stripAccents: false, lowercase: false);
        Assert.All(AllCodePoints(), codePoint =>
        {
            string text = char.ConvertFromUtf32(codePoint);
            string expected = removed.Contains(codePoint) ? "" : blank.Contains(codePoint) ? " " : isolated.Contains(codePoint) ? $" {text} " : text;
            Assert.Equal(expected, TokenizerData.Normalize(normalizer, text));
        });
    }

    private static void AssertMapping(Normalizer normalizer, JsonElement mapping, Func<int, string> otherwise, Func<string, string> read)
    {
        var expected = mapping.EnumerateObject().ToDictionary(
            pair => int.Parse(pair.Name, NumberStyles.HexNumber, CultureInfo.InvariantCulture),
            pair => read(pair.Value.GetString()!));
        Assert.All(AllCodePoints(), codePoint => Assert.Equal(
            expected.GetValueOrDefault(codePoint) ?? otherwise(codePoint),
            TokenizerData.Normalize(normalizer, char.ConvertFromUtf32(codePoint))));
    }

    private static string ReadUtf16(string units) => string.Concat(units.Split(' ').Select(unit => (char)Convert.ToUInt16(unit, 16)));

    private static string ReadCodePoints(string codePoints) =>
        string.Concat(codePoints.Split(' ').Select(part => char.ConvertFromUtf32(Convert.ToInt32(part, 16))));

    // Not .NET's own decomposition: it does nothing in the run with invariant globalization.
    private static string DecomposeHangul(int codePoint)
    {
        if (codePoint is < 0xAC00 or > 0xD7A3)
        {
            return char.ConvertFromUtf32(codePoint);
        }

        int index = codePoint - 0xAC00;
        string leadAndVowel = $"{(char)(0x1100 + (index / 588))}{(char)(0x1161 + (index % 588 / 28))}";
        return index % 28 == 0 ? leadAndVowel : $"{leadAndVowel}{(char)(0x11A7 + (index % 28))}";
    }

    private static IEnumerable<int> AllCodePoints() => Enumerable.Range(0, CodePointCount).Where(codePoint => codePoint is < 0xD800 or > 0xDFFF);

    private static IEnumerable<int> ReadRanges(JsonElement classes, string name) => ReadRanges(classes.GetProperty(name).GetString()!);

    private static IEnumerable<int> ReadRanges(string ranges)
    {
        foreach (string[] range in ranges.Split(' ').Select(range => range.Split('-')))
        {
            int first = Convert.ToInt32(range[0], 16);
            int last = Convert.ToInt32(range[^1], 16);
            for (int codePoint = first; codePoint <= last; codePoint++)
            {
                yield return codePoint;
            }
        }
    }

    private static JsonElement ReadJson(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(TokenizerData.PathOf(name)));
        return document.RootElement.Clone();
    }
}
