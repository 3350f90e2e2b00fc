namespace Reranking.Onnx.Tests;

/// <summary>Language models that an export has cut down to the logits of their two answers.</summary>
public sealed class AnswerLogitsTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestModels.Unpack("qwen3-reranker/model");

    public AnswerLogitsTests() => File.WriteAllBytes(_folder.File("model.onnx"), Answers(no: -0.001f, yes: 0.002f));

    private string ModelId => Path.GetFileName(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("\"id2label\": { \"0\": \"LABEL_0\", \"1\": \"LABEL_1\" },")]
    [InlineData("\"id2label\": { \"0\": \"no\", \"1\": \"yes\" },")]
    [InlineData("\"classifier_from_token\": [\"no\", \"yes\"],")]
    [InlineData("\"id2label\": { \"0\": \"yes\", \"1\": \"no\" }, \"classifier_from_token\": [\"no\", \"yes\"],")]   // what it was made of says it best
    [InlineData("\"id2label\": { \"0\": \"yes\", \"1\": \"maybe\" },")]
    public async Task ScoreAsync_NoAndYes_IsTheOddsOfYes(string configuration) => Assert.InRange(await ScoreAsync(configuration), 1, double.MaxValue);

    [Theory]
    [InlineData("\"id2label\": { \"0\": \"yes\", \"1\": \"no\" },")]
    [InlineData("\"id2label\": { \"0\": \" Yes\", \"1\": \"NO \" },")]
    [InlineData("\"classifier_from_token\": [\"yes\", \"no\"],")]
    public async Task ScoreAsync_YesAndNo_IsTheOddsOfYes(string configuration) => Assert.InRange(await ScoreAsync(configuration), double.MinValue, -1);

    [Fact]
    public async Task ScoreAsync_TwoAnswers_IsTheDifferenceOfTheirLogits()
    {
        double both = await ScoreAsync("");
        await File.WriteAllBytesAsync(_folder.File("model.onnx"), Answers(no: -0.001f, yes: 0));
        double no = await ScoreAsync("");

        Assert.Equal(both, 3 * no, 1e-3);
    }

    [Fact]
    public async Task ScoreAsync_AnswersOfTheSettings_SayWhichIsWhich()
    {
        double score = await ScoreAsync("\"id2label\": { \"0\": \"relevant\", \"1\": \"other\" },", options =>
        {
            options.YesToken = "relevant";
            options.NoToken = "other";
        });

        Assert.InRange(score, double.MinValue, -1);
    }

    [Fact]
    public async Task ScoreAsync_LabelChosen_IsItsSoftmaxAmongBoth()
    {
        double first = await ScoreAsync("", options => options.Label = "0");
        double second = await ScoreAsync("", options => options.Label = "1");

        Assert.Equal(-second, first, 1e-6);
        Assert.InRange(second, 1, double.MaxValue);
    }

    [Fact]
    public async Task ScoreAsync_NoPrompt_AsksForIt() => Assert.Equal(
        $"Model '{ModelId}' has a tokenizer that puts nothing between query and document: it reads a prompt that it was trained with. "
        + "Set OnnxScorerOptions:Prompt to Qwen3, to MxbaiV2 or to a template.",
        (await Assert.ThrowsAsync<RelevanceScoringException>(() => ScoreAsync("", options => options.Prompt = null))).Message);

    [Fact]
    public async Task ScoreAsync_ThreeLabelsWithAPrompt_AsksForTheLabel()
    {
        (OnnxWriter[] nodes, OnnxWriter weights) = OnnxWriter.TokenRows("rows", 1, 2, 3);
        await File.WriteAllBytesAsync(_folder.File("model.onnx"), OnnxWriter.Model([.. nodes, Mean], [weights], ("logits", [-1, 3])));

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => ScoreAsync(""));

        Assert.StartsWith($"Model '{ModelId}' returns 3 labels; a reranker returns 1.", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("first", "logits", 1)]
    [InlineData("second", "other", -1)]
    public async Task ScoreAsync_OutputOfTheSettings_IsTheOneThatIsRead(string output, string usual, int sign)
    {
        // Two outputs; the second has its answers the other way round.
        (OnnxWriter[] nodes, OnnxWriter weights) = OnnxWriter.TokenRows("rows", -0.001f, 0.002f);
        OnnxWriter negative = OnnxWriter.Node("Neg", ["first"], "second");
        OnnxWriter mean = OnnxWriter.Node("ReduceMean", ["rows"], "first", OnnxWriter.Attribute("axes", [1]), OnnxWriter.Attribute("keepdims", 0));
        await File.WriteAllBytesAsync(
            _folder.File("model.onnx"), OnnxWriter.Model([.. nodes, mean, negative], [weights], ("first", [-1, 2]), ("second", [-1, 2])));

        Assert.Equal(sign, Math.Sign(await ScoreAsync("", options => options.Output = output)));
        Assert.Equal(
            $"OnnxScorerOptions:Output is {usual}, but '{_folder.File("model.onnx")}' has the outputs first, second. Set it to one of them.",
            (await Assert.ThrowsAsync<RelevanceScoringException>(() => ScoreAsync("", options => options.Output = usual))).Message);
        Assert.Equal(
            $"'{_folder.File("model.onnx")}' has the outputs first, second; expected one named logits, or a single output. "
            + "Set OnnxScorerOptions:Output to the one to read, or check OnnxScorerOptions:ModelPath.",
            (await Assert.ThrowsAsync<RelevanceScoringException>(() => ScoreAsync(""))).Message);
    }

    private static OnnxWriter Mean =>
        OnnxWriter.Node("ReduceMean", ["rows"], "logits", OnnxWriter.Attribute("axes", [1]), OnnxWriter.Attribute("keepdims", 0));

    private static byte[] Answers(float no, float yes)
    {
        (OnnxWriter[] nodes, OnnxWriter weights) = OnnxWriter.TokenRows("rows", no, yes);
        return OnnxWriter.Model([.. nodes, Mean], [weights], ("logits", [-1, 2]));
    }

    private async Task<double> ScoreAsync(string configuration, Action<OnnxScorerOptions>? configure = null)
    {
        string config = await File.ReadAllTextAsync(_folder.File("config.json"));
        await File.WriteAllTextAsync(_folder.File("config.json"), config.Replace("\"vocab_size\"", configuration + "\"vocab_size\"", StringComparison.Ordinal));
        try
        {
            OnnxScorerOptions options = new() { ModelPath = _folder.Path, Prompt = "Qwen3" };
            configure?.Invoke(options);
            using var scorer = new OnnxRelevanceScorer(options);
            return (await scorer.ScoreAsync("query", ["document"]))[0].RawValue;
        }
        finally
        {
            await File.WriteAllTextAsync(_folder.File("config.json"), config);
        }
    }
}
