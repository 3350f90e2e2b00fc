using System.Text.Json;
namespace Reranking.Onnx.Tests;

/// <summary>A model that does not fit is refused at load, with a message that names the file, what was found, what was expected and the setting.</summary>
public sealed class ModelLoadingTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestModels.Unpack();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("other")]
    [InlineData("models/ms-marco-MiniLM-L-12-v2-int8")]   // a build leaves it behind, empty, once the package is removed
    [InlineData("models/ms-marco-MiniLM-L-12-v2-int8/1_Dense")]
    public void OpenBundled_NoModelThere_NamesThePackage(string subfolder)
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "app", subfolder));

        var exception = Assert.Throws<RelevanceScoringException>(
            () => OnnxRelevanceScorer.OpenBundled(Path.Combine(_folder.Path, "app"), new OnnxScorerOptions()));

        Assert.Equal(
            "OnnxScorerOptions:ModelPath is not set and there is no bundled model at "
                + $"'{Path.Combine(_folder.Path, "app", "models", "ms-marco-MiniLM-L-12-v2-int8")}'. "
                + "Add the package Reranking.Onnx.MiniLM, or set it to the folder of a cross-encoder.",
            exception.Message);
    }

    [Fact]
    public async Task Constructor_FolderMissing_NamesItAndTheSetting() => Assert.Equal(
        "The model folder '/no/such/folder' is missing. A model folder holds model.onnx, tokenizer.json and config.json. " +
        "Set OnnxScorerOptions:ModelPath to one.",
        await FailureAsync("/no/such/folder"));

    [Theory]
    [InlineData("tokenizer.json")]
    [InlineData("config.json")]
    public async Task Constructor_FileMissing_NamesIt(string file)
    {
        File.Delete(_folder.File(file));

        Assert.Equal(
            $"The model folder '{_folder.Path}' has no {file}. A model folder holds model.onnx, tokenizer.json and config.json. " +
            "Set OnnxScorerOptions:ModelPath to a complete one.",
            await FailureAsync());
    }

    [Fact]
    public async Task Constructor_ModelMissing_NamesThePlacesLookedAt()
    {
        File.Delete(_folder.File("model.onnx"));

        Assert.Equal(
            $"The model folder '{_folder.Path}' has no model.onnx and no onnx/model.onnx. A model folder holds model.onnx, tokenizer.json and config.json. " +
            "Set OnnxScorerOptions:ModelPath or OnnxScorerOptions:ModelFile.",
            await FailureAsync());
    }

    [Fact]
    public async Task RerankAsync_ModelThatDoesNotLoad_IsThrownAndNoFallback()
    {
        File.WriteAllText(_folder.File("tokenizer.json"), "{}");
        using var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = _folder.Path });
        var reranker = new Reranker(scorer);

        for (int i = 0; i < 6; i++)
        {
            Assert.True((await Assert.ThrowsAsync<RelevanceScoringException>(() => reranker.RerankAsync("query", ["one", "two"]))).IsSetupFault);
        }

        Assert.False(scorer.IsReady);
    }

    [Fact]
    public async Task IsReady_WarmedUp_IsTrue()
    {
        using var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = _folder.Path });
        Assert.False(scorer.IsReady);

        await scorer.WarmUpAsync();

        Assert.True(scorer.IsReady);
    }

    [Fact]
    public async Task ScoreAsync_ModelInTheOnnxFolderOfTheHub_IsFound()
    {
        Directory.CreateDirectory(_folder.File("onnx"));
        File.Move(_folder.File("model.onnx"), _folder.File("onnx/model.onnx"));
        using var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = _folder.Path });

        Assert.Single(await scorer.ScoreAsync("query", ["document"]));
    }

    [Fact]
    public async Task ScoreAsync_ModelFileSet_IsTaken()
    {
        File.Move(_folder.File("model.onnx"), _folder.File("model_quantized.onnx"));
        using var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = _folder.Path, ModelFile = "model_quantized.onnx" });

        Assert.Single(await scorer.ScoreAsync("query", ["document"]));
    }

    [Fact]
    public async Task ScoreAsync_ModelTruncated_NamesTheFile()
    {
        using (FileStream model = File.OpenWrite(_folder.File("model.onnx")))
        {
            model.SetLength(model.Length / 2);
        }

        string message = await FailureAsync();
        Assert.StartsWith($"'{_folder.File("model.onnx")}' can't be loaded by ONNX Runtime: ", message, StringComparison.Ordinal);
        Assert.EndsWith("Expected a complete ONNX model. Check OnnxScorerOptions:ModelPath.", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config.json", "{ \"max_position_embeddings\": 512")]
    [InlineData("config.json", "[]")]
    [InlineData("tokenizer_config.json", "")]
    public async Task ScoreAsync_ConfigurationDamaged_NamesTheFile(string file, string content)
    {
        File.WriteAllText(_folder.File(file), content);

        Assert.Equal(
            $"'{_folder.File(file)}' is not a JSON object. Expected the file as it was published with the model. Check OnnxScorerOptions:ModelPath.",
            await FailureAsync());
    }

    [Fact]
    public async Task ScoreAsync_OtherInputs_NamesThem()
    {
        _folder.ReplaceBytes("model.onnx", "token_type_ids"u8, "segment_ids_xx"u8);

        Assert.Equal(
            $"'{_folder.File("model.onnx")}' has the input segment_ids_xx, which can't be fed; expected input_ids, and attention_mask, token_type_ids, " +
            "position_ids and past_key_values where the model has them. Check OnnxScorerOptions:ModelPath.",
            await FailureAsync());
    }

    [Fact]
    public async Task ScoreAsync_ABiEncoder_IsRefused() => Assert.Equal(
        "Model 'bge-small-en-v1.5-int8' returns 384 numbers per token; a reranker returns 1 per document. " +
        "Set OnnxScorerOptions:ModelPath to a cross-encoder for relevance, or one with the files of its head: modules.json, " +
        "config_sentence_transformers.json that says CrossEncoder, and what they name.",
        await FailureAsync(TestModels.BiEncoder));

    [Fact]
    public async Task ScoreAsync_VocabularyTooLargeForTheModel_SaysBothSizes()
    {
        _folder.Replace("config.json", "\"vocab_size\": 30522", "\"vocab_size\": 30000");

        Assert.Equal(
            $"'{_folder.File("tokenizer.json")}' has 30522 tokens, but the model in '{_folder.Path}' knows 30000 (vocab_size of config.json). " +
            "Expected the tokenizer that belongs to the model. Check OnnxScorerOptions:ModelPath.",
            await FailureAsync());
    }

    [Fact]
    public async Task ScoreAsync_NoMaximumLength_AsksForTheSetting()
    {
        _folder.Replace("config.json", "\"max_position_embeddings\": 512,", "");

        Assert.Equal(
            $"Neither max_position_embeddings in '{_folder.File("config.json")}' nor model_max_length in tokenizer_config.json is there. " +
            "Expected the longest input of the model. Set OnnxScorerOptions:MaxInputTokens.",
            await FailureAsync());
    }

    [Theory]
    [InlineData("512", "{ \"model_max_length\": 128 }", 128)]
    [InlineData("512", "{ \"model_max_length\": 1000000000000000019884624838656 }", 512)]
    [InlineData("256", "{}", 256)]
    public async Task WarmUpAsync_TwoFilesTellTheMaximum_TheLowerCounts(string positions, string tokenizerConfig, int expected)
    {
        _folder.Replace("config.json", "\"max_position_embeddings\": 512", $"\"max_position_embeddings\": {positions}");
        File.WriteAllText(_folder.File("tokenizer_config.json"), tokenizerConfig);
        using var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = _folder.Path });

        await scorer.WarmUpAsync();

        Assert.Equal(expected, scorer.GetService<RelevanceScorerMetadata>()!.MaxInputTokens);
    }

    [Fact]
    public async Task WarmUpAsync_RobertaPositions_LeaveTwoForPadding()
    {
        _folder.Replace("config.json", "\"model_type\": \"bert\"", "\"model_type\": \"xlm-roberta\"");
        using var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = _folder.Path });

        await scorer.WarmUpAsync();

        Assert.Equal(510, scorer.GetService<RelevanceScorerMetadata>()!.MaxInputTokens);
    }

    [Fact]
    public async Task ScoreAsync_MaximumAboveTheModels_IsRefused() => Assert.Equal(
        $"OnnxScorerOptions:MaxInputTokens is 1024, but model '{Path.GetFileName(_folder.Path)}' reads 512 tokens at most. " +
        "Set it to 512 or less, or remove it.",
        await FailureAsync(configure: options => options.MaxInputTokens = 1024));

    [Fact]
    public async Task ScoreAsync_UnknownActivation_IsRefused()
    {
        _folder.Replace(
            "config.json", "\"model_type\"", "\"sentence_transformers\": { \"activation_fn\": \"torch.nn.modules.activation.Tanh\" }, \"model_type\"");

        Assert.Equal(
            $"'{_folder.File("config.json")}' names the activation torch.nn.modules.activation.Tanh; " +
            "expected torch.nn.modules.linear.Identity or torch.nn.modules.activation.Sigmoid. Check OnnxScorerOptions:ModelPath.",
            await FailureAsync());
    }

    [Theory]
    [InlineData("Identity")]
    [InlineData("Sigmoid")]
    public async Task ScoreAsync_EitherActivation_GivesLogitAndSigmoid(string activation)
    {
        _folder.Replace("config.json", "\"model_type\"", $"\"sentence_transformers\": {{ \"activation_fn\": \"{activation}\" }}, \"model_type\"");
        using var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = _folder.Path });

        RelevanceScore score = await scorer.ScoreAsync(TestModels.FixturePairs[1].Query, TestModels.FixturePairs[1].Document);

        Assert.Equal(TestModels.FixtureGolden[1].Logit, score.RawValue, 1e-4);
        Assert.Equal(1 / (1 + Math.Exp(-score.RawValue)), score.Value, 1e-12);
    }

    [Theory]
    [InlineData(OnnxExecutionProvider.Cuda, "Microsoft.ML.OnnxRuntime.Gpu")]
    [InlineData(OnnxExecutionProvider.DirectML, "Microsoft.ML.OnnxRuntime.DirectML")]
    [InlineData(OnnxExecutionProvider.OpenVino, "Intel.ML.OnnxRuntime.OpenVino")]
    public async Task ScoreAsync_ProviderNotInTheRuntime_NamesThePackageToAdd(OnnxExecutionProvider provider, string package)
    {
        string message = await FailureAsync(configure: options => options.ExecutionProvider = provider);

        Assert.Equal(
            $"OnnxScorerOptions:ExecutionProvider is {provider}, but the ONNX Runtime of this application has only " +
            $"{string.Join(", ", Microsoft.ML.OnnxRuntime.OrtEnv.Instance().GetAvailableProviders())}. Add the package {package}, or set it to Cpu.",
            message);
    }

    [Fact]
    public async Task ScoreAsync_SelfTestPasses_Serves()
    {
        WriteSelfTest(TestModels.FixtureGolden[1].Logit, inputIds: null);
        using var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = _folder.Path });

        Assert.Single(await scorer.ScoreAsync("query", ["document"]));
    }

    [Fact]
    public async Task ScoreAsync_SelfTestOff_RefusesToServe()
    {
        double golden = TestModels.FixtureGolden[1].Logit;
        string file = _folder.File("selftest.json");
        WriteSelfTest(golden + 1, inputIds: null);

        Assert.Equal(
            FormattableString.Invariant(
                $"Model '{Path.GetFileName(_folder.Path)}' fails pair 1 of '{file}': it returns {golden:0.####}; expected {golden + 1:0.####} ± 0.001. ")
            + "Restore the folder from its source, or check OnnxScorerOptions:ModelPath.",
            await FailureAsync());
    }

    [Fact]
    public async Task ScoreAsync_SelfTestHasOtherTokens_RefusesToServe()
    {
        WriteSelfTest(TestModels.FixtureGolden[1].Logit, inputIds: "[101, 102]");

        Assert.Equal(
            $"Model '{Path.GetFileName(_folder.Path)}' fails pair 1 of '{_folder.File("selftest.json")}': its tokenizer returns other tokens than expected. " +
            "Restore the folder from its source, or check OnnxScorerOptions:ModelPath.",
            await FailureAsync());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("[{ \"query\": \"only\" }]")]
    [InlineData("[null]")]
    [InlineData("[{ \"query\": null, \"document\": \"d\", \"rawScore\": 1, \"tolerance\": 1 }]")]
    [InlineData("[{ \"query\": \"q\", \"document\": null, \"rawScore\": 1, \"tolerance\": 1 }]")]
    public async Task ScoreAsync_SelfTestUnreadable_SaysWhatItShouldBe(string content)
    {
        File.WriteAllText(_folder.File("selftest.json"), content);

        Assert.Equal(
            $"'{_folder.File("selftest.json")}' can't be read; " +
            "expected an array of objects with query, document, rawScore, tolerance and, optionally, inputIds. Restore the file or remove it.",
            await FailureAsync());
    }

    [Fact]
    public async Task ScoreAsync_FolderMendedAfterAFailure_Serves()
    {
        string config = File.ReadAllText(_folder.File("config.json"));
        File.WriteAllText(_folder.File("config.json"), "{");
        using var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = _folder.Path });
        await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("query", ["document"]));

        File.WriteAllText(_folder.File("config.json"), config);

        Assert.Single(await scorer.ScoreAsync("query", ["document"]));
    }

    private async Task<string> FailureAsync(string? path = null, Action<OnnxScorerOptions>? configure = null)
    {
        OnnxScorerOptions options = new() { ModelPath = path ?? _folder.Path };
        configure?.Invoke(options);
        bool isConstructed = false;
        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(async () =>
        {
            using var scorer = new OnnxRelevanceScorer(options);
            isConstructed = true;
            await scorer.ScoreAsync("query", ["document"]);
        });

        // What is not installed is known at once; what does not load is a fault of the set-up and no reason to fall back.
        Assert.Equal(isConstructed, exception.IsSetupFault);
        return exception.Message;
    }

    private void WriteSelfTest(double rawScore, string? inputIds)
    {
        (string query, string document) = TestModels.FixturePairs[1];
        string ids = inputIds is null ? "" : $", \"inputIds\": {inputIds}";
        string pair = $"\"query\": {JsonSerializer.Serialize(query)}, \"document\": {JsonSerializer.Serialize(document)}";
        File.WriteAllText(
            _folder.File("selftest.json"),
            FormattableString.Invariant($"[{{ {pair}, \"rawScore\": {rawScore}, \"tolerance\": 0.001{ids} }}]"));
    }
}
