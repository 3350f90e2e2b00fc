using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.ML.Tokenizers;

namespace Reranking.Tokenizers.Tests;

public sealed class HuggingFaceTokenizerTests
{
    private static readonly Dictionary<string, HuggingFaceTokenizer> Loaded =
        new[] { "bert", "roberta", "modernbert", "qwen3", "deberta-v3", "xlm-roberta", "xlm-roberta/metaspace" }.ToDictionary(family => family, Read);

    public static TheoryData<string> Families { get; } = [.. Loaded.Keys];

    [Theory]
    [MemberData(nameof(Families))]
    public void EncodeToTokens_AnyText_HasTheIdsAndPartsInOrder(string family)
    {
        HuggingFaceTokenizer tokenizer = Loaded[family];
        HardTexts.Any.Sample(text =>
        {
            IReadOnlyList<EncodedToken> tokens = tokenizer.EncodeToTokens(text, out string? normalized);
            Assert.Null(normalized);
            Assert.Equal(tokenizer.EncodeToIds(text), tokens.Select(token => token.Id));
            int before = 0;
            foreach (EncodedToken token in tokens)
            {
                Assert.InRange(token.Offset.Start.Value, before, token.Offset.End.Value);
                Assert.InRange(token.Offset.End.Value, 0, text.Length);
                Assert.Equal(token.Value, tokenizer.FindToken(token.Id));
                before = token.Offset.Start.Value;
            }
        });
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void CountTokens_AnyText_IsTheNumberOfIds(string family)
    {
        HuggingFaceTokenizer tokenizer = Loaded[family];
        HardTexts.Any.Sample(text =>
        {
            int count = tokenizer.EncodeToIds(text).Count;
            Assert.Equal(count, tokenizer.CountTokens(text));
            Assert.Equal(count, tokenizer.CountTokens(text.AsSpan(), considerPreTokenization: false, considerNormalization: false));
        });
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void GetIndexByTokenCount_AnyText_EndsBetweenTokensWithinTheCount(string family)
    {
        HuggingFaceTokenizer tokenizer = Loaded[family];
        Gen.Select(HardTexts.Any, Gen.Int[1, 30]).Sample((text, wanted) =>
        {
            IReadOnlyList<EncodedToken> tokens = tokenizer.EncodeToTokens(text, out _);
            int index = tokenizer.GetIndexByTokenCount(text, wanted, out string? normalized, out int count);
            Assert.Null(normalized);
            Assert.InRange(count, 0, Math.Min(wanted, tokens.Count));
            int expected = count == tokens.Count ? text.Length : count == 0 ? 0 : tokens[count - 1].Offset.End.Value;
            Assert.Equal(expected, index);
            Assert.True(count == tokens.Count || count == 0 || tokens[count].Offset.Start.Value >= index);
            Assert.Equal(count, tokenizer.EncodeToIds(text, wanted, out _, out int consumed).Count);
            Assert.Equal(index, consumed);

            int start = tokenizer.GetIndexByTokenCountFromEnd(text, wanted, out normalized, out int last);
            Assert.Null(normalized);
            Assert.InRange(last, 0, Math.Min(wanted, tokens.Count));
            Assert.Equal(last == tokens.Count ? 0 : last == 0 ? text.Length : tokens[^last].Offset.Start.Value, start);
        });
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void GetIndexByTokenCount_WordsAndSpaces_GivesAPrefixOfAsManyTokens(string family)
    {
        HuggingFaceTokenizer tokenizer = Loaded[family];
        Gen.Select(HardTexts.Pick(["relevance", "the", "unaffable", "é", "x", "naïve"]).Array[1, 400], Gen.Int[1, 300]).Sample(
            (words, wanted) =>
            {
                string text = string.Join(' ', words);
                int index = tokenizer.GetIndexByTokenCount(text, wanted, out _, out int count);

                // Behind a whole word, as other places may split a word in another way.
                string start = index == text.Length ? text : text[..Math.Max(0, text.LastIndexOf(' ', Math.Max(0, index - 1)))];
                IReadOnlyList<int> ids = tokenizer.EncodeToIds(start);
                Assert.Equal(tokenizer.EncodeToIds(text).Take(ids.Count), ids);
                Assert.InRange(ids.Count, 0, count);
            },
            iter: 50);
    }

    [Theory]
    [InlineData("bert", "the quick brown fox")]
    [InlineData("roberta", " The quick  brown fox, 😀 é\n")]
    [InlineData("modernbert", "The quick  brown fox, 😀 é\n")]
    [InlineData("qwen3", "The quick  brown fox, 😀 é\n")]
    [InlineData("deberta-v3", "the")]
    [InlineData("xlm-roberta", "the")]
    public void Decode_TextThatNormalizesToItself_ComesBack(string family, string text)
    {
        HuggingFaceTokenizer tokenizer = Loaded[family];
        Assert.Equal(text, tokenizer.Decode(tokenizer.EncodeToIds(text)));
        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text).Ids, skipSpecialTokens: true));
    }

    [Theory]
    [InlineData("roberta")]
    [InlineData("qwen3")]
    public void Decode_AnyComposedText_ComesBackFromBytes(string family)
    {
        HuggingFaceTokenizer tokenizer = Loaded[family];
        HardTexts.Any
            .Select(text => new string([.. text.Where(c => !char.IsSurrogate(c))]))
            .Where(text => family == "roberta" ? !text.Contains("<mask>", StringComparison.Ordinal) : text == text.Normalize(NormalizationForm.FormC))
            .Sample(text => Assert.Equal(text, tokenizer.Decode(tokenizer.EncodeToIds(text))));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Decode_AnyRoom_TakesWhatFits(string family)
    {
        HuggingFaceTokenizer tokenizer = Loaded[family];
        IReadOnlyList<int> ids = tokenizer.EncodeToIds("the relevance of an answer");
        string whole = tokenizer.Decode(ids);
        for (int room = 0; room <= whole.Length; room++)
        {
            char[] destination = new char[room];
            OperationStatus status = tokenizer.Decode(ids, destination, out int consumed, out int written);
            Assert.Equal(room == whole.Length ? OperationStatus.Done : OperationStatus.DestinationTooSmall, status);
            Assert.Equal(tokenizer.Decode(ids.Take(consumed)), new string(destination, 0, written));
            Assert.True(consumed == ids.Count || tokenizer.Decode(ids.Take(consumed + 1)).Length > room);
        }
    }

    [Fact]
    public void Decode_IdsThatNoTokenHas_AreLeftOut() => Assert.Equal("the", Loaded["bert"].Decode([-1, 1996, 9_999_999]));

    [Fact]
    public void EncodePair_TooLong_CutsTheLongerFirstOrTheSecondOnly()
    {
        HuggingFaceTokenizer tokenizer = Loaded["bert"];
        int the = tokenizer.FindId("the")!.Value;
        TokenizedInput whole = tokenizer.EncodePair("the", "the the the");
        Assert.Equal([101, the, 102, the, the, the, 102], whole.Ids);
        Assert.Equal([0, 0, 0, 1, 1, 1, 1], whole.TypeIds);
        Assert.False(whole.IsTruncated);

        TokenizedInput longest = tokenizer.EncodePair("the the the", "the the", maxLength: 7);
        Assert.Equal([101, the, the, 102, the, the, 102], longest.Ids);
        Assert.True(longest.IsTruncated);

        TokenizedInput second = tokenizer.EncodePair("the the the", "the the", maxLength: 7, PairTruncation.OnlySecond);
        Assert.Equal([101, the, the, the, 102, the, 102], second.Ids);
    }

    // A first text of just as many tokens as there is room for goes on behind them.
    [Fact]
    public void EncodePair_FirstTooLongForAnEmptySecond_Throws()
    {
        HuggingFaceTokenizer tokenizer = Loaded["qwen3"];
        Assert.Equal(5, tokenizer.EncodePair("a b c d e", "", maxLength: 5, PairTruncation.OnlySecond).Ids.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.EncodePair("a b c d e f g", "", maxLength: 5, PairTruncation.OnlySecond));
    }

    [Fact]
    public void EncodePair_NoRoomForTheSecond_Throws()
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => Loaded["bert"].EncodePair("the the the", "the", 6, PairTruncation.OnlySecond));
        Assert.Equal(
            "The first text alone has 3 tokens and there is room for 3. Cut it, allow more, or use PairTruncation.LongestFirst. (Parameter 'maxLength')",
            exception.Message);
    }

    [Fact]
    public void Encode_MaxLength_CutsTheEnd()
    {
        HuggingFaceTokenizer tokenizer = Loaded["bert"];
        Assert.Equal(tokenizer.SpecialTokenCount, tokenizer.Encode("the the", maxLength: 2).Ids.Count);
        Assert.True(tokenizer.Encode("the the", maxLength: 3).IsTruncated);
        Assert.False(tokenizer.Encode("the the", maxLength: 4).IsTruncated);
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Encode("the", maxLength: 1));
    }

    [Fact]
    public void Load_FileFolderAndStream_GiveTheSame()
    {
        string folder = Path.GetDirectoryName(TokenizerData.BundledPath)!;
        using FileStream stream = File.OpenRead(TokenizerData.BundledPath);
        HuggingFaceTokenizer[] tokenizers =
        [
            HuggingFaceTokenizer.Load(TokenizerData.BundledPath), HuggingFaceTokenizer.Load(folder), HuggingFaceTokenizer.Load(stream),
        ];
        Assert.All(tokenizers, tokenizer => Assert.Equal(Loaded["bert"].EncodeToIds("some text"), tokenizer.EncodeToIds("some text")));
        Assert.All(tokenizers, tokenizer => Assert.Equal((30_522, 0), (tokenizer.VocabularySize, tokenizer.PadTokenId)));
    }

    [Fact]
    public void Load_FolderWithout_NamesTheFile()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("reranking-tokenizer-");
        string path = Path.Combine(folder.FullName, "tokenizer.json");
        var exception = Assert.Throws<TokenizerFileException>(() => HuggingFaceTokenizer.Load(folder.FullName));
        Assert.Equal($"'{path}' does not exist; expected the tokenizer.json of a model.", exception.Message);
        folder.Delete();
    }

    [Fact]
    public void Decode_UnsupportedDecoder_IsAnErrorThereAndNotAtLoad()
    {
        JsonNode json = JsonNode.Parse(TokenizerData.ReadFile("qwen3"))!;
        json["decoder"] = new JsonObject { ["type"] = "CTC" };
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(json.ToJsonString()));
        HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.Load(file);
        IReadOnlyList<int> ids = tokenizer.EncodeToIds("text");
        var exception = Assert.Throws<TokenizerFileException>(() => tokenizer.Decode(ids));
        Assert.Equal(
            "'tokenizer.json' has the decoder 'CTC'; supported are ByteLevel, Fuse, Metaspace, Replace, Sequence, WordPiece.", exception.Message);
    }

    [Fact]
    public void GetIndexByTokenCount_HugeTextWithoutSpaces_ReadsItInPartsOfTheSameTokens()
    {
        string text = string.Concat(Enumerable.Range(0, 3_000).Select(i => (char)(0x4E00 + (i * 7 % 500))));
        HuggingFaceTokenizer tokenizer = Loaded["xlm-roberta"];
        int index = tokenizer.GetIndexByTokenCount(text, 512, out _, out int count);
        Assert.InRange(index, 1, text.Length);
        Assert.Equal(tokenizer.EncodeToTokens(text, out _)[count - 1].Offset.End.Value, index);
    }

    private static HuggingFaceTokenizer Read(string family)
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(TokenizerData.ReadFile(family)));
        return HuggingFaceTokenizer.Load(file);
    }
}
