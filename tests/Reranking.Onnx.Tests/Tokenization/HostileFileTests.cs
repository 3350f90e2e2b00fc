using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using Reranking.Onnx.Hub;
using Reranking.Onnx.Models;
using Reranking.Onnx.Scoring;
using Reranking.Tokenizers;
using Reranking.Tokenizers.Tokenization;
using Reranking.Tokenizers.Tokenization.PreTokenization;

namespace Reranking.Onnx.Tests;

/// <summary>
/// Files that somebody has made to do harm, or that a disk has: whatever they are, they are refused with our exception, or they work. A few thousand of each
/// with the other tests; a hundred thousand with <c>--explicit only</c>.
/// </summary>
public sealed class HostileFileTests
{
    private const int Few = 1_500;
    private const int Many = 100_000;
    private const string AnyHash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private const string WordPiece = """
        {
          "truncation": null, "padding": null,
          "added_tokens": [
            { "id": 0, "content": "[UNK]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true },
            { "id": 5, "content": "<new>", "single_word": true, "lstrip": true, "rstrip": true, "normalized": true, "special": false }
          ],
          "normalizer": {
            "type": "Sequence",
            "normalizers": [
              { "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true },
              { "type": "Replace", "pattern": { "String": "x" }, "content": "y" }
            ]
          },
          "pre_tokenizer": { "type": "Sequence", "pretokenizers": [ { "type": "BertPreTokenizer" }, { "type": "Digits", "individual_digits": true } ] },
          "post_processor": {
            "type": "TemplateProcessing",
            "single": [ { "SpecialToken": { "id": "[S]", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } } ],
            "pair": [
              { "SpecialToken": { "id": "[S]", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } }, { "Sequence": { "id": "B", "type_id": 1 } }
            ],
            "special_tokens": { "[S]": { "id": "[S]", "ids": [0], "tokens": ["[UNK]"] } }
          },
          "model": {
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
            "vocab": { "[UNK]": 0, "a": 1, "##b": 2, "1": 3, "##a": 4 }
          }
        }
        """;

    private const string Bpe = """
        {
          "added_tokens": [ { "id": 5, "content": "<|end|>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true } ],
          "normalizer": { "type": "NFC" },
          "pre_tokenizer": { "type": "Sequence", "pretokenizers": [
            { "type": "Split", "behavior": "Isolated", "invert": false, "pattern": { "Regex": "REGEX" } },
            { "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": false } ] },
          "post_processor": { "type": "RobertaProcessing", "sep": ["a", 0], "cls": ["b", 1], "trim_offsets": true, "add_prefix_space": false },
          "model": {
            "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": "", "end_of_word_suffix": "", "ignore_merges": true,
            "vocab": { "a": 0, "b": 1, "ab": 2, "c": 3, "abc": 4 }, "merges": [["a", "b"], "ab c"]
          }
        }
        """;

    private const string Unigram = """
        {
          "added_tokens": [ { "id": 6, "content": "<mask>", "single_word": false, "lstrip": true, "rstrip": false, "normalized": false, "special": true } ],
          "normalizer": { "type": "Sequence", "normalizers": [
            { "type": "Precompiled", "precompiled_charsmap": "CAAAAAAEAAAABAAAYWJjAA==" },
            { "type": "Replace", "pattern": { "Regex": " {2,}" }, "content": " " },
            { "type": "Strip", "strip_left": false, "strip_right": true }, { "type": "Prepend", "prepend": "a" } ] },
          "pre_tokenizer": { "type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true },
          "post_processor": { "type": "BertProcessing", "sep": ["a", 1], "cls": ["b", 2] },
          "model": {
            "type": "Unigram", "unk_id": 0, "byte_fallback": false,
            "vocab": [["<unk>", 0], ["a", -1], ["b", -2], ["ab", -3], ["c", -1], ["▁", -1.5]]
          }
        }
        """;

    private const string Config = """
        {
          "model_type": "bert", "hidden_size": 32, "max_position_embeddings": 512, "vocab_size": 30522, "pad_token_id": 0, "_name_or_path": "a/b",
          "id2label": { "0": "LABEL_0" }, "architectures": ["BertForSequenceClassification"], "classifier_from_token": ["no", "yes"],
          "is_original_qwen3_reranker": false, "sentence_transformers": { "activation_fn": "torch.nn.modules.linear.Identity" }
        }
        """;

    private const string Manifest = """
        {
          "model": "tests/tiny", "repository": "tests/tiny", "revision": "main", "commit": null, "endpoint": "https://huggingface.co/",
          "files": [
            { "path": "onnx/model.onnx", "length": 5, "sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "trust": "Endpoint" },
            { "path": "config.json", "length": 7, "sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "trust": "FirstUse" }
          ]
        }
        """;

    private const string Isotonic = """
        {
          "version": 1, "kind": "isotonic", "rawScores": [-4.5, -1, 0, 2.25, 7], "probabilities": [0, 0.125, 0.5, 0.5, 1],
          "modelHash": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "source": "tests"
        }
        """;

    private const string Platt = """{ "version": 1, "kind": "platt", "slope": 0.5, "intercept": -1, "modelHash": null, "source": "tests" }""";

    private static readonly string[] Inputs =
    [
        "", "a", "ab abc b1 22 x  y", "<new> a<|end|>b <mask>", "\ud800 \u0301e\u0301 \U0001F600", "中文 ▁▁ __init__",
        new string('a', 700), "a\tb\r\n  c ",
    ];

    [Theory]
    [InlineData("WordPiece")]
    [InlineData("BPE")]
    [InlineData("Unigram")]
    public void Tokenizer_AFewHostileFiles_AreRefusedOrWork(string family) => Tokenizers(family, seed: 1, Few);

    [Theory(Explicit = true)]
    [InlineData("WordPiece")]
    [InlineData("BPE")]
    [InlineData("Unigram")]
    public void Tokenizer_ManyHostileFiles_AreRefusedOrWork(string family) => Tokenizers(family, seed: 2, Many);

    [Fact]
    public void Configuration_AFewHostileFiles_AreRefusedOrWork() => Configurations(seed: 1, Few);

    [Fact(Explicit = true)]
    public void Configuration_ManyHostileFiles_AreRefusedOrWork() => Configurations(seed: 2, Many);

    [Fact]
    public void Manifest_AFewHostileFiles_AreNoneOrSound() => Manifests(seed: 1, Few);

    [Fact(Explicit = true)]
    public void Manifest_ManyHostileFiles_AreNoneOrSound() => Manifests(seed: 2, Many);

    [Theory]
    [InlineData("modules.json")]
    [InlineData("config_sentence_transformers.json")]
    [InlineData("sentence_bert_config.json")]
    [InlineData("1_Pooling/config.json")]
    [InlineData("2_Dense/config.json")]
    [InlineData("3_LayerNorm/config.json")]
    public void Head_AFewHostileFiles_AreRefusedOrWork(string file) => Heads(file, seed: 1, Few / 5);

    [Theory(Explicit = true)]
    [InlineData("modules.json")]
    [InlineData("config_sentence_transformers.json")]
    [InlineData("sentence_bert_config.json")]
    [InlineData("1_Pooling/config.json")]
    [InlineData("2_Dense/config.json")]
    [InlineData("3_LayerNorm/config.json")]
    public void Head_ManyHostileFiles_AreRefusedOrWork(string file) => Heads(file, seed: 2, Many / 5);

    [Fact]
    public void SafeTensors_AFewHostileFiles_AreRefusedOrWork() => Tensors(seed: 1, Few);

    [Fact(Explicit = true)]
    public void SafeTensors_ManyHostileFiles_AreRefusedOrWork() => Tensors(seed: 2, Many);

    [Fact]
    public void EarlyExit_AFewHostileFiles_AreRefusedOrWork() => EarlyExits(seed: 1, Few);

    [Fact(Explicit = true)]
    public void EarlyExit_ManyHostileFiles_AreRefusedOrWork() => EarlyExits(seed: 2, Many);

    [Theory]
    [InlineData(Isotonic)]
    [InlineData(Platt)]
    public void Calibration_AFewHostileFiles_AreRefusedOrWork(string sound) => Calibrations(sound, seed: 1, Few);

    [Theory(Explicit = true)]
    [InlineData(Isotonic)]
    [InlineData(Platt)]
    public void Calibration_ManyHostileFiles_AreRefusedOrWork(string sound) => Calibrations(sound, seed: 2, Many);

    [Theory]
    [InlineData("WordPiece")]
    [InlineData("BPE")]
    [InlineData("Unigram")]
    public void Tokenizer_SoundSeed_Works(string family) => Assert.True(TryUse(Encoding.UTF8.GetBytes(Seed(family))));

    [Fact]
    public void Read_ReplacementsThatDoubleATextAgainAndAgain_AreRefused()
    {
        static string Doubling(int count) => $$"""
            {
              "type": "Sequence",
              "normalizers": [{{string.Join(',', Enumerable.Repeat("""{ "type": "Replace", "pattern": { "String": "a" }, "content": "aa" }""", count))}}]
            }
            """;

        Assert.Equal([0], TokenizerData.Encode(TokenizerData.ReadJson(WithNormalizer(Doubling(10))), "a"));   // a word that is too long
        Refused(
            WithNormalizer(Doubling(11)),
            "has a normalizer that can make a text 2048 times as long; expected at most 1024 times");
        Refused(
            WithNormalizer($$"""{ "type": "Replace", "pattern": { "String": "aa" }, "content": "{{new string('a', 2_050)}}" }"""),
            "has a normalizer that can make a text 1025 times as long; expected at most 1024 times");
        Refused(
            WithNormalizer($$"""{ "type": "Replace", "pattern": { "Regex": " {2,}" }, "content": "{{new string('a', 2_050)}}" }"""),
            "has a normalizer that can make a text 1025 times as long; expected at most 1024 times");
        Refused(
            WithNormalizer($$"""{ "type": "Prepend", "prepend": "{{new string('a', 1_024)}}" }"""),
            "has a normalizer that can make a text 1025 times as long; expected at most 1024 times");
    }

    [Theory]
    [InlineData("normalizer", "normalizers", "NFC")]
    [InlineData("pre_tokenizer", "pretokenizers", "WhitespaceSplit")]
    [InlineData("post_processor", "processors", "ByteLevel")]
    public void Read_MoreComponentsThanAStackHolds_AreRefused(string kind, string list, string type)
    {
        string Of(int count) => Change(WordPiece, kind, $$"""
            { "type": "Sequence", "{{list}}": [{{string.Join(',', Enumerable.Repeat($$"""{ "type": "{{type}}" }""", count))}}] }
            """);

        TokenizerData.ReadJson(Of(200));
        Refused(Of(100_000), "has more than 256 components");
    }

    [Fact]
    public void Read_MoreEntriesThanAnyVocabularyHas_AreRefused() => Refused(
        Change(WordPiece, "added_tokens", $"[{string.Join(',', Enumerable.Repeat("0", (1 << 23) + 1))}]"),
        "has 8388609 entries in 'added_tokens' of its root object; expected at most 8388608");

    [Fact]
    public void Read_NestedTooDeep_IsDamaged()
    {
        string open = string.Concat(Enumerable.Repeat("""{"type":"Sequence","normalizers":[""", 40));
        string json = Change(WordPiece, "normalizer", open + string.Concat(Enumerable.Repeat("]}", 40)));

        var exception = Assert.Throws<TokenizerFileException>(() => TokenizerData.ReadJson(json));

        Assert.StartsWith("'tokenizer.json' is damaged at line ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_HugeFile_IsRefusedUnread()
    {
        using var folder = new TemporaryFolder();
        using (FileStream file = File.Create(folder.File("tokenizer.json")))
        {
            file.SetLength((128L << 20) + 1);
        }

        Assert.Equal(
            $"'{folder.File("tokenizer.json")}' has 134217729 bytes; expected the tokenizer.json of a model.",
            Assert.Throws<TokenizerFileException>(() => TokenizerFile.Load(folder.File("tokenizer.json"))).Message);
    }

    // No regex of a file is ever run, so none can take for ever.
    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(.*)*x")]
    [InlineData("[^\\r\\n\\p{L}]?(\\p{L}+)+")]
    public void Read_RegexThatIsNotKnown_IsRefusedUnrun(string regex)
    {
        string json = regex.Replace("\\", "\\\\", StringComparison.Ordinal);

        Refused(
            Change(Seed("BPE"), "pre_tokenizer", $$"""{ "type": "Split", "behavior": "Isolated", "invert": false, "pattern": { "Regex": "{{json}}" } }"""),
            $"has a Split in its pre_tokenizer with the pattern '{regex}'; expected that of GPT-2 or Qwen 2");
        Refused(
            WithNormalizer($$"""{ "type": "Replace", "pattern": { "Regex": "{{json}}" }, "content": "" }"""),
            $$"""has a Replace in its normalizer with the pattern '{{regex}}'; expected a text or ' {2,}'""");
    }

    private static void Tokenizers(string family, int seed, int count)
    {
        var hostile = new HostileJson(Seed(family), seed);
        int works = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] json = hostile.Next();
            works += Guarded(json, () => TryUse(json)) ? 1 : 0;
        }

        // Both happen, or the changes are too wild or too tame.
        Assert.InRange(works, count / 50, count * 9 / 10);
    }

    private static void Configurations(int seed, int count)
    {
        using TemporaryFolder folder = TestModels.Unpack();
        var options = new OnnxScorerOptions { ModelPath = folder.Path };
        ModelFolder files = ModelFolder.Open(folder.Path, options);
        using InferenceSession session = Engine.SessionFactory.Open(files.ModelFile, options);
        Tokenizer tokenizer = files.ReadTokenizer();
        var hostile = new HostileJson(Config, seed);
        int works = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] json = hostile.Next();
            File.WriteAllBytes(files.ConfigFile, json);
            works += Guarded(json, () =>
            {
                ModelProfile profile = new CrossEncoderProfile(options, files, ModelConfiguration.Read(files), tokenizer).Resolve(session.OutputMetadata);
                Assert.InRange(profile.MaxTokens, 8, 1_000_000);
                return true;
            }) ? 1 : 0;
        }

        Assert.InRange(works, count / 50, count * 9 / 10);
    }

    private static void Heads(string file, int seed, int count)
    {
        using TemporaryFolder folder = TestModels.UnpackModular("modernbert-modular");
        var options = new OnnxScorerOptions { ModelPath = folder.Path };
        ModelFolder files = ModelFolder.Open(folder.Path, options);
        string sound = File.ReadAllText(folder.File(file));
        var hostile = new HostileJson(sound, seed);
        int works = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] json = hostile.Next();
            File.WriteAllBytes(folder.File(file), json);
            works += Guarded(json, () =>
            {
                ModelConfiguration configuration = ModelConfiguration.Read(files);
                if (!configuration.HasHead)
                {
                    return false;
                }

                ModularHead head = ModularHeadReader.Read(files, configuration.QueryPrompt.Length > 0);
                Assert.True(double.IsFinite(new HeadReader(head).Read(1, new float[head.HiddenSize], static logits => logits[0])));
                return true;
            }) ? 1 : 0;
        }

        Assert.InRange(works, 1, count * 19 / 20);
    }

    private static void Tensors(int seed, int count)
    {
        const string Header = """
            {
              "__metadata__": { "format": "pt" },
              "linear.weight": { "dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24] },
              "linear.bias": { "dtype": "BF16", "shape": [2], "data_offsets": [24, 28] }
            }
            """;
        var hostile = new HostileJson(Header, seed);
        var random = new Random(seed);
        int works = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] file = ModularHeadTests.SafeTensors(Encoding.UTF8.GetString(hostile.Next()), new byte[random.Next(4) == 0 ? random.Next(64) : 28]);
            if (random.Next(8) == 0)
            {
                file[random.Next(8)] = (byte)random.Next(256);
            }

            works += Guarded(file, () => SafeTensorsFile.Read(file, "model.safetensors", TokenizerData.Setting)
                .Values.All(static tensor => tensor.Values.Length == tensor.Shape.Aggregate(1, static (product, size) => product * size))) ? 1 : 0;
        }

        Assert.InRange(works, 1, count * 9 / 10);
    }

    private static void Manifests(int seed, int count)
    {
        var hostile = new HostileJson(Manifest, seed);
        int works = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] json = hostile.Next();
            works += Guarded(json, () => ModelManifest.Parse(new MemoryStream(json)) is { } manifest
                && manifest.Files.All(file => ModelName.IsFile(file.Path) && file.Length >= 0 && file.Sha256.Length == 64)) ? 1 : 0;
        }

        Assert.InRange(works, count / 50, count * 9 / 10);
    }

    // The files that it names are there, with the hashes that it has: what is wrong is the JSON alone.
    private static void EarlyExits(int seed, int count)
    {
        const int HiddenSize = 2;
        using TemporaryFolder folder = TestModels.Unpack();
        File.WriteAllText(folder.File("model.onnx"), "model");
        File.WriteAllText(folder.File("early-exit.part1"), "one");
        File.WriteAllText(folder.File("early-exit.part2"), "two");
        File.WriteAllText(folder.File("early-exit.part3"), "three");
        File.WriteAllBytes(folder.File("early-exit.f32"), new byte[2 * EarlyExitFile.FeatureCount(HiddenSize) * sizeof(float)]);
        ModelFolder files = ModelFolder.Open(folder.Path, new OnnxScorerOptions { ModelPath = folder.Path });
        string sound = $$"""
            {
              "formatVersion": 1, "source": {{Of("model.onnx")}}, "layers": 4, "hiddenSize": {{HiddenSize}}, "features": "{{EarlyExitFile.Features}}",
              "parts": [{{Of("early-exit.part1")}}, {{Of("early-exit.part2")}}, {{Of("early-exit.part3")}}],
              "exits": [ { "layer": 1, "boundary": "a", "bias": -1, "error": 1 }, { "layer": 3, "boundary": "b", "bias": 0.5, "error": 0 } ],
              "weights": {{Of("early-exit.f32")}}, "plan": "1:60 3:25", "topN": 10,
              "measured": { "agreement": 0.99, "time": 0.5, "queries": 100, "candidates": 50, "trainingPairs": 1000 }
            }
            """;
        var hostile = new HostileJson(sound, seed);
        int works = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] json = hostile.Next();
            File.WriteAllBytes(folder.File(EarlyExitFile.Name), json);
            works += Guarded(json, () =>
            {
                EarlyExitFile file = EarlyExitFile.Read(files, "On");
                Assert.Equal((file.Probes.Count + 1, file.Probes.Count), (file.Parts.Count, file.Boundaries.Count));
                Assert.All(file.Parts, part => Assert.Equal(folder.Path, Path.GetDirectoryName(part)));   // never out of the folder
                Assert.All(file.Probes, probe =>
                {
                    Assert.InRange(probe.Layer, 1, file.LayerCount - 1);
                    Assert.Equal(EarlyExitFile.FeatureCount(file.HiddenSize), probe.Weights.Length);
                    Assert.True(double.IsFinite(probe.Bias) && double.IsFinite(probe.Error));
                });
                Assert.All(file.Plan.Steps, step => Assert.InRange(step.CountOf(50, 10), 1, 50));
                return true;
            }) ? 1 : 0;
        }

        Assert.InRange(works, count / 100, count * 9 / 10);

        string Of(string file) =>
            $$"""{ "file": "{{file}}", "sha256": "{{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(folder.File(file))))}}" }""";
    }

    private static void Calibrations(string sound, int seed, int count)
    {
        using TemporaryFolder folder = TestModels.Unpack();
        var options = new OnnxScorerOptions { ModelPath = folder.Path };
        ModelFolder files = ModelFolder.Open(folder.Path, options);
        var hostile = new HostileJson(sound.Replace(AnyHash, ModelCalibration.HashOf(files), StringComparison.Ordinal), seed);
        double[] raw = [double.NegativeInfinity, double.MinValue, -3, 0, 1e-300, 1, 30, double.MaxValue, double.PositiveInfinity];
        int works = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] json = hostile.Next();
            File.WriteAllBytes(folder.File("calibration.json"), json);
            works += Guarded(json, () =>
            {
                ScoreCalibration calibration = ModelCalibration.Read(files, options)!;
                double[] values = [.. raw.Select(calibration.Apply)];
                Assert.All(values, value => Assert.InRange(value, 0, 1));
                Assert.Equal(values.Order(), values);
                Assert.Equal(calibration, ScoreCalibration.Parse(calibration.ToJson()));
                return true;
            }) ? 1 : 0;
        }

        Assert.InRange(works, 1, count * 9 / 10);   // few changes leave a rising curve
    }

    // Whether the file works; refused with our exception is not.
    private static bool Guarded(byte[] json, Func<bool> use)
    {
        try
        {
            return use();
        }
        catch (Exception exception) when (exception is TokenizerFileException or RelevanceScoringException { IsTransient: false })
        {
            return false;
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{exception.GetType().Name} for {Encoding.UTF8.GetString(json)}", exception);
        }
    }

    private static bool TryUse(byte[] json)
    {
        Tokenizer tokenizer = TokenizerFile.Read(new MemoryStream(json), "tokenizer.json");
        foreach (string text in Inputs)
        {
            foreach (int limit in (int[])[1, 7, 1_000])
            {
                var buffer = new TokenBuffer();
                EncodedText encoded = tokenizer.Encode(text, limit, buffer);
                Assert.All(buffer.Ids.ToArray(), id => Assert.InRange(id, 0, tokenizer.VocabularySize - 1));
                Assert.InRange(encoded.CharactersRead, 0, text.Length);
                long[] ids = new long[(2 * buffer.Count) + tokenizer.Pair.SpecialTokenCount];
                Assert.Equal(ids.Length, tokenizer.Pair.Write(buffer.Ids, buffer.Ids, ids, new long[ids.Length]));
                Assert.All(ids, id => Assert.InRange(id, 0, tokenizer.VocabularySize - 1));
            }
        }

        _ = tokenizer.PadTokenId;
        return true;
    }

    private static string Seed(string family) => family switch
    {
        "WordPiece" => WordPiece,
        "BPE" => Bpe.Replace("\"REGEX\"", System.Text.Json.JsonSerializer.Serialize(SplitPattern.Gpt2.Regex), StringComparison.Ordinal),
        _ => Unigram,
    };

    private static string WithNormalizer(string normalizer) => Change(WordPiece, "normalizer", normalizer);

    private static string Change(string json, string name, string value)
    {
        const string Mark = "@value@";
        System.Text.Json.Nodes.JsonNode node = System.Text.Json.Nodes.JsonNode.Parse(json)!;
        node[name] = Mark;
        return node.ToJsonString().Replace($"\"{Mark}\"", value, StringComparison.Ordinal);
    }

    private static void Refused(string json, string problem) => Assert.Equal(
        $"'tokenizer.json' {problem}.",
        Assert.Throws<TokenizerFileException>(() => TokenizerData.ReadJson(json)).Message);
}
