using System.Text.Json.Nodes;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Tokenizers.Tests;

/// <summary>Small files of the byte-level and the unigram kind: what is refused, and the rules that the goldens' vocabularies do not reach.</summary>
public class TokenizerModelLoadTests
{
    private const string Bpe = """
        {
          "added_tokens": [],
          "pre_tokenizer": { "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true },
          "model": { "type": "BPE", "vocab": { "a": 0, "b": 1, "ab": 2, "c": 3, "abc": 4 }, "merges": [["a", "b"]] }
        }
        """;

    private const string Unigram = """
        {
          "added_tokens": [],
          "model": { "type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["a", -1], ["b", -2], ["ab", -3], ["c", -1], ["c", -1.5]], "byte_fallback": false }
        }
        """;

    // What HuggingFace tokenizers 0.23.2 gives for the same file.
    [Theory]
    [InlineData("ab", new[] { 2 })]
    [InlineData("abcab", new[] { 2, 3, 2 })]
    [InlineData("a\u00E9b", new[] { 2 })]
    [InlineData("\u00E9", new int[0])]
    public void Encode_BytesWithoutTokens_LeavesThemOut(string text, int[] ids) => Assert.Equal(ids, Encode(Bpe, text));

    [Theory]
    [InlineData("ab", new[] { 2 })]
    [InlineData("abc", new[] { 4 })]
    [InlineData("abcab", new[] { 2, 3, 2 })]
    public void Encode_IgnoreMerges_TakesWholeWords(string text, int[] ids) => Assert.Equal(ids, Encode(Change(Bpe, "model.ignore_merges", "true"), text));

    [Fact]
    public void Encode_MergesAsText_ReadsThem() => Assert.Equal([2], Encode(Change(Bpe, "model.merges", """["a b"]"""), "ab"));

    // What merges late keeps a word of any length together in the same way: the short way and the long way agree.
    [Theory]
    [InlineData(3, new[] { 2 })]
    [InlineData(5, new[] { 1, 2 })]
    [InlineData(7, new[] { 3, 2 })]
    [InlineData(70, new[] { 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1 })]
    [InlineData(71, new[] { 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2 })]
    public void Encode_OneCharacterAgainAndAgain_MergesByRank(int count, int[] ids)
    {
        string json = Change(
            Change(Bpe, "model.vocab", """{ "a": 0, "aa": 1, "aaa": 2, "aaaa": 3 }"""),
            "model.merges",
            """[["a", "a"], ["aa", "a"], ["aa", "aa"]]""");
        Assert.Equal(ids, Encode(json, new string('a', count)));
    }

    [Theory]
    [InlineData("ab", new[] { 3 })]
    [InlineData("xya", new[] { 0, 1 })]
    [InlineData("axxb", new[] { 1, 0, 2 })]
    [InlineData("a<unk>", new[] { 1, 0 })]
    [InlineData("cc", new[] { 5, 5 })]
    public void Encode_UnknownCharacters_AreOneTokenARun(string text, int[] ids) => Assert.Equal(ids, Encode(Unigram, text));

    [Theory]
    [InlineData("model.end_of_word_suffix", "\"</w>\"", "has the end_of_word_suffix '</w>' in its model; expected none, as in models of bytes.")]
    [InlineData("model.continuing_subword_prefix", "\"##\"", "has the continuing_subword_prefix '##' in its model; expected none, as in models of bytes.")]
    [InlineData("model.dropout", "0.1", "has a dropout in its model; expected none, as each text must give the same ids every time.")]
    [InlineData("model.unk_token", "\"a\"", "has the unk_token 'a' in its model and no token for some bytes; expected all 256 bytes or no unk_token.")]
    [InlineData("model.merges", """[["a", "x"]]""", "has no 'x' in the vocabulary of its model; expected all that its merges name.")]
    [InlineData("model.merges", """[["a"]]""", "has an unusable 'merges' in its model 'BPE'; expected two texts each.")]
    [InlineData("model.merges", """["ab"]""", "has an unusable 'merges' in its model 'BPE'; expected two texts each.")]
    [InlineData("model.vocab", "{}", "has no token in the vocabulary of its model; expected one at least.")]
    [InlineData("pre_tokenizer", "null", "has a model of bytes and no ByteLevel at the end of its pre_tokenizer; expected both or neither.")]
    [InlineData(
        "pre_tokenizer",
        """{ "type": "Sequence", "pretokenizers": [ { "type": "ByteLevel", "add_prefix_space": false }, { "type": "WhitespaceSplit" } ] }""",
        "has a pre_tokenizer after its ByteLevel; expected ByteLevel at the end.")]
    [InlineData(
        "pre_tokenizer",
        """{ "type": "Split", "pattern": { "Regex": "\\d+" }, "behavior": "Isolated", "invert": false }""",
        "has a Split in its pre_tokenizer with the pattern '\\d+'; expected that of GPT-2 or Qwen 2.")]
    [InlineData(
        "pre_tokenizer",
        """{ "type": "Split", "pattern": { "String": " " }, "behavior": "Isolated", "invert": false }""",
        "has a Split in its pre_tokenizer with the pattern of another kind; expected that of GPT-2 or Qwen 2.")]
    [InlineData(
        "pre_tokenizer",
        """{ "type": "Split", "pattern": { "Regex": " " }, "behavior": "Removed", "invert": false }""",
        "has a Split in its pre_tokenizer with the behavior 'Removed'; expected 'Isolated' without invert.")]
    [InlineData(
        "post_processor",
        """
        { "type": "Sequence", "processors": [
          { "type": "BertProcessing", "cls": ["a", 0], "sep": ["b", 1] }, { "type": "RobertaProcessing", "cls": ["a", 0], "sep": ["b", 1] } ] }
        """,
        "has a post_processor with 2 that add tokens; expected one at most.")]
    public void Read_UnusableBpe_NamesIt(string field, string value, string problem) => AssertRefused(Change(Bpe, field, value), problem);

    [Theory]
    [InlineData("model.byte_fallback", "true", "has byte_fallback in its model; expected false, as unknown bytes are not supported.")]
    [InlineData("model.unk_id", "6", "has the unk_id 6, which its vocabulary lacks; expected one of its 6 tokens.")]
    [InlineData("model.unk_id", "null", "has no 'unk_id' in its model 'Unigram'; expected a whole number of at least 0.")]
    [InlineData("model.vocab", """[["a"]]""", "has an unusable 'vocab' in its model 'Unigram'; expected texts and a number each.")]
    [InlineData(
        "pre_tokenizer",
        """{ "type": "ByteLevel", "add_prefix_space": false }""",
        "has a ByteLevel in its pre_tokenizer and no model of bytes; expected both or neither.")]
    [InlineData(
        "pre_tokenizer",
        """{ "type": "Metaspace", "replacement": "__" }""",
        "has the replacement '__' in the Metaspace of its pre_tokenizer; expected one character.")]
    [InlineData(
        "pre_tokenizer",
        """{ "type": "Metaspace", "replacement": "_", "prepend_scheme": "last" }""",
        "has the prepend_scheme 'last' in the Metaspace of its pre_tokenizer; expected always, first or never.")]
    [InlineData(
        "pre_tokenizer",
        """{ "type": "Metaspace", "replacement": "_", "add_prefix_space": false }""",
        "has a Metaspace in its pre_tokenizer without add_prefix_space and with the prepend_scheme 'always'; expected never.")]
    [InlineData(
        "pre_tokenizer",
        """{ "type": "Punctuation", "behavior": "0" }""",
        "has a Punctuation in its pre_tokenizer with the behavior '0'; supported are Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous.")]
    [InlineData(
        "normalizer",
        """{ "type": "Replace", "pattern": { "Regex": "\\s" }, "content": " " }""",
        "has a Replace in its normalizer with the pattern '\\s'; expected a text or ' {2,}'.")]
    [InlineData(
        "normalizer",
        """{ "type": "Replace", "pattern": { "String": "" }, "content": " " }""",
        "has a Replace in its normalizer with the pattern of another kind; expected a text or ' {2,}'.")]
    [InlineData(
        "normalizer",
        """{ "type": "Precompiled", "precompiled_charsmap": "?" }""",
        "has no 'precompiled_charsmap' in its normalizer 'Precompiled'; expected bytes in base 64.")]
    [InlineData(
        "normalizer",
        """{ "type": "Precompiled", "precompiled_charsmap": "" }""",
        "has a damaged 'precompiled_charsmap' in its normalizer; expected a double array and texts.")]
    [InlineData(
        "normalizer",
        """{ "type": "Precompiled", "precompiled_charsmap": "CAAAAAEAAAA=" }""",
        "has a damaged 'precompiled_charsmap' in its normalizer; expected a double array and texts.")]
    public void Read_UnusableUnigram_NamesIt(string field, string value, string problem) => AssertRefused(Change(Unigram, field, value), problem);

    [Fact]
    public void Read_CharsmapWithHalfOfASurrogatePair_NamesIt() => AssertRefused(
        Change(Unigram, "normalizer", """{ "type": "Precompiled", "precompiled_charsmap": "?" }""").Replace("\"?\"", "\"\\uD800\"", StringComparison.Ordinal),
        "has no 'precompiled_charsmap' in its normalizer 'Precompiled'; expected bytes in base 64.");

    // Units that lead outside the array and texts that start outside of theirs.
    [Fact]
    public void Encode_RandomCharsmap_NeverThrows()
    {
        var random = new Random(7);
        for (int i = 0; i < 200; i++)
        {
            byte[] bytes = new byte[4 + 256 + 16];
            random.NextBytes(bytes);
            BitConverter.TryWriteBytes(bytes, 256);
            string json = Change(Unigram, "normalizer", $$"""{ "type": "Precompiled", "precompiled_charsmap": "{{Convert.ToBase64String(bytes)}}" }""");
            Tokenizer tokenizer = TokenizerData.ReadJson(json);
            foreach (string text in TokenizerData.Torture.Where(text => text.Length < 60).Take(60))
            {
                Assert.NotEmpty(TokenizerData.EncodeSingle(tokenizer, $"{text}a"));
            }
        }
    }

    private static int[] Encode(string json, string text) => TokenizerData.EncodeSingle(TokenizerData.ReadJson(json), text);

    private static string Change(string json, string field, string value)
    {
        JsonNode root = JsonNode.Parse(json)!;
        string[] steps = field.Split('.');
        JsonNode parent = steps.Length == 1 ? root : root[steps[0]]!;
        parent[steps[^1]] = JsonNode.Parse(value);
        return root.ToJsonString();
    }

    private static void AssertRefused(string json, string problem)
    {
        TokenizerFileException exception = Assert.Throws<TokenizerFileException>(() => TokenizerData.ReadJson(json));
        Assert.Equal($"'tokenizer.json' {problem}", exception.Message);
    }
}
