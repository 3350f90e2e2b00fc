using System.Buffers.Binary;
using System.Text;
using Reranking.Onnx.Models;
using Reranking.Onnx.Pairs;
using Reranking.Onnx.Scoring;

namespace Reranking.Onnx.Tests;

/// <summary>Folders whose score is made by modules beside the graph: what does not fit is refused by its name, never passed over.</summary>
public sealed class ModularHeadTests
{
    private const string Model = "modernbert-modular";
    private const string Dense = "2_Dense/config.json";
    private const string Scores = "4_Dense/config.json";

    [Fact]
    public void Load_UnknownModule_IsRefusedByItsName()
    {
        using TemporaryFolder folder = TestModels.UnpackModular(Model + "-unknown-module");

        AssertRefused(
            folder,
            $"'{folder.File("modules.json")}' names the module 'relevance_head.TemperatureHead'; "
            + "expected Transformer, Pooling, Dense, LayerNorm, Normalize and Dropout of sentence_transformers. ");
    }

    [Fact]
    public void Load_NoWeights_IsRefused()
    {
        using TemporaryFolder folder = TestModels.UnpackModular(Model + "-no-head");

        AssertRefused(
            folder,
            $"'{folder.File("2_Dense/model.safetensors")}' is missing; expected the weights of the module, which are not read from a pytorch_model.bin. ");
    }

    [Theory]
    [InlineData("modules.json", "\"2_Dense\"", "\"../2_Dense\"", "has a module 2 whose path leads out of the folder")]
    [InlineData("modules.json", "\"2_Dense\"", "\"/etc\"", "has a module 2 whose path leads out of the folder")]
    [InlineData("modules.json", "module.Dense\"", "", null)]
    [InlineData("modules.json", "sentence_transformers.base.modules.transformer.Transformer", "my.Transformer", "names the module 'my.Transformer'")]
    [InlineData("modules.json", "pooling.Pooling", "pooling.Normalize", "has the module Normalize before a Pooling; expected it after")]
    [InlineData("modules.json", "layer_norm.LayerNorm", "pooling.Pooling", "names the module 'sentence_transformers.sentence_transformer")]
    [InlineData("modules.json", "layer_norm.LayerNorm", "transformer.Transformer", "has the module Transformer at 3; expected one Transformer, first")]
    [InlineData("1_Pooling/config.json", "\"cls\"", "\"best\"", "has the pooling_mode 'best'; expected cls, max, mean, mean_sqrt_len_tokens, ")]
    [InlineData("1_Pooling/config.json", "\"cls\"", "[]", "has 0 modes of pooling; expected 1 to 6")]
    [InlineData("1_Pooling/config.json", "32", "0", "has no embedding_dimension from 1 to 65536")]
    [InlineData("1_Pooling/config.json", "32", "16", null)]
    [InlineData(Dense, "\"in_features\": 32", "\"in_features\": 31", "says in_features 31, but the module before it returns 32 numbers; expected as many")]
    [InlineData(Dense, "activation.GELU", "activation.Mish", "has the activation_function 'torch.nn.modules.activation.Mish'")]
    [InlineData(Dense, "torch.nn.modules.activation.GELU", "my.GELU", "has the activation_function 'my.GELU'")]
    [InlineData(Dense, "\"bias\": false", "\"bias\": true", null)]
    [InlineData(Dense, "\"bias\": false", "\"bias\": \"no\"", "has a bias that is neither true nor false")]
    [InlineData(Dense, "\"module_input_name\": \"sentence_embedding\"", "\"module_input_name\": \"token_embeddings\"", "reads 'token_embeddings' and writes")]
    [InlineData(Dense, "\"module_output_name\": \"sentence_embedding\"", "\"module_output_name\": \"scores\"", "after the one that returns the scores")]
    [InlineData(Scores, "\"scores\"", "\"sentence_embedding\"", "has no Dense whose module_output_name is scores")]
    [InlineData("3_LayerNorm/config.json", "32", "16", "says dimension 16, but the module before it returns 32 numbers")]
    [InlineData("sentence_bert_config.json", "feature-extraction", "text-generation", "has a transformer_task that is neither")]
    [InlineData("sentence_bert_config.json", "\"last_hidden_state\"", "\"pooler_output\"", "has another output of the transformer")]
    [InlineData("config_sentence_transformers.json", "prompt_name\": null", "prompt_name\": \"x\"", "has a default_prompt_name that its prompts")]
    [InlineData("config_sentence_transformers.json", "linear.Identity", "activation.Softmax", "names the activation torch.nn.modules.activation.Softmax")]
    public void Load_WhatDoesNotFit_IsRefused(string file, string old, string with, string? message)
    {
        using TemporaryFolder folder = TestModels.UnpackModular(Model);
        if (with.Length == 0)
        {
            File.WriteAllText(folder.File(file), "{}");
        }
        else
        {
            string text = File.ReadAllText(folder.File(file));
            int at = text.IndexOf(old, StringComparison.Ordinal);
            Assert.True(at >= 0);
            File.WriteAllText(folder.File(file), text[..at] + with + text[(at + old.Length)..]);
        }

        AssertRefused(folder, message ?? "");
    }

    [Theory]
    [InlineData("config_sentence_transformers.json")]
    [InlineData("modules.json")]
    public void Load_NothingThatSaysCrossEncoder_NeverScoresWithoutTheHead(string missing)
    {
        using TemporaryFolder folder = TestModels.UnpackModular(Model);
        File.Delete(folder.File(missing));

        AssertRefused(folder, "returns 32 numbers per token; a reranker returns 1 per document. Set OnnxScorerOptions:ModelPath to a cross-encoder");
    }

    [Fact]
    public void Load_LogitsOfTheGraphBesideAHead_AreNotBelieved()
    {
        using TemporaryFolder folder = TestModels.UnpackModular(Model);
        using TemporaryFolder classifier = TestModels.Unpack("modernbert/model");
        File.Copy(classifier.File("model.onnx"), folder.File("onnx/model.onnx"), overwrite: true);

        AssertRefused(folder, "says that the model has a head beside its graph, but");
        using CrossEncoder encoder = TestModels.LoadEncoder(folder.Path, options => options.Output = "logits");
        Assert.Null(encoder.Profile.Head);
    }

    [Fact]
    public async Task ScoreAsync_DefaultPrompt_IsPutBeforeTheQuery()
    {
        using TemporaryFolder folder = TestModels.UnpackModular(Model);
        using TemporaryFolder prompted = TestModels.UnpackModular(Model);
        string config = File.ReadAllText(prompted.File("config_sentence_transformers.json"));
        File.WriteAllText(
            prompted.File("config_sentence_transformers.json"),
            config.Replace("\"default_prompt_name\": null", "\"default_prompt_name\": \"q\"", StringComparison.Ordinal)
                .Replace("\"prompts\": {}", "\"prompts\": { \"q\": \"find: \" }", StringComparison.Ordinal));
        using CrossEncoder plain = TestModels.LoadEncoder(folder.Path);
        using CrossEncoder encoder = TestModels.LoadEncoder(prompted.Path);

        RelevanceScores expected = await plain.ScoreAsync(new PairQuery("find: a key"), ["a lock"], CancellationToken.None);
        RelevanceScores found = await encoder.ScoreAsync(new PairQuery("a key"), ["a lock"], CancellationToken.None);

        Assert.Equal(expected[0].RawValue, found[0].RawValue);
    }

    [Fact]
    public void Revision_AnyFileOfTheHead_Counts()
    {
        using TemporaryFolder folder = TestModels.UnpackModular(Model);
        var options = new OnnxScorerOptions { ModelPath = folder.Path };
        string Revision() => new ModelRevision(options, () => ModelFolder.Open(folder.Path, options)).Value!;
        string before = Revision();

        byte[] weights = File.ReadAllBytes(folder.File("4_Dense/model.safetensors"));
        weights[^1] ^= 0x80;
        File.WriteAllBytes(folder.File("4_Dense/model.safetensors"), weights);

        Assert.NotEqual(before, Revision());
    }

    [Theory]
    [InlineData("cls", new float[] { 1, 2 })]
    [InlineData("lasttoken", new float[] { 5, -2 })]
    [InlineData("max", new float[] { 5, 6 })]
    [InlineData("mean", new float[] { 3, 2 })]
    [InlineData("mean_sqrt_len_tokens", new float[] { 9 / 1.7320508f, 6 / 1.7320508f })]
    [InlineData("weightedmean", new float[] { 22 / 6f, 8 / 6f })]
    public void Read_EachPooling_IsThatOfTheReference(string mode, float[] expected)
    {
        HeadPooling pooling = mode switch
        {
            "cls" => HeadPooling.Cls,
            "lasttoken" => HeadPooling.LastToken,
            "max" => HeadPooling.Max,
            "mean" => HeadPooling.Mean,
            "weightedmean" => HeadPooling.WeightedMean,
            _ => HeadPooling.MeanSqrtLength,
        };
        float[] hidden = [1, 2, 3, 6, 5, -2, 99, 99];   // three tokens and one of padding

        Assert.Equal(expected[0], Read([1, 0]), 1e-6);
        Assert.Equal(expected[1], Read([0, 1]), 1e-6);

        double Read(float[] weight) =>
            new HeadReader(new ModularHead([pooling], [new DenseLayer(2, 1, weight, [0], HeadActivation.Identity, false, null)], 2, []))
                .Read(3, hidden, static logits => logits[0]);
    }

    [Theory]
    [InlineData(nameof(HeadActivation.Identity), -0.5, -0.5)]
    [InlineData(nameof(HeadActivation.Tanh), 0.5, 0.46211716)]
    [InlineData(nameof(HeadActivation.Gelu), 1, 0.84134475)]
    [InlineData(nameof(HeadActivation.Gelu), -1, -0.15865525)]
    [InlineData(nameof(HeadActivation.Relu), -1, 0)]
    [InlineData(nameof(HeadActivation.Sigmoid), 0, 0.5)]
    [InlineData(nameof(HeadActivation.Silu), 1, 0.7310586)]
    public void Read_EachActivation_IsThatOfTorch(string name, float input, double expected)
    {
        HeadActivation activation = Enum.Parse<HeadActivation>(name);
        Assert.Equal(expected, Read(new DenseLayer(1, 1, [1], null, activation, false, null)), 3e-7);
        Assert.Equal(expected + input, Read(new DenseLayer(1, 1, [1], null, activation, true, null)), 5e-7);
        Assert.Equal(expected + (3 * input), Read(new DenseLayer(1, 1, [1], null, activation, true, [3])), 5e-7);

        double Read(DenseLayer layer) => new HeadReader(new ModularHead([HeadPooling.Cls], [layer], 1, [])).Read(1, [input], static logits => logits[0]);
    }

    [Fact]
    public void Read_Normalize_HasLengthOne() => Assert.Equal(
        0.6,
        new HeadReader(new ModularHead([HeadPooling.Cls], [new UnitLayer(2), new DenseLayer(2, 1, [1, 0], null, HeadActivation.Identity, false, null)], 2, []))
            .Read(1, [3, 4], static logits => logits[0]),
        1e-6);

    [Theory]
    [InlineData("F32", 1.5f)]
    [InlineData("F16", 1.5f)]
    [InlineData("BF16", 1.5f)]
    public void SafeTensors_EachType_IsRead(string type, float value)
    {
        byte[] data = type switch
        {
            "F32" => BitConverter.GetBytes(value),
            "F16" => BitConverter.GetBytes((Half)value),
            _ => BitConverter.GetBytes(value)[2..],
        };
        byte[] file = SafeTensors(
            $$$"""{"__metadata__":{"format":"pt"},"a":{"dtype":"{{{type}}}","shape":[1,1],"data_offsets":[0,{{{data.Length}}}]}}   """, data);

        HeadTensor tensor = Assert.Single(SafeTensorsFile.Read(file, "a.safetensors", "X")).Value;

        Assert.Equal([1, 1], tensor.Shape);
        Assert.Equal([value], tensor.Values);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}""", 8, "has the tensor 'a' without dtype F32, F16 or BF16")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "has the tensor 'a' without dtype")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "has tensors that overlap or leave a gap at byte 0 of its data")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "has 8 bytes of data, of which the header names 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 3, "has the tensor 'a' without dtype")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "has the tensor 'a' without dtype")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2147483647,2147483647],"data_offsets":[0,4]}}""", 4, "has the tensor 'a' without dtype")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,1e99]}}""", 4, "has the tensor 'a' without dtype")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "has tensors that overlap")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "has two tensors named 'a'")]
    [InlineData("[]", 0, "has a header that is not a JSON object of tensors")]
    [InlineData("{", 0, "has a header that is not a JSON object of tensors")]
    public void SafeTensors_WhatDoesNotFit_IsRefused(string header, int dataLength, string message)
    {
        byte[] file = SafeTensors(header, new byte[dataLength]);

        var exception = Assert.Throws<RelevanceScoringException>(() => SafeTensorsFile.Read(file, "a.safetensors", "X"));

        Assert.StartsWith($"'a.safetensors' {message}", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("Expected the safetensors file as it was published with the model. Check X.", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0UL, 3)]
    [InlineData(1000UL, 20)]
    [InlineData(ulong.MaxValue, 20)]
    [InlineData(1UL << 40, 20)]
    public void SafeTensors_LengthOfTheHeader_IsNotBelieved(ulong headerLength, int fileLength)
    {
        byte[] file = new byte[Math.Max(8, fileLength)];
        BinaryPrimitives.WriteUInt64LittleEndian(file, headerLength);

        Assert.Throws<RelevanceScoringException>(() => SafeTensorsFile.Read(file.AsMemory(0, fileLength), "a.safetensors", "X"));
    }

    [Fact]
    public void SafeTensors_NumberThatIsNotFinite_IsRefused() => Assert.Throws<RelevanceScoringException>(() => SafeTensorsFile.Read(
        SafeTensors("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", BitConverter.GetBytes(float.NaN)), "a.safetensors", "X"));

    internal static byte[] SafeTensors(string header, byte[] data) =>
        [.. BitConverter.GetBytes((ulong)Encoding.UTF8.GetByteCount(header)), .. Encoding.UTF8.GetBytes(header), .. data];

    private static void AssertRefused(TemporaryFolder folder, string message)
    {
        var exception = Assert.Throws<RelevanceScoringException>(() => TestModels.LoadEncoder(folder.Path).Dispose());

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Contains("OnnxScorerOptions:ModelPath", exception.Message, StringComparison.Ordinal);
    }
}
