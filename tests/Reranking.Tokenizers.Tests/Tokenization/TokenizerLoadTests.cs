using System.Globalization;
using System.Text.Json.Nodes;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Tokenizers.Tests;

/// <summary>A tokenizer.json that can't be used is refused when it is loaded, and the message says why.</summary>
public class TokenizerLoadTests
{
    private const string Normalizers =
        "BertNormalizer, Lowercase, NFC, NFD, NFKC, NFKD, Precompiled, Prepend, Replace, Sequence, Strip, StripAccents";

    private const string PreTokenizers =
        "BertPreTokenizer, ByteLevel, Digits, Metaspace, Punctuation, Sequence, Split, Whitespace, WhitespaceSplit";

    private const string Valid = """
        {
          "truncation": { "max_length": 1 },
          "padding": { "strategy": { "Fixed": 512 } },
          "added_tokens": [
            { "id": 3, "content": "[NEW]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true }
          ],
          "normalizer": { "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true },
          "pre_tokenizer": { "type": "BertPreTokenizer" },
          "post_processor": {
            "type": "TemplateProcessing",
            "single": [ { "SpecialToken": { "id": "[S]", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } } ],
            "pair": [
              { "SpecialToken": { "id": "[S]", "type_id": 0 } },
              { "Sequence": { "id": "B", "type_id": 1 } },
              { "Sequence": { "id": "A", "type_id": 2 } },
              { "SpecialToken": { "id": "[S]", "type_id": 3 } }
            ],
            "special_tokens": { "[S]": { "id": "[S]", "ids": [0, 3], "tokens": ["[UNK]", "[NEW]"] } }
          },
          "model": {
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
            "vocab": { "[UNK]": 0, "a": 1, "##b": 2 }
          }
        }
        """;

    [Fact]
    public void Read_ValidFile_KnowsItsTokensAndTemplates()
    {
        Tokenizer tokenizer = TokenizerData.ReadJson(Valid);
        Assert.Equal(4, tokenizer.VocabularySize);
        Assert.Null(tokenizer.PadTokenId);
        Assert.Equal(3, tokenizer.FindId("[NEW]"));
        Assert.Equal(2, tokenizer.FindId("##b"));
        Assert.Null(tokenizer.FindId("b"));
        Assert.Equal(2, tokenizer.Single.SpecialTokenCount);
        Assert.Equal(4, tokenizer.Pair.SpecialTokenCount);
        Assert.Equal([0, 3, 1, 2, 3], TokenizerData.EncodeSingle(tokenizer, "Ab[NEW]"));
        long[] ids = new long[7];
        long[] typeIds = new long[7];
        Assert.Equal(7, tokenizer.Pair.Write([1], [2, 2], ids, typeIds));
        Assert.Equal([0, 3, 2, 2, 1, 0, 3], ids);
        Assert.Equal([0, 0, 1, 1, 2, 3, 3], typeIds);
    }

    [Fact]
    public void Load_BundledFile_KnowsItsTokens()
    {
        Tokenizer tokenizer = TokenizerFile.Load(TokenizerData.BundledPath);
        Assert.Equal(30_522, tokenizer.VocabularySize);
        Assert.Equal(0, tokenizer.PadTokenId);
        Assert.Equal(2, tokenizer.Single.SpecialTokenCount);
        Assert.Equal(3, tokenizer.Pair.SpecialTokenCount);
    }

    [Fact]
    public void Read_BertProcessing_GivesTheTemplatesOfBert()
    {
        JsonNode json = JsonNode.Parse(Valid)!;
        json["post_processor"] = JsonNode.Parse("""{ "type": "BertProcessing", "sep": ["[NEW]", 3], "cls": ["[UNK]", 0] }""");
        Tokenizer tokenizer = TokenizerData.ReadJson(json.ToJsonString());
        Assert.Equal([0, 1, 3], TokenizerData.EncodeSingle(tokenizer, "a"));
        long[] ids = new long[6];
        long[] typeIds = new long[6];
        Assert.Equal(6, tokenizer.Pair.Write([1], [2, 2], ids, typeIds));
        Assert.Equal([0, 1, 3, 2, 2, 3], ids);
        Assert.Equal([0, 0, 0, 1, 1, 1], typeIds);
    }

    [Fact]
    public void Read_NoStagesButAModel_GivesPlainPairs()
    {
        JsonNode json = JsonNode.Parse(Valid)!;
        json["normalizer"] = json["pre_tokenizer"] = json["post_processor"] = null;
        Tokenizer tokenizer = TokenizerData.ReadJson(json.ToJsonString());
        Assert.Equal([1, 2], TokenizerData.EncodeSingle(tokenizer, "ab"));
        Assert.Equal([0], TokenizerData.EncodeSingle(tokenizer, "A"));
        long[] typeIds = new long[3];
        Assert.Equal(3, tokenizer.Pair.Write([1], [2, 2], new long[3], typeIds));
        Assert.Equal([0, 1, 1], typeIds);
    }

    [Theory]
    [InlineData("normalizer", """{ "type": "Nmt" }""", $"has the normalizer 'Nmt'; supported are {Normalizers}.")]
    [InlineData(
        "normalizer",
        """{ "type": "Sequence", "normalizers": [ { "type": "Nmt" } ] }""",
        $"has the normalizer 'Nmt'; supported are {Normalizers}.")]
    [InlineData("normalizer", """{ "type": "Sequence" }""", "has no 'normalizers' in its normalizer 'Sequence'; expected an array.")]
    [InlineData(
        "normalizer",
        """{ "type": "Sequence", "normalizers": [ 1 ] }""",
        "has an unusable 'normalizers' in its normalizer 'Sequence'; expected an array of objects.")]
    [InlineData("normalizer", """{ "lowercase": true }""", $"has a normalizer without a type; supported are {Normalizers}.")]
    [InlineData("normalizer", """{ "type": "BertNormalizer" }""", "has no 'lowercase' in its normalizer 'BertNormalizer'; expected true or false.")]
    [InlineData(
        "normalizer",
        """{ "type": "BertNormalizer", "lowercase": 1 }""",
        "has an unusable 'lowercase' in its normalizer 'BertNormalizer'; expected true or false.")]
    [InlineData("normalizer", "\"NFC\"", "has an unusable 'normalizer' in its root object; expected an object.")]
    [InlineData("pre_tokenizer", """{ "type": "UnicodeScripts" }""", $"has the pre_tokenizer 'UnicodeScripts'; supported are {PreTokenizers}.")]
    [InlineData(
        "post_processor",
        """{ "type": "Other" }""",
        "has the post_processor 'Other'; supported are BertProcessing, ByteLevel, RobertaProcessing, Sequence, TemplateProcessing.")]
    [InlineData(
        "post_processor",
        """{ "type": "BertProcessing", "cls": ["[CLS]"] }""",
        "has an unusable 'cls' in its post_processor 'BertProcessing'; expected a token and its id.")]
    [InlineData(
        "post_processor",
        """{ "type": "BertProcessing", "cls": ["[CLS]", 4], "sep": ["[SEP]", 0] }""",
        "has the id 4 in its post_processor; expected one below 4, where its vocabulary ends.")]
    [InlineData("model", "null", "has no model; supported are BPE, Unigram, WordPiece.")]
    [InlineData("model", """{ "type": "WordLevel" }""", "has the model 'WordLevel'; supported are BPE, Unigram, WordPiece.")]
    [InlineData("model", """{ "type": 3 }""", "has an unusable 'type' in its model; expected a text.")]
    [InlineData("added_tokens", "null", "has no 'added_tokens' in its root object; expected an array.")]
    [InlineData("added_tokens", "[ {} ]", "has no 'id' in its added token; expected a whole number of at least 0.")]
    public void Read_UnusableComponent_NamesIt(string name, string component, string problem)
    {
        JsonNode json = JsonNode.Parse(Valid)!;
        json[name] = JsonNode.Parse(component);
        AssertRefused(json.ToJsonString(), problem);
    }

    [Theory]
    [InlineData("model.unk_token", "\"[NO]\"", "has the unk_token '[NO]', which its vocabulary lacks; expected one of its 3 tokens.")]
    [InlineData("model.unk_token", "null", "has no 'unk_token' in its model 'WordPiece'; expected a text.")]
    [InlineData("model.vocab", "[]", "has an unusable 'vocab' in its model 'WordPiece'; expected an object.")]
    [InlineData("model.vocab", "null", "has no 'vocab' in its model 'WordPiece'; expected an object.")]
    [InlineData("model.vocab.a", "-1", "has an unusable 'vocab' in its model 'WordPiece'; expected a whole number of at least 0.")]
    [InlineData(
        "model.max_input_chars_per_word",
        "1.5",
        "has an unusable 'max_input_chars_per_word' in its model 'WordPiece'; expected a whole number of at least 0.")]
    [InlineData("added_tokens.0.id", "7", "has the id 7 for its added token '[NEW]'; expected 3, as its vocabulary has it.")]
    [InlineData("added_tokens.0.lstrip", "null", "has no 'lstrip' in its added token; expected true or false.")]
    [InlineData(
        "post_processor.single.0.SpecialToken.id",
        "\"[T]\"",
        "has the token '[T]' in the 'single' template of its post_processor, which its special_tokens lack; expected one of them.")]
    [InlineData("post_processor.single.1.Sequence.id", "\"B\"", "has a 'single' template in its post_processor with other texts; expected A, each once.")]
    [InlineData("post_processor.pair.1.Sequence.id", "\"A\"", "has a 'pair' template in its post_processor with other texts; expected A and B, each once.")]
    [InlineData("post_processor.pair.1.Sequence.id", "\"C\"", "has the sequence 'C' in the 'pair' template of its post_processor; expected A or B.")]
    [InlineData(
        "post_processor.pair.1",
        "{}",
        "has a piece in the 'pair' template of its post_processor that is neither a text nor a token; expected Sequence or SpecialToken.")]
    [InlineData("post_processor.special_tokens", "null", "has no 'special_tokens' in its post_processor 'TemplateProcessing'; expected an object.")]
    public void Read_UnusableField_NamesIt(string field, string value, string problem)
    {
        JsonNode json = JsonNode.Parse(Valid)!;
        string[] steps = field.Split('.');
        JsonNode parent = steps[..^1].Aggregate(json, (node, step) =>
            node is JsonArray array ? array[int.Parse(step, CultureInfo.InvariantCulture)]! : node[step]!);
        if (parent is JsonArray items)
        {
            items[int.Parse(steps[^1], CultureInfo.InvariantCulture)] = JsonNode.Parse(value);
        }
        else
        {
            parent[steps[^1]] = JsonNode.Parse(value);
        }

        AssertRefused(json.ToJsonString(), problem);
    }

    [Theory]
    [InlineData("{\n  \"model\": oops\n}", "is damaged at line 2, byte 12; expected the tokenizer.json of a model.")]
    [InlineData("", "is damaged at line 1, byte 1; expected the tokenizer.json of a model.")]
    [InlineData("[]", "is not an object; expected the tokenizer.json of a model.")]
    [InlineData("{ \"model\": { \"type\": \"\\ud800\" } }", "has a lone surrogate in 'type' of its model; expected Unicode text.")]
    [InlineData(
        """{ "model": { "type": "WordPiece", "unk_token": "a", "continuing_subword_prefix": "", "max_input_chars_per_word": 1, "vocab": { "\ud800": 1 } } }""",
        "has a lone surrogate in 'vocab' of its model 'WordPiece'; expected Unicode text.")]
    [InlineData(
        """{ "model": { "type": "WordPiece", "unk_toke\ud800": "a" } }""",
        "has a lone surrogate in a name of its model 'WordPiece'; expected Unicode text.")]
    [InlineData("""{ "normalize\udc00": 1 }""", "has a lone surrogate in a name of its root object; expected Unicode text.")]
    public void Read_DamagedFile_SaysWhere(string json, string problem) => AssertRefused(json, problem);

    [Fact]
    public void Load_MissingFile_NamesIt()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "no-such-folder", "tokenizer.json");
        TokenizerFileException exception = Assert.Throws<TokenizerFileException>(() => TokenizerFile.Load(path));
        Assert.Equal($"'{path}' does not exist; expected the tokenizer.json of a model.", exception.Message);
        Assert.IsType<DirectoryNotFoundException>(exception.InnerException);
    }

    [Fact]
    public void Load_Folder_SaysThatItCannotBeRead()
    {
        string path = AppContext.BaseDirectory;
        TokenizerFileException exception = Assert.Throws<TokenizerFileException>(() => TokenizerFile.Load(path));
        Assert.Equal($"'{path}' can't be read; expected the tokenizer.json of a model.", exception.Message);
    }

    [Fact]
    public void Read_AddedTokenThatNormalizesToNothing_NamesIt()
    {
        JsonNode json = JsonNode.Parse(Valid)!;
        json["added_tokens"]![0]!["content"] = "\u0301";
        json["added_tokens"]![0]!["normalized"] = true;
        AssertRefused(
            json.ToJsonString(),
            "has the added token '\u0301', of which its normalizer leaves nothing; expected a token that can be found.");
    }

    private static void AssertRefused(string json, string problem)
    {
        TokenizerFileException exception = Assert.Throws<TokenizerFileException>(() => TokenizerData.ReadJson(json));
        Assert.Equal($"'tokenizer.json' {problem}", exception.Message);
    }
}
