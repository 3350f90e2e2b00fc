namespace Reranking.Onnx.Tests;

/// <summary>A model whose arithmetic fails for some documents: those alone are left unscored.</summary>
public sealed class UnscoredDocumentTests : IDisposable
{
    private const string Query = "a";

    // From the lowest highest id to the highest; which is which is up to the vocabulary of the fixture.
    private readonly string[] _documents;

    private readonly TemporaryFolder _folder = TestModels.Unpack();
    private readonly double[] _highestIds;

    public UnscoredDocumentTests()
    {
        WriteModel(threshold: 0);
        string[] documents = ["a", "the", "password", "zebra", "reset the password of a user"];
        using OnnxRelevanceScorer scorer = CreateScorer();
        double[] ids = [.. scorer.ScoreAsync(Query, documents).GetAwaiter().GetResult().Select(score => score.RawValue * score.RawValue)];
        Array.Sort(ids, documents);
        int[] distinct = [.. Enumerable.Range(0, ids.Length).Where(i => i == 0 || ids[i] - ids[i - 1] > 0.5)];
        _documents = [.. distinct.Select(i => documents[i])];
        _highestIds = [.. distinct.Select(i => ids[i])];
        Assert.True(_documents.Length >= 3, "The documents are to differ in their highest id.");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ScoreAsync_NaNForSomeDocuments_LeavesThoseAloneUnscored()
    {
        WriteModel(threshold: (_highestIds[0] + _highestIds[1]) / 2);
        using OnnxRelevanceScorer scorer = CreateScorer();

        RelevanceScores scores = await scorer.ScoreAsync(Query, _documents, cancellationToken: TestContext.Current.CancellationToken);

        Assert.False(scores[0].IsScored);
        Assert.All(scores.Skip(1), score => Assert.True(score.IsScored && double.IsFinite(score.RawValue)));
    }

    [Fact]
    public async Task RerankAsync_NaNForSomeDocuments_RanksThemBehindTheOthersAndWithoutAScore()
    {
        WriteModel(threshold: (_highestIds[0] + _highestIds[1]) / 2);
        using OnnxRelevanceScorer scorer = CreateScorer();
        var reranker = new Reranker(scorer, new RerankingOptions { Timeout = Timeout.InfiniteTimeSpan });

        RerankingResult<string> result = await reranker.RerankAsync(Query, _documents, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(RerankingOutcome.Reranked, result.Outcome);
        Assert.Equal(_documents.Skip(1).Reverse().Append(_documents[0]), result.Ranking.Select(ranked => ranked.Candidate));
        Assert.Null(result.Ranking[^1].Relevance);
    }

    [Fact]
    public async Task ScoreAsync_NaNForSomeWindows_TakesTheBestOfTheOthers()
    {
        WriteModel(threshold: (_highestIds[0] + _highestIds[1]) / 2);
        string document = string.Join(' ', Enumerable.Repeat(_documents[0], 700).Append(_documents[^1]));
        using OnnxRelevanceScorer scorer = CreateScorer(options =>
        {
            options.LongDocuments = LongDocumentMode.Windows;
            options.WindowTokens = 32;
        });

        RelevanceScores scores = await scorer.ScoreAsync(Query, [document], cancellationToken: TestContext.Current.CancellationToken);

        Assert.True(scores[0].IsScored);
        Assert.Equal(document.Length, scores[0].BestWindow!.Value.End.GetOffset(document.Length));
    }

    [Fact]
    public async Task ScoreAsync_NaNForAll_IsAnErrorOfTheModel()
    {
        WriteModel(threshold: _highestIds[^1] + 1);
        using OnnxRelevanceScorer scorer = CreateScorer();

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(
            () => scorer.ScoreAsync(Query, _documents, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(
            $"Model '{Path.GetFileName(_folder.Path)}' returned NaN for document 0; expected a finite logit. "
            + "Try another OnnxScorerOptions:ExecutionProvider, or a model in fp32.",
            exception.Message);
    }

    // The logit is the root of the highest id of a pair less a threshold: NaN below it.
    private void WriteModel(double threshold)
    {
        (OnnxWriter[] nodes, OnnxWriter weights) = OnnxWriter.TokenRows("rows", 1);
        OnnxWriter[] root =
        [
            OnnxWriter.Node("ReduceMax", ["rows"], "highest", OnnxWriter.Attribute("axes", [1]), OnnxWriter.Attribute("keepdims", 0)),
            OnnxWriter.Node("Sub", ["highest", "threshold"], "rest"),
            OnnxWriter.Node("Sqrt", ["rest"], "logits"),
        ];
        OnnxWriter[] tensors = [weights, OnnxWriter.Tensor("threshold", (float)threshold)];
        File.WriteAllBytes(_folder.File("model.onnx"), OnnxWriter.Model([.. nodes, .. root], tensors, ("logits", [-1, 1])));
    }

    private OnnxRelevanceScorer CreateScorer(Action<OnnxScorerOptions>? configure = null)
    {
        var options = new OnnxScorerOptions { ModelPath = _folder.Path };
        configure?.Invoke(options);
        return new OnnxRelevanceScorer(options);
    }
}
