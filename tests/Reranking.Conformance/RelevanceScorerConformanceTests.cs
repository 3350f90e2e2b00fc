namespace Reranking.Conformance;

/// <summary>What every scorer and every decorator of one has to keep. Derive from it and create yours.</summary>
public abstract class RelevanceScorerConformanceTests
{
    /// <summary>Gets how far raw scores of the same pair may lie apart between two calls.</summary>
    protected virtual double Tolerance => 1e-4;

    /// <summary>Creates the scorer under test, ready to score; the test disposes it.</summary>
    protected abstract IRelevanceScorer CreateScorer();

    [Fact]
    public async Task ScoreAsync_NullQuery_ThrowsWithItsName()
    {
        using IRelevanceScorer scorer = CreateScorer();

        ArgumentNullException exception = await Assert.ThrowsAsync<ArgumentNullException>(() => scorer.ScoreAsync(null!, HelpCenter.Documents));

        Assert.Equal("query", exception.ParamName);
    }

    [Fact]
    public async Task ScoreAsync_NullDocuments_ThrowsWithItsName()
    {
        using IRelevanceScorer scorer = CreateScorer();

        ArgumentNullException exception = await Assert.ThrowsAsync<ArgumentNullException>(
            () => scorer.ScoreAsync(HelpCenter.Query, (IReadOnlyList<string>)null!));

        Assert.Equal("documents", exception.ParamName);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task ScoreAsync_NullDocumentInside_ThrowsWithItsName(int position)
    {
        using IRelevanceScorer scorer = CreateScorer();
        string[] documents = ["one", "two", "three"];
        documents[position] = null!;

        ArgumentNullException exception = await Assert.ThrowsAsync<ArgumentNullException>(() => scorer.ScoreAsync(HelpCenter.Query, documents));

        // "documents" or "documents[2]"
        Assert.StartsWith("documents", exception.ParamName, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ScoreAsync_CanceledToken_Throws()
    {
        using IRelevanceScorer scorer = CreateScorer();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => scorer.ScoreAsync(HelpCenter.Query, HelpCenter.Documents, options: null, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task ScoreAsync_CanceledToken_LeavesTheScorerUsable()
    {
        using IRelevanceScorer scorer = CreateScorer();
        RelevanceScores expected = await scorer.ScoreAsync(HelpCenter.Query, HelpCenter.Documents);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => scorer.ScoreAsync("another query", HelpCenter.Documents, options: null, new CancellationToken(canceled: true)));

        RelevanceScores scores = await scorer.ScoreAsync(HelpCenter.Query, HelpCenter.Documents);

        AssertSame(expected, scores);
    }

    [Fact]
    public async Task ScoreAsync_NoDocuments_GivesNoScores()
    {
        using IRelevanceScorer scorer = CreateScorer();

        RelevanceScores scores = await scorer.ScoreAsync(HelpCenter.Query, []);

        Assert.Empty(scores);
    }

    [Fact]
    public async Task ScoreAsync_Documents_GivesOneFiniteScoreEach()
    {
        using IRelevanceScorer scorer = CreateScorer();

        RelevanceScores scores = await scorer.ScoreAsync(HelpCenter.Query, HelpCenter.Documents);

        Assert.Equal(HelpCenter.Documents.Count, scores.Count);
        Assert.All(scores, score => Assert.True(double.IsFinite(score.RawValue), $"The raw score is {score.RawValue}."));
        Assert.All(scores, score => Assert.InRange(score.Value, 0, 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public async Task ScoreAsync_TopN_GivesOneScoreEach(int topN)
    {
        using IRelevanceScorer scorer = CreateScorer();

        RelevanceScores scores = await scorer.ScoreAsync(HelpCenter.Query, HelpCenter.Documents, new RelevanceScoringOptions { TopN = topN });

        Assert.Equal(HelpCenter.Documents.Count, scores.Count);
        Assert.All(scores, score => Assert.True(double.IsFinite(score.RawValue), $"The raw score is {score.RawValue}."));
    }

    // Before any scorer sees it, so that no scorer can treat it in a way of its own.
    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task ScoreAsync_TopNBelowOne_ThrowsNamingTheValue(int topN)
    {
        using IRelevanceScorer scorer = CreateScorer();

        var exception = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => scorer.ScoreAsync(HelpCenter.Query, HelpCenter.Documents, new RelevanceScoringOptions { TopN = topN }));

        Assert.StartsWith($"TopN is {topN}; expected 1 or more", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ScoreAsync_Documents_ScoresRiseWithRawScores()
    {
        using IRelevanceScorer scorer = CreateScorer();

        RelevanceScores scores = await scorer.ScoreAsync(HelpCenter.Query, HelpCenter.Documents);

        double[] byRawScore = [.. scores.OrderBy(score => score.RawValue).Select(score => score.Value)];
        Assert.Equal(byRawScore.Order(), byRawScore);
    }

    [Fact]
    public async Task ScoreAsync_OneDocument_ScoresItAsAmongOthers()
    {
        using IRelevanceScorer scorer = CreateScorer();
        RelevanceScores together = await scorer.ScoreAsync(HelpCenter.Query, HelpCenter.Documents);

        for (int i = 0; i < HelpCenter.Documents.Count; i++)
        {
            RelevanceScore alone = Assert.Single(await scorer.ScoreAsync(HelpCenter.Query, [HelpCenter.Documents[i]]));
            Assert.Equal(together[i].RawValue, alone.RawValue, Tolerance);
        }
    }

    [Fact]
    public async Task ScoreAsync_DuplicateDocuments_GetEqualScores()
    {
        using IRelevanceScorer scorer = CreateScorer();
        string[] documents = [HelpCenter.Documents[1], HelpCenter.Documents[0], HelpCenter.Documents[1], HelpCenter.Documents[2], HelpCenter.Documents[1]];

        RelevanceScores scores = await scorer.ScoreAsync(HelpCenter.Query, documents);

        Assert.Equal(5, scores.Count);
        Assert.Equal(scores[0].RawValue, scores[2].RawValue, Tolerance);
        Assert.Equal(scores[0].RawValue, scores[4].RawValue, Tolerance);
    }

    [Fact]
    public async Task ScoreAsync_PermutedDocuments_PermutesScores()
    {
        using IRelevanceScorer scorer = CreateScorer();
        int[] order = [3, 0, 7, 5, 1, 6, 2, 4];
        RelevanceScores scores = await scorer.ScoreAsync(HelpCenter.Query, HelpCenter.Documents);

        RelevanceScores permuted = await scorer.ScoreAsync(HelpCenter.Query, [.. order.Select(i => HelpCenter.Documents[i])]);

        AssertSame(new RelevanceScores([.. order.Select(i => scores[i])]), permuted);
    }

    [Fact]
    public async Task ScoreAsync_ConcurrentCalls_GiveTheScoresOfSequentialOnes()
    {
        using IRelevanceScorer scorer = CreateScorer();
        (string Query, string[] Documents)[] calls =
            [.. Enumerable.Range(0, 8)
                .Select(i => (HelpCenter.Documents[i], HelpCenter.Documents.Skip(i).Concat(HelpCenter.Documents.Take(i)).Take(1 + (i % 4)).ToArray()))];
        List<RelevanceScores> expected = [];
        foreach ((string query, string[] documents) in calls)
        {
            expected.Add(await scorer.ScoreAsync(query, documents));
        }

        using IRelevanceScorer fresh = CreateScorer();
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<RelevanceScores>[] concurrent = [.. calls.Select(async call =>
        {
            await start.Task;
            return await fresh.ScoreAsync(call.Query, call.Documents);
        })];
        start.SetResult();

        Assert.All(await Task.WhenAll(concurrent), (scores, i) => AssertSame(expected[i], scores));
    }

    [Fact]
    public async Task ScoreAsync_Options_StayAsTheyWere()
    {
        using IRelevanceScorer scorer = CreateScorer();
        var options = new RelevanceScoringOptions { AdditionalProperties = new Dictionary<string, object?> { ["conformance.unknown"] = 1 } };

        await scorer.ScoreAsync(HelpCenter.Query, HelpCenter.Documents, options);

        Assert.Null(options.ModelId);
        Assert.Equal(new KeyValuePair<string, object?>("conformance.unknown", 1), Assert.Single(options.AdditionalProperties));
    }

    [Fact]
    public void GetService_NullType_ThrowsWithItsName()
    {
        using IRelevanceScorer scorer = CreateScorer();

        Assert.Equal("serviceType", Assert.Throws<ArgumentNullException>(() => scorer.GetService(null!)).ParamName);
    }

    [Fact]
    public void GetService_OwnType_GivesTheScorer()
    {
        using IRelevanceScorer scorer = CreateScorer();

        Assert.Same(scorer, scorer.GetService(typeof(IRelevanceScorer)));
        Assert.Same(scorer, scorer.GetService(scorer.GetType()));
    }

    [Fact]
    public void GetService_UnknownType_GivesNull()
    {
        using IRelevanceScorer scorer = CreateScorer();

        Assert.Null(scorer.GetService(typeof(RelevanceScorerConformanceTests)));
    }

    [Fact]
    public void GetService_UnknownKey_GivesNull()
    {
        using IRelevanceScorer scorer = CreateScorer();

        Assert.Null(scorer.GetService(typeof(IRelevanceScorer), "unknown"));
        Assert.Null(scorer.GetService(scorer.GetType(), "unknown"));
        Assert.Null(scorer.GetService(typeof(RelevanceScorerMetadata), "unknown"));
    }

    [Fact]
    public void GetService_Metadata_NamesTheProvider()
    {
        using IRelevanceScorer scorer = CreateScorer();

        RelevanceScorerMetadata? metadata = scorer.GetService<RelevanceScorerMetadata>();

        Assert.False(string.IsNullOrEmpty(metadata?.ProviderName));
    }

    [Fact]
    public void Dispose_Twice_IsFine()
    {
        IRelevanceScorer scorer = CreateScorer();

        scorer.Dispose();
        scorer.Dispose();
    }

    [Fact]
    public async Task ScoreAsync_Disposed_Throws()
    {
        IRelevanceScorer scorer = CreateScorer();
        scorer.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => scorer.ScoreAsync(HelpCenter.Query, HelpCenter.Documents));
    }

    private void AssertSame(RelevanceScores expected, RelevanceScores actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.Equal(expected[i].RawValue, actual[i].RawValue, Tolerance);
        }
    }
}
