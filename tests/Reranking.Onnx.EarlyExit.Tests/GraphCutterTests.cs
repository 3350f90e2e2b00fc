using Reranking.Onnx.EarlyExit.Graphs;
using Reranking.Onnx.Pairs;
using Reranking.Onnx.Scoring;
using Reranking.Onnx.Tests;

namespace Reranking.Onnx.EarlyExit.Tests;

/// <summary>Layers are found from the graph alone, and the parts of a model together are the model, to the bit.</summary>
[Collection(EarlyExitModels.Collection)]
public sealed class GraphCutterTests
{
    public static TheoryData<string> Families => ["bert/model", "roberta/model", "xlm-roberta/model", "deberta-v3/model", "modernbert/model"];

    [Theory]
    [MemberData(nameof(Families))]
    public async Task Parts_OfAFamily_ScoreAsTheWholeDoes(string family)
    {
        using TemporaryFolder folder = TestModels.Unpack(family);
        int[] layers = Layers(folder.File("model.onnx"));
        EarlyExitModels.Build(folder.Path, layers, plan: $"{layers[0]}:50");

        await AssertSameScoresAsync(folder.Path, TestModels.FixturePairs.Take(20));
    }

    [Fact]
    public async Task Parts_OfTheBundledModel_ScoreAsTheWholeDoes()
    {
        using TemporaryFolder folder = EarlyExitModels.CopyBundled();
        EarlyExitModels.Build(folder.Path, layers: [1, 2, 5, 11], plan: "2:60 5:25");

        Assert.Equal(11, Layers(folder.File("model.onnx")).Length);
        await AssertSameScoresAsync(folder.Path, TestModels.FixturePairs.Take(30));
    }

    private static int[] Layers(string model) =>
        [.. Enumerable.Range(1, LayerBoundaries.Find(OnnxGraphReader.Read(model), "logits").Tensors.Count)];

    private static async Task AssertSameScoresAsync(string path, IEnumerable<(string Query, string Document)> pairs)
    {
        using CrossEncoder whole = await EarlyExitModels.LoadAsync(path, earlyExit: null);
        using CrossEncoder parts = await EarlyExitModels.LoadAsync(path, earlyExit: "On");
        foreach ((string query, string document) in pairs)
        {
            RelevanceScores expected = await whole.ScoreAsync(new PairQuery(query), [document], null, isBackground: false, CancellationToken.None);
            RelevanceScores actual = await parts.ScoreAsync(new PairQuery(query), [document], null, isBackground: false, CancellationToken.None);
            Assert.Equal(expected[0], actual[0]);
        }
    }
}
