using Reranking.Onnx.Models;

namespace Reranking.Onnx.Tests;

/// <summary>What config.json and tokenizer_config.json may say, and what no model says.</summary>
public sealed class ModelConfigurationTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestModels.Unpack();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("{}", null)]
    [InlineData("{ \"max_position_embeddings\": 512 }", 512)]
    [InlineData("{ \"max_position_embeddings\": 512.0 }", 512)]
    [InlineData("{ \"max_position_embeddings\": 514, \"model_type\": \"roberta\" }", 512)]
    [InlineData("{ \"max_position_embeddings\": 514, \"model_type\": \"xlm-roberta\" }", 512)]
    [InlineData("{ \"max_position_embeddings\": 514, \"model_type\": \"camembert\" }", 512)]
    [InlineData("{ \"max_position_embeddings\": 514, \"model_type\": \"mpnet\" }", 512)]
    [InlineData("{ \"max_position_embeddings\": 514, \"model_type\": \"Roberta\" }", 514)]
    [InlineData("{ \"max_position_embeddings\": 0 }", 0)]
    [InlineData("{ \"max_position_embeddings\": -1 }", null)]
    [InlineData("{ \"max_position_embeddings\": 999999 }", 999_999)]
    [InlineData("{ \"max_position_embeddings\": 1000000 }", null)]
    [InlineData("{ \"max_position_embeddings\": 1e400 }", null)]
    [InlineData("{ \"max_position_embeddings\": \"512\" }", null)]
    [InlineData("{ \"max_position_embeddings\": null }", null)]
    [InlineData("{ \"max_position_embeddings\": [512] }", null)]
    public void Read_LongestInput_IsANumberThatModelsHave(string config, int? expected) => Assert.Equal(expected, Read(config).MaxTokens);

    [Theory]
    [InlineData("hidden_size", "1", 1)]
    [InlineData("hidden_size", "65536", 65_536)]
    [InlineData("vocab_size", "1", 1)]
    [InlineData("vocab_size", "16777216", 16_777_216)]
    [InlineData("hidden_size", "null", null)]
    [InlineData("vocab_size", "\"7\"", null)]
    public void Read_Sizes_AreReadWithinLimits(string name, string value, int? expected)
    {
        ModelConfiguration configuration = Read($"{{ \"{name}\": {value} }}");

        Assert.Equal(expected, name == "hidden_size" ? configuration.HiddenSize : configuration.VocabularySize);
        Assert.Null(name == "hidden_size" ? configuration.VocabularySize : configuration.HiddenSize);
    }

    [Theory]
    [InlineData("hidden_size", "0", "0; expected 1 to 65536")]
    [InlineData("hidden_size", "65537", "65537; expected 1 to 65536")]
    [InlineData("hidden_size", "-3", "-3; expected 1 to 65536")]
    [InlineData("hidden_size", "0.5", "0.5; expected 1 to 65536")]
    [InlineData("hidden_size", "1e400", "Infinity; expected 1 to 65536")]
    [InlineData("vocab_size", "0", "0; expected 1 to 16777216")]
    [InlineData("vocab_size", "16777217", "16777217; expected 1 to 16777216")]
    [InlineData("vocab_size", "9223372036854775807", "9.223372036854776E+18; expected 1 to 16777216")]
    public void Read_SizeThatNoModelHas_IsRefused(string name, string value, string problem) => Assert.Equal(
        $"'{_folder.File("config.json")}' says {name} {problem}. Check OnnxScorerOptions:ModelPath.", Failure($"{{ \"{name}\": {value} }}"));

    [Fact]
    public void Read_Labels_AreInTheOrderOfTheirNumbers()
    {
        Assert.Equal(["a", "b", "c"], Read("{ \"id2label\": { \"2\": \"c\", \"0\": \"a\", \"1\": \"b\" } }").Labels);
        Assert.Equal(["x", "z", "y"], Read("{ \"id2label\": { \"q\": \"z\", \"7\": \"x\", \"r\": \"y\" } }").Labels);
        Assert.Equal(["7", ""], Read("{ \"id2label\": { \"0\": 7, \"1\": null } }").Labels);
        Assert.Empty(Read("{ \"id2label\": [\"a\"] }").Labels);
        Assert.Empty(Read("{}").Labels);
    }

    [Theory]
    [InlineData("{ \"architectures\": [\"Qwen3ForCausalLM\"] }", true)]
    [InlineData("{ \"architectures\": [\"Other\", \"LlamaForCausalLM\"] }", true)]
    [InlineData("{ \"architectures\": [\"BertForSequenceClassification\"] }", false)]
    [InlineData("{ \"architectures\": \"Qwen3ForCausalLM\" }", false)]
    [InlineData("{ \"architectures\": [7, null, {}] }", false)]
    [InlineData("{}", false)]
    public void Read_Architectures_TellALanguageModel(string config, bool expected) => Assert.Equal(expected, Read(config).IsLanguageModel);

    [Theory]
    [InlineData("{ \"sentence_transformers\": { \"activation_fn\": \"A\" } }", "A")]
    [InlineData("{ \"sentence_transformers\": { \"activation_fn\": \"A\" }, \"sbert_ce_default_activation_function\": \"B\" }", "A")]
    [InlineData("{ \"sbert_ce_default_activation_function\": \"B\" }", "B")]
    [InlineData("{ \"sentence_transformers\": 1, \"sbert_ce_default_activation_function\": \"B\" }", "B")]
    [InlineData("{ \"sentence_transformers\": {} }", null)]
    [InlineData("{}", null)]
    public void Read_Activation_OfEitherPlace(string config, string? expected) => Assert.Equal(expected, Read(config).Activation);

    [Fact]
    public void Read_OtherSettings_AreThoseOfTheFile()
    {
        ModelConfiguration configuration = Read(
            "{ \"model_type\": \"qwen3\", \"_name_or_path\": \"a/b\", \"is_original_qwen3_reranker\": true, \"classifier_from_token\": [\"no\", \"yes\"], "
            + "\"pad_token_id\": 5 }");

        Assert.Equal(("qwen3", "a/b", true, 5, 0),
            (configuration.ModelType, configuration.NameOrPath, configuration.IsOriginalQwen3Reranker, configuration.PadTokenId, configuration.FirstPosition));
        Assert.Equal(["no", "yes"], configuration.AnswerTokens);
        Assert.Equal(2, Read("{ \"model_type\": \"roberta\" }").FirstPosition);
        Assert.False(Read("{ \"is_original_qwen3_reranker\": \"true\" }").IsOriginalQwen3Reranker);
    }

    [Theory]
    [InlineData("{ \"model_type\": \"\\ud800\" }")]
    [InlineData("{ \"id2label\": { \"0\": \"\\ud800\" } }")]
    [InlineData("{ \"id2label\": { \"\\ud800\": \"a\" } }")]
    [InlineData("{ \"architectures\": [\"\\udc00\"] }")]
    [InlineData("{ \"_name_or_path\": \"\\udc00\\ud800\" }")]
    public void Read_TextThatIsNoUnicode_IsRefused(string config) => Assert.Equal(
        $"'{_folder.File("config.json")}' or tokenizer_config.json has a text that is not valid Unicode. "
        + "Expected the files as they were published with the model. Check OnnxScorerOptions:ModelPath.",
        Failure(config));

    [Fact]
    public void Read_NestedTooDeep_IsDamaged() => Assert.Equal(
        $"'{_folder.File("config.json")}' is not a JSON object. Expected the file as it was published with the model. Check OnnxScorerOptions:ModelPath.",
        Failure(string.Concat(Enumerable.Repeat("{\"a\":", 1_000)) + "1" + new string('}', 1_000)));

    [Fact]
    public void Read_HugeFile_IsRefusedUnread()
    {
        using (FileStream file = File.OpenWrite(_folder.File("config.json")))
        {
            file.SetLength((64 << 20) + 1);
        }

        Assert.Equal(
            $"'{_folder.File("config.json")}' is not a JSON object. Expected the file as it was published with the model. Check OnnxScorerOptions:ModelPath. "
            + "It has 67108865 bytes.",
            Assert.Throws<RelevanceScoringException>(() => Read()).Message);
    }

    [Theory]
    [InlineData("{ \"max_position_embeddings\": 1, \"model_type\": \"roberta\" }", -1)]
    [InlineData("{ \"max_position_embeddings\": 0 }", 0)]
    [InlineData("{ \"max_position_embeddings\": 7 }", 7)]
    public void ResolveMaxTokens_FewerThanAnyModelReads_IsRefused(string config, int found)
    {
        File.WriteAllText(_folder.File("config.json"), config);
        ModelFolder folder = Open();

        Assert.Equal(
            $"'{_folder.File("config.json")}' or tokenizer_config.json says that model '{folder.ModelId}' reads {found} tokens at most; expected 8 or more. "
            + "Check OnnxScorerOptions:ModelPath.",
            Assert.Throws<RelevanceScoringException>(() => ModelProfile.ResolveMaxTokens(folder, ModelConfiguration.Read(folder))).Message);
    }

    [Theory]
    [InlineData(8, null, 8)]
    [InlineData(512, 8, 8)]
    [InlineData(512, 512, 512)]
    public void ResolveMaxTokens_SettingWithinTheModel_Counts(int positions, int? setting, int expected)
    {
        File.WriteAllText(_folder.File("config.json"), $"{{ \"max_position_embeddings\": {positions} }}");
        ModelFolder folder = Open(setting);

        Assert.Equal(expected, ModelProfile.ResolveMaxTokens(folder, ModelConfiguration.Read(folder)));
    }

    private ModelFolder Open(int? maxTokens = null)
    {
        OnnxScorerOptions options = new() { ModelPath = _folder.Path, MaxInputTokens = maxTokens };
        return ModelFolder.Open(_folder.Path, options);
    }

    private ModelConfiguration Read() => ModelConfiguration.Read(Open());

    private ModelConfiguration Read(string config)
    {
        File.WriteAllText(_folder.File("config.json"), config);
        return Read();
    }

    private string Failure(string config) => Assert.Throws<RelevanceScoringException>(() => Read(config)).Message;
}
