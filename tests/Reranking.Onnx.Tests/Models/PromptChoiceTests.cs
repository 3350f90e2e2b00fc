using Reranking.Onnx.Models;

namespace Reranking.Onnx.Tests;

/// <summary>Which prompt a model gets, and what is refused.</summary>
public sealed class PromptChoiceTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestModels.Unpack("qwen3-reranker/model");

    private string ModelId => Path.GetFileName(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("qwen3", "\"_name_or_path\": \"Qwen/Qwen3-Reranker-0.6B\"", "Qwen3")]
    [InlineData("qwen3", "\"is_original_qwen3_reranker\": true", "Qwen3")]
    [InlineData("qwen3", "\"classifier_from_token\": [\"no\", \"yes\"]", "Qwen3")]
    [InlineData("qwen2", "\"_name_or_path\": \"mixedbread-ai/mxbai-rerank-large-v2\"", "MxbaiV2")]
    [InlineData("qwen2", "\"classifier_from_token\": [\"0\", \"1\"]", "MxbaiV2")]
    [InlineData("qwen2", "\"_name_or_path\": \"Qwen/Qwen3-Reranker-0.6B\"", null)]
    [InlineData("qwen3", "\"is_original_qwen3_reranker\": false", null)]
    [InlineData("qwen3", "\"classifier_from_token\": [\"false\", \"true\"]", null)]
    [InlineData("qwen3", "\"_name_or_path\": \"Qwen/Qwen3-0.6B\"", null)]
    public void Choose_ConfigurationTells_TakesThePrompt(string modelType, string hint, string? expected)
    {
        _folder.Replace("config.json", "\"model_type\": \"qwen3\"", $"\"model_type\": \"{modelType}\", {hint}");

        Assert.Equal(expected, Choose(_folder.Path, new OnnxScorerOptions())?.Name);
        Assert.Equal(expected, Choose(_folder.Path, new OnnxScorerOptions { Prompt = "auto" })?.Name);
    }

    [Theory]
    [InlineData("qwen3", "Qwen3-Reranker-0.6B-ONNX", "Qwen3")]
    [InlineData("qwen3", "models--Qwen--Qwen3-Reranker-0.6B/snapshots/0123abcd", "Qwen3")]
    [InlineData("qwen2", "mxbai-rerank-base-v2", "MxbaiV2")]
    [InlineData("bert", "Qwen3-Reranker-0.6B", null)]
    [InlineData("qwen3", "Qwen3-Reranker-0.6B/other", null)]
    public void Choose_FolderTells_TakesThePrompt(string modelType, string name, string? expected)
    {
        _folder.Replace("config.json", "\"model_type\": \"qwen3\"", $"\"model_type\": \"{modelType}\"");
        string path = _folder.File(name);
        Directory.CreateDirectory(path);
        foreach (string file in (string[])["model.onnx", "config.json", "tokenizer.json"])
        {
            File.Move(_folder.File(file), Path.Combine(path, file));
        }

        Assert.Equal(expected, Choose(path, new OnnxScorerOptions())?.Name);
    }

    [Fact]
    public void Choose_ModelIdTells_TakesThePrompt() =>
        Assert.Same(PromptCatalog.Qwen3.Before, Choose(_folder.Path, new OnnxScorerOptions { ModelId = "Qwen/Qwen3-Reranker-4B" })?.Before);

    [Fact]
    public async Task ScoreAsync_LanguageModelWithoutAPrompt_AsksForIt() => Assert.Equal(
        $"Model '{ModelId}' returns a logit for each token of its vocabulary: it is a language model, and reads a prompt that it was trained with. " +
        "Set OnnxScorerOptions:Prompt to Qwen3, to MxbaiV2 or to a template.",
        await FailureAsync(_folder, options => options.ModelPath = _folder.Path));

    [Fact]
    public async Task ScoreAsync_TokenizerWithoutSeparators_AsksForThePrompt()
    {
        using TemporaryFolder roberta = TestModels.Unpack("roberta/model");
        var tokenizer = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(roberta.File("tokenizer.json")))!.AsObject();
        tokenizer["post_processor"] = null;
        File.WriteAllText(roberta.File("tokenizer.json"), tokenizer.ToJsonString());

        Assert.Equal(
            $"Model '{Path.GetFileName(roberta.Path)}' has a tokenizer that puts nothing between query and document: " +
            "it reads a prompt that it was trained with. Set OnnxScorerOptions:Prompt to Qwen3, to MxbaiV2 or to a template.",
            await FailureAsync(roberta, static _ => { }));
    }

    [Fact]
    public async Task ScoreAsync_PromptOfAnotherTokenizer_IsRefused()
    {
        using TemporaryFolder bert = TestModels.Unpack();

        Assert.Equal(
            $"OnnxScorerOptions:Prompt is Qwen3, but the tokenizer of model '{Path.GetFileName(bert.Path)}' has no token <|im_start|>. " +
            "Set it to the prompt that the model was trained with, or remove it.",
            await FailureAsync(bert, options => options.Prompt = "Qwen3"));
    }

    [Fact]
    public async Task ScoreAsync_PromptOfAnotherArchitecture_IsRefused() => Assert.Equal(
        $"OnnxScorerOptions:Prompt is MxbaiV2, the prompt of qwen2 models, but '{_folder.File("config.json")}' says qwen3. " +
        "Set it to the prompt that the model was trained with.",
        await FailureAsync(_folder, options => options.Prompt = "MxbaiV2"));

    [Fact]
    public async Task ScoreAsync_AnswerOfSeveralTokens_IsRefused() => Assert.Equal(
        $"'irrelevant' is 2 tokens to model '{ModelId}'; expected 1, the first of its answer. Set OnnxScorerOptions:NoToken.",
        await FailureAsync(_folder, options => (options.Prompt, options.NoToken) = ("Qwen3", "irrelevant")));

    [Fact]
    public async Task ScoreAsync_LabelOfALanguageModel_IsRefused() => Assert.Equal(
        $"OnnxScorerOptions:Label is yes, but model '{ModelId}' returns logits of tokens and has no labels. " +
        "Remove it, or set OnnxScorerOptions:YesToken and NoToken.",
        await FailureAsync(_folder, options => (options.Prompt, options.Label) = ("Qwen3", "yes")));

    [Theory]
    [InlineData(null)]
    [InlineData("[CLS]{query}[SEP]{document}[SEP]")]
    public async Task ScoreAsync_InstructionWithoutAPlace_IsRefused(string? prompt)
    {
        using TemporaryFolder bert = TestModels.Unpack();

        Assert.Equal(
            $"OnnxScorerOptions:Instruction is set, but model '{Path.GetFileName(bert.Path)}' reads no prompt, or one without an instruction. " +
            "Remove it, or set OnnxScorerOptions:Prompt.",
            await FailureAsync(bert, options => (options.Prompt, options.Instruction) = (prompt, "Find it")));
    }

    [Fact]
    public async Task ScoreAsync_NoRoomBesideThePrompt_IsRefused() => Assert.Equal(
        $"Model '{ModelId}' reads 52 tokens at most, of which the prompt takes 48; expected at least 8 more for the query and the document. " +
        "Check OnnxScorerOptions:MaxInputTokens and OnnxScorerOptions:Prompt.",
        await FailureAsync(_folder, options => (options.Prompt, options.MaxInputTokens) = ("Qwen3", 52)));

    [Fact]
    public async Task ScoreAsync_PastInputOfAnotherName_IsNamed()
    {
        using TemporaryFolder past = TestModels.Unpack("qwen3-reranker-past/model");
        past.ReplaceBytes("model.onnx", "past_key_values.1.value"u8, "past_key_valuez.1.value"u8);

        Assert.Equal(
            $"'{past.File("model.onnx")}' has the input past_key_valuez.1.value, which can't be fed; expected input_ids, and attention_mask, token_type_ids, " +
            "position_ids and past_key_values where the model has them. Check OnnxScorerOptions:ModelPath.",
            await FailureAsync(past, options => options.Prompt = "Qwen3"));
    }

    [Theory]
    [InlineData("Label", " ", "Label is blank; expected the name or the index of a label, or none.")]
    [InlineData("YesToken", "", "YesToken is blank; expected a token, or none.")]
    [InlineData("NoToken", "", "NoToken is blank; expected a token, or none.")]
    [InlineData("Prompt", "", "Prompt is blank; expected " + PromptRule)]
    [InlineData("Prompt", "Qwen", "Prompt is 'Qwen'; expected " + PromptRule)]
    [InlineData("Prompt", "{document} {query}", "Prompt is '{document} {query}'; expected " + PromptRule)]
    [InlineData("Prompt", "{query} {query} {document}", "Prompt is '{query} {query} {document}'; expected " + PromptRule)]
    [InlineData("Prompt", "{query} {document} {document}", "Prompt is '{query} {document} {document}'; expected " + PromptRule)]
    [InlineData("Prompt", "{query} {document} {instruction}", "Prompt is '{query} {document} {instruction}'; expected " + PromptRule)]
    [InlineData("Prompt", "{instruction} {query} {document}", "Instruction is not set, but OnnxScorerOptions:Prompt has a place for it; expected a text.")]
    public void Constructor_SettingsThatDoNotDo_NamesTheKey(string key, string value, string expected)
    {
        var options = new OnnxScorerOptions();
        typeof(OnnxScorerOptions).GetProperty(key)!.SetValue(options, value);

        Assert.Equal($"OnnxScorerOptions:{expected} (Parameter 'options')", Assert.Throws<ArgumentException>(() => new OnnxRelevanceScorer(options)).Message);
    }

    [Fact]
    public void Constructor_SameAnswers_NamesTheKey() => Assert.Equal(
        "OnnxScorerOptions:NoToken is 'yes', the same as YesToken; expected another token. (Parameter 'options')",
        Assert.Throws<ArgumentException>(() => new OnnxRelevanceScorer(new OnnxScorerOptions { YesToken = "yes", NoToken = "yes" })).Message);

    private const string PromptRule =
        "Auto, Qwen3, MxbaiV2, or a text with {query} and, behind it, {document}, each once, and {instruction} before {document} at most once.";

    private static Prompt? Choose(string path, OnnxScorerOptions options)
    {
        ModelFolder folder = ModelFolder.Open(path, options);
        return PromptCatalog.Choose(options, folder, ModelConfiguration.Read(folder));
    }

    private static async Task<string> FailureAsync(TemporaryFolder folder, Action<OnnxScorerOptions> configure)
    {
        OnnxScorerOptions options = new() { ModelPath = folder.Path };
        configure(options);
        using var scorer = new OnnxRelevanceScorer(options);
        return (await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("query", ["document"]))).Message;
    }
}
