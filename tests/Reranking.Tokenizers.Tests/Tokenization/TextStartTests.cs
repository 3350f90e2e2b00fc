using CsCheck;
using Reranking.Tokenizers.Tokenization;
using Reranking.Tokenizers.Tokenization.AddedTokens;
using Reranking.Tokenizers.Tokenization.Models;
using Reranking.Tokenizers.Tokenization.Normalization;
using Reranking.Tokenizers.Tokenization.PreTokenization;
using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tests;

/// <summary>What each stage says of a text of which only the start is known: it has to hold whatever follows.</summary>
public class TextStartTests
{
    public static TheoryData<string> Normalizers { get; } =
    [
        """{ "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true }""",
        """{ "type": "BertNormalizer", "clean_text": false, "handle_chinese_chars": true, "strip_accents": false, "lowercase": true }""",
        """{ "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": false, "strip_accents": true, "lowercase": false }""",
        """{ "type": "NFC" }""",
        """{ "type": "NFD" }""",
        """{ "type": "NFKC" }""",
        """{ "type": "NFKD" }""",
        """{ "type": "Strip", "strip_left": true, "strip_right": true }""",
        """{ "type": "Strip", "strip_left": true, "strip_right": false }""",
        """{ "type": "Replace", "pattern": { "Regex": " {2,}" }, "content": " " }""",
        """{ "type": "Sequence", "normalizers": [{ "type": "NFD" }, { "type": "Strip", "strip_left": false, "strip_right": true }, { "type": "NFC" }] }""",
        """{ "type": "Sequence", "normalizers": [] }""",
        "deberta-v3",
        "xlm-roberta/metaspace",
    ];

    public static TheoryData<string> PreTokenizers { get; } =
    [
        """{ "type": "BertPreTokenizer" }""",
        """{ "type": "WhitespaceSplit" }""",
        """{ "type": "Punctuation", "behavior": "MergedWithNext" }""",
        """{ "type": "Punctuation", "behavior": "MergedWithPrevious" }""",
        """{ "type": "Digits", "individual_digits": false }""",
        """{ "type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true }""",
        """{ "type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": false }""",
        """{ "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true }""",
        """{ "type": "Sequence", "pretokenizers": [{ "type": "WhitespaceSplit" }, { "type": "ByteLevel", "add_prefix_space": false, "use_regex": true }] }""",
        "roberta",
        "qwen3",
        "xlm-roberta",
    ];

    [Theory]
    [MemberData(nameof(Normalizers))]
    public void NormalizeStart_AnyText_GivesTheStartOfTheWhole(string json)
    {
        Normalizer normalizer = TokenizerComponents.Normalizers.Read(TokenizerData.ReadComponent(json, "normalizer"));
        HardTexts.AnyCut.Sample((text, index) =>
        {
            string start = text[..index];
            string whole = TokenizerData.Normalize(normalizer, text);
            Assert.StartsWith(TokenizerData.Render((buffer, scratch) => normalizer.NormalizeStart(start, buffer, scratch)), whole, StringComparison.Ordinal);

            int settled = normalizer.SettledLength(start);
            Assert.InRange(settled, 0, index);
            Assert.StartsWith(TokenizerData.Normalize(normalizer, start[..settled]), whole, StringComparison.Ordinal);
        });
    }

    [Theory]
    [MemberData(nameof(Normalizers))]
    public void Cut_AnyText_GivesPartsOfTheWhole(string json)
    {
        Normalizer normalizer = TokenizerComponents.Normalizers.Read(TokenizerData.ReadComponent(json, "normalizer"));
        HardTexts.InnerCut.Sample((text, index) =>
        {
            TextCut cut = normalizer.Cut(new TextCut(CodePoints.DecodeBefore(text, index), CodePoints.Decode(text, index, out _)));
            if (cut.IsPossible)
            {
                string first = TokenizerData.Normalize(normalizer, text[..index]);
                string second = TokenizerData.Normalize(normalizer, text[index..]);
                Assert.Equal(TokenizerData.Normalize(normalizer, text), first + second);
                Assert.Equal(cut.After, CodePoints.Decode(second, 0, out _));
                Assert.True(cut.Before == TextCut.Unknown || cut.Before == CodePoints.DecodeBefore(first, first.Length));
            }
        });
    }

    [Theory]
    [MemberData(nameof(PreTokenizers))]
    public void SettledLength_OfAnyPreTokenizer_GivesPreTokensOfTheWhole(string json)
    {
        PreTokenizer preTokenizer = TokenizerComponents.PreTokenizers.Read(TokenizerData.ReadComponent(json, "pre_tokenizer"));
        Gen.OneOf(
            HardTexts.AnyCut,
            Gen.Select(Gen.Char[" \n'rRsa1!"].Array[1, 14], Gen.Int[1, 14])
                .Select((characters, index) => (new string(characters), Math.Min(index, characters.Length))))
            .Sample((text, index) =>
            {
                int settled = preTokenizer.SettledLength(text.AsSpan(0, index));
                Assert.InRange(settled, 0, index);
                List<string> pieces = TokenizerData.Split(preTokenizer, text[..settled]);
                List<string> whole = TokenizerData.Split(preTokenizer, text);
                if (pieces.Count > 0)
                {
                    Assert.Equal(whole[..(pieces.Count - 1)], pieces[..^1]);
                    Assert.StartsWith(pieces[^1], whole[pieces.Count - 1], StringComparison.Ordinal);
                }
            });
    }

    [Theory]
    [InlineData("roberta", "ab cd", 5)]
    [InlineData("roberta", "ab cd \n", 5)]
    [InlineData("roberta", "ab c'", 4)]
    [InlineData("roberta", "ab c're", 4)]
    [InlineData("roberta", "ab c'rem", 8)]
    [InlineData("roberta", "''''", 0)]
    [InlineData("xlm-roberta", "ab cd ", 6)]
    public void SettledLength_OfAPreTokenizer_IsNoShorterThanItNeedsToBe(string family, string start, int expected) =>
        Assert.Equal(expected, TokenizerComponents.PreTokenizers.Read(TokenizerData.ReadComponent(family, "pre_tokenizer")).SettledLength(start));

    [Theory]
    [InlineData("bert", "abc", 2)]
    [InlineData("bert", "abe\u0301", 2)]
    [InlineData("bert", "ab한", 2)]
    [InlineData("bert", "\u0301\u0301", 0)]
    [InlineData("modernbert", "abé", 2)]
    [InlineData("modernbert", "abe\u0301", 2)]
    [InlineData("modernbert", "\u0301\u0301", 0)]
    [InlineData("xlm-roberta", "abc", 2)]
    [InlineData("xlm-roberta", "abé", 2)]
    [InlineData("xlm-roberta", "ab😀\u200D", 5)]
    [InlineData("xlm-roberta", "a\u0301\u0301\u0301", 4)]
    [InlineData("xlm-roberta", "\u0301\u0301", 0)]
    public void SettledLength_OfANormalizer_IsNoShorterThanItNeedsToBe(string family, string start, int expected) =>
        Assert.Equal(expected, TokenizerComponents.Normalizers.Read(TokenizerData.ReadComponent(family, "normalizer")).SettledLength(start));

    [Fact]
    public void SettledLength_OfAddedTokens_FindsThoseOfTheWhole() => Gen.Select(
        Gen.Char["ab -"].Array[1, 4].Array[1, 3],
        Gen.Bool.Array[3],
        Gen.Char["aab  -"].Array[1, 30],
        Gen.Int[0, 30]).Sample((patterns, flags, characters, cut) =>
        {
            var matcher = new AddedTokenMatcher([.. patterns.Select(pattern => new string(pattern)).Distinct()
                .Select((pattern, id) => (pattern, new AddedToken(id, pattern, flags[0], flags[1], flags[2], IsNormalized: true)))]);
            string start = new(characters, 0, Math.Min(cut, characters.Length));
            int settled = matcher.SettledLength(start);

            AddedTokenMatch found = matcher.Find(start, 0, 0, settled);
            AddedTokenMatch expected = matcher.Find(characters, 0, 0, characters.Length);
            if (found.Token is null)
            {
                Assert.True(expected.Start >= settled);
            }
            else
            {
                Assert.Equal((expected.Token, expected.Start, expected.SearchedTo), (found.Token, found.Start, found.SearchedTo));
                Assert.True(found.End == expected.End || found.End == start.Length);
            }
        });

    [Theory]
    [InlineData("deberta-v3")]
    [InlineData("xlm-roberta")]
    public void EncodeStart_Unigram_GivesTheFirstIdsWhateverFollows(string family)
    {
        TokenModel model = TokenizerComponents.Models.Read(TokenizerData.ReadComponent(family, "model"));
        HardTexts.AnyCut.Where(cut => cut.Text.Length > 0).Sample((text, index) =>
        {
            int[] start = index == 0 ? [] : Encode((output, scratch) => Assert.False(model.EncodeStart(text.AsSpan(0, index), 1, output, scratch)));
            int[] whole = Encode((output, scratch) => model.Encode(text, int.MaxValue, output, scratch));
            Assert.Equal(whole.Take(start.Length), start);
        });
        string letters = string.Concat(Enumerable.Repeat("relevance", 20));
        Assert.InRange(Encode((output, scratch) => model.EncodeStart(letters, 1, output, scratch)).Length, 15, 100);
    }

    [Theory]
    [InlineData("q", 100, false)]
    [InlineData("q", 101, true)]
    [InlineData("\U0001D538", 100, false)]
    [InlineData("\U0001D538", 101, true)]
    public void EncodeStart_WordPiece_KnowsAWordThatIsTooLong(string character, int count, bool isKnown)
    {
        TokenModel model = TokenizerComponents.Models.Read(TokenizerData.ReadComponent("bert", "model"));
        string start = string.Concat(Enumerable.Repeat(character, count));
        int[] ids = Encode((output, scratch) => Assert.Equal(isKnown, model.EncodeStart(start, 1, output, scratch)));
        Assert.Equal(isKnown ? [model.FindId("[UNK]")!.Value] : [], ids);
    }

    [Fact]
    public void EncodeStart_Bpe_GivesIdsOnlyFarFromTheEnd()
    {
        TokenModel model = TokenizerComponents.Models.Read(TokenizerData.ReadComponent("roberta", "model"));
        Assert.Empty(Encode((output, scratch) => model.EncodeStart(new string('=', 1_000), 200, output, scratch)));
        string letters = string.Concat(Enumerable.Range(0, 1_000).Select(i => (char)('a' + (i * i % 26))));
        int[] ids = Encode((output, scratch) => Assert.False(model.EncodeStart(letters, 200, output, scratch)));
        Assert.Equal(Encode((output, scratch) => model.Encode(letters + letters, int.MaxValue, output, scratch))[..200], ids[..200]);
        Assert.Empty(Encode((output, scratch) => model.EncodeStart(letters.AsSpan(0, 60), 1, output, scratch)));
    }

    [Fact]
    public void CountWithout_AllCodePoints_EndNoWord()
    {
        Normalizer[] normalizers =
        [
            new BertNormalizer(cleanText: true, handleChineseCharacters: true, stripAccents: true, lowercase: true),
            new BertNormalizer(cleanText: false, handleChineseCharacters: true, stripAccents: false, lowercase: false),
        ];
        var preTokenizer = new BertPreTokenizer();
        var different = new List<int>();
        int inside = 0;
        foreach (int codePoint in Enumerable.Range(0, 0x110000).Where(codePoint => codePoint is < 0xD800 or > 0xDFFF))
        {
            string text = char.ConvertFromUtf32(codePoint);
            if (normalizers[0].CountWithout(text, preTokenizer.WordEnds) > 0)
            {
                inside++;
                if (normalizers.Any(normalizer => TokenizerData.Split(preTokenizer, TokenizerData.Normalize(normalizer, $"a{text}b")).Count != 1))
                {
                    different.Add(codePoint);
                }
            }
        }

        Assert.Empty(different);
        Assert.InRange(inside, 900_000, 0x110000);
        Assert.Equal(18, normalizers[0].CountWithout("abcXYZ019éß한क😀\u200D\u0301\u00AD,", preTokenizer.WordEnds));
        Assert.Equal(0, normalizers[0].CountWithout("abc", CodePointClasses.Letter));
    }

    private static int[] Encode(Action<TokenBuffer, TokenizerScratch> encode)
    {
        var output = new TokenBuffer();
        TokenizerScratch scratch = TokenizerScratch.Rent();
        encode(output, scratch);
        TokenizerScratch.Return(scratch);
        return output.Ids.ToArray();
    }
}
