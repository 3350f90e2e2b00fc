using Reranking.Onnx.Pairs;
using Reranking.Onnx.Scoring;

namespace Reranking.Onnx.Tests;

/// <summary>Models with several labels: refused, unless one of them is named as the score.</summary>
public sealed class LabelTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestModels.Unpack("bert-nli-3-labels/model");

    private string ModelId => Path.GetFileName(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("contradiction", 0)]
    [InlineData("Entailment", 1)]
    [InlineData("2", 2)]
    public async Task ScoreAsync_LabelChosen_GivesItsSoftmax(string label, int index)
    {
        using CrossEncoder encoder = TestModels.LoadEncoder(_folder.Path, options => options.Label = label);
        double[][] golden = [.. TestModels.ReadLines(Path.Combine(AppContext.BaseDirectory, "Data", "models", "bert-nli-3-labels", "golden.jsonl"))
            .Take(14).Select(line => line.GetProperty("logits").EnumerateArray().Select(logit => logit.GetDouble()).ToArray())];
        (string Query, string Document)[] pairs = [.. TestModels.FixturePairs.Take(14)];

        RelevanceScores scores = await encoder.ScoreAsync(new PairQuery(pairs[0].Query), [.. pairs.Select(pair => pair.Document)], CancellationToken.None);

        double[] expected = [.. golden.Select(logits => Math.Exp(logits[index]) / logits.Sum(Math.Exp))];
        Assert.All(scores, (score, i) => Assert.Equal(expected[i], score.Value, 1e-4));
        Assert.All(scores, (score, i) => Assert.Equal(Math.Log(expected[i] / (1 - expected[i])), score.RawValue, 1e-3));
    }

    [Fact]
    public async Task ScoreAsync_LabelsCalledByNumbers_NameGoesBeforeIndex()
    {
        _folder.Replace(
            "config.json",
            "\"0\": \"contradiction\",\n    \"1\": \"entailment\",\n    \"2\": \"neutral\"",
            "\"2\": \"0\",\n    \"0\": \"1\",\n    \"1\": \"2\"");

        double byName = await ScoreAsync("0");
        _folder.Replace("config.json", "\"2\": \"0\"", "\"2\": \"neutral\"");

        Assert.Equal(await ScoreAsync("neutral"), byName);
        Assert.Equal(await ScoreAsync("1"), await ScoreAsync("0"));   // "1" is a name and "0" the index of the same label
    }

    [Fact]
    public async Task ScoreAsync_NoLabelChosen_ListsThem() => Assert.Equal(
        $"Model '{ModelId}' returns 3 labels: contradiction, entailment, neutral; a reranker returns 1. " +
        "Set OnnxScorerOptions:ModelPath to a cross-encoder for relevance, or OnnxScorerOptions:Label to the label whose probability is the score.",
        await FailureAsync(null));

    [Theory]
    [InlineData("relevant")]
    [InlineData("3")]
    [InlineData("-1")]
    public async Task ScoreAsync_UnknownLabel_ListsThem(string label) => Assert.Equal(
        $"Model '{ModelId}' returns 3 labels: contradiction, entailment, neutral, and OnnxScorerOptions:Label is {label}. " +
        "Set it to one of them, or to an index from 0 to 2.",
        await FailureAsync(label));

    [Fact]
    public async Task ScoreAsync_NamesOfOtherLabels_AreNotTaken()
    {
        _folder.Replace("config.json", "\"2\": \"neutral\"", "\"2\": \"neutral\",\n    \"3\": \"fourth\"");

        Assert.Equal(
            $"Model '{ModelId}' returns 3 labels, and OnnxScorerOptions:Label is neutral. Set it to one of them, or to an index from 0 to 2.",
            await FailureAsync("neutral"));
    }

    [Fact]
    public async Task ScoreAsync_LabelOfAModelWithOne_IsRefused()
    {
        using TemporaryFolder bert = TestModels.Unpack();
        using var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = bert.Path, Label = "LABEL_0" });

        Assert.Equal(
            $"OnnxScorerOptions:Label is LABEL_0, but model '{Path.GetFileName(bert.Path)}' returns one logit, which is the score. Remove it.",
            (await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("query", ["document"]))).Message);
    }

    [Fact]
    public void Label_ExtremeLogits_NeitherOverflowsNorTies()
    {
        Assert.Equal(1000, LogitReaders.Label(0)([1000, 0]));
        Assert.Equal(-1000, LogitReaders.Label(1)([1000, 0]));
        Assert.Equal(2000 - Math.Log(2), LogitReaders.Label(1)([-1000, 1000, -1000]), 1e-9);
        Assert.True(double.IsNaN(LogitReaders.Label(0)([1, float.NaN])));
    }

    private async Task<double> ScoreAsync(string label)
    {
        using CrossEncoder encoder = TestModels.LoadEncoder(_folder.Path, options => options.Label = label);
        return (await encoder.ScoreAsync(new PairQuery("query"), ["document"], CancellationToken.None))[0].RawValue;
    }

    private async Task<string> FailureAsync(string? label)
    {
        using var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = _folder.Path, Label = label });
        return (await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("query", ["document"]))).Message;
    }
}
