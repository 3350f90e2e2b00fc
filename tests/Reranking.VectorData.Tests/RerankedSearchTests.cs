using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.VectorData;

namespace Reranking.VectorData.Tests;

/// <summary>What holds for a reranked search of either kind.</summary>
public abstract class RerankedSearchTests
{
    private const string Query = "reset the password";

    private static readonly string?[] Texts = ["red", "red fox", "a fox", "blue", "xerodf", "", null, "the red green fox"];

    /// <summary>The first stage goes by letters, so the passages that hold the words of the query are not its first ones.</summary>
    protected PassageStore Store { get; } = new(
        new Passage("anagram", "Letters", "sweat posh tree drops"),
        new Passage("hosts", "Words", "past weather stressed hosts"),
        new Passage("two", "Account", "the manual shows how a customer can have a password mailed to him by us"),
        new Passage("all", "Login", "Forgot it? Call us and we reset the password in a minute or two, quickly"),
        new Passage("none", "Billing", "invoices come monthly"),
        new Passage("one", "Hours", "the office is closed on public holidays"));

    protected WordOverlapScorer Scorer { get; } = new();

    protected abstract IAsyncEnumerable<VectorSearchResult<Passage>> FirstStageAsync(PassageStore store, string query);

    protected abstract IAsyncEnumerable<VectorSearchResult<Passage>> SearchAsync(
        PassageStore store,
        Reranker reranker,
        RerankedSearchOptions? options,
        object searchValue,
        int top,
        int skip = 0,
        CancellationToken cancellationToken = default);

    protected abstract Task<RerankingResult<VectorSearchResult<Passage>>> SearchRankingAsync(
        PassageStore store,
        Reranker reranker,
        RerankedSearchOptions? options,
        object searchValue,
        int top,
        int skip = 0,
        CancellationToken cancellationToken = default);

    [Fact]
    public async Task SearchAsync_RelevantPassagesBehindInFirstStage_ComeFirstWithTheirRelevance()
    {
        string[] firstStage = await FirstStageIds();
        VectorSearchResult<Passage>[] results = await SearchAsync(Query, top: 3);

        Assert.Equal(["anagram", "hosts"], firstStage[..2]);
        Assert.Equal(["all", "two", "one"], Ids(results));
        Assert.Equal([1, 2 / 3d, 1 / 3d], results.Select(static result => result.Score));
    }

    [Theory]
    [InlineData("Billing", true)]
    [InlineData("Payroll", false)]
    public async Task SearchRankingAsync_KeepLocal_SeesTheRecord(string title, bool expected)
    {
        List<Type?> seen = [];
        await using ServiceProvider services = new ServiceCollection()
            .AddReranking()
            .AddScorer(new WordOverlapScorer { IsLocal = true })
            .KeepLocal<object>(candidate =>
            {
                seen.Add(candidate.GetType());
                return ((Passage)candidate).Title == title;
            })
            .Services.BuildServiceProvider();
        Reranker reranker = services.GetRequiredService<Reranker>();

        RerankingResult<VectorSearchResult<Passage>> result = await SearchRankingAsync(Store, reranker, options: null, Query, top: 3);

        Assert.Equal(expected, result.KeptLocal);
        result = await SearchRankingAsync(Store, reranker, new RerankedSearchOptions { Reranking = new RerankingOptions() }, Query, top: 3);
        Assert.Equal(expected, result.KeptLocal);
        Assert.All(seen, type => Assert.Equal(typeof(Passage), type));
    }

    [Fact]
    public async Task GetProvenance_RerankedResult_GivesFirstStageScoreAndPlace()
    {
        VectorSearchResult<Passage>[] firstStage = await FirstStageAsync(Store, Query).ToArrayAsync();
        VectorSearchResult<Passage>[] results = await SearchAsync(Query, top: 6);

        foreach (VectorSearchResult<Passage> result in results)
        {
            int index = Array.FindIndex(firstStage, found => found.Record.Id == result.Record.Id);
            double overlap = WordOverlapScorer.Overlap(Query, result.Record.Text!);
            Assert.Equal(new SearchProvenance(index, firstStage[index].Score, new RelevanceScore(overlap, 10 * overlap)), result.GetProvenance());
        }
    }

    [Theory]
    [InlineData(5, 0, 2, 5)]
    [InlineData(5, 2, 3, 5)]
    [InlineData(5, 3, 3, 6)]
    [InlineData(2, 0, 4, 4)]
    [InlineData(2, 0, int.MaxValue, int.MaxValue)]
    [InlineData(2, 4, int.MaxValue, int.MaxValue)]
    [InlineData(2, int.MaxValue, int.MaxValue, int.MaxValue)]
    public async Task SearchAsync_AnyPage_FetchesTheLargerOfCandidateCountAndSkipPlusTop(int candidateCount, int skip, int top, int expected)
    {
        VectorSearchResult<Passage>[] results = await SearchAsync(Query, top, skip, new() { CandidateCount = candidateCount });

        StoreCall call = Assert.Single(Store.Calls);
        Assert.Equal((expected, 0), (call.Top, call.Skip));
        Assert.Equal(Math.Clamp(6 - skip, 0, top), results.Length);
        Assert.Equal(Math.Min(candidateCount, 6), Assert.Single(Scorer.Calls).Documents.Count);
    }

    [Fact]
    public async Task SearchAsync_NoOptions_UsesThoseOfTheReranker()
    {
        var reranker = new Reranker(Scorer, new RerankingOptions { CandidateCount = 3, TopN = 1 });
        await SearchAsync(Store, reranker, options: null, Query, top: 2).ToArrayAsync();
        await SearchAsync(Store, reranker, new RerankedSearchOptions(), Query, top: 2).ToArrayAsync();

        Assert.Equal([3, 3], Store.Calls.Select(static call => call.Top));
    }

    [Fact]
    public async Task SearchAsync_TopN_DoesNotCutTheResults() =>
        Assert.Equal(4, (await SearchAsync(Query, top: 4, options: new() { TopN = 1 })).Length);

    [Fact]
    public async Task SearchAsync_OptionsChangedAfterDecorating_KeepsTheOldOnes()
    {
        var reranking = new RerankingOptions { CandidateCount = 3 };
        var options = new RerankedSearchOptions { Reranking = reranking, QuerySelector = static _ => Query };
        IAsyncEnumerable<VectorSearchResult<Passage>> search =
            SearchAsync(Store, NewReranker(), options, new ReadOnlyMemory<float>(Passage.LettersOf(Query)), top: 1);
        reranking.CandidateCount = 4;
        options.QuerySelector = null;
        options.Reranking = null;
        await search.ToArrayAsync();

        Assert.Equal(3, Assert.Single(Store.Calls).Top);
        Assert.Equal(5, reranking.TopN);
    }

    [Fact]
    public async Task SearchAsync_BeyondCandidateCount_FollowsUnscoredInFirstStageOrder()
    {
        string[] firstStage = await FirstStageIds();
        VectorSearchResult<Passage>[] results = await SearchAsync(Query, top: 6, options: new() { CandidateCount = 4 });

        Assert.Equal(firstStage[4..], Ids(results[4..]));
        Assert.All(results[4..], static result => Assert.Null(result.Score));
        Assert.All(results[4..], static result => Assert.Null(result.GetProvenance()!.Relevance));
        Assert.All(results[4..], static result => Assert.NotNull(result.GetProvenance()!.FirstStageScore));
        Assert.All(results[..4], static result => Assert.NotNull(result.Score));
    }

    [Fact]
    public async Task SearchAsync_UnscoredAreDropped_EndsWithTheScored() =>
        Assert.Equal(4, (await SearchAsync(Query, top: 6, options: new() { CandidateCount = 4, UnscoredCandidates = UnscoredCandidates.Drop })).Length);

    [Fact]
    public async Task SearchAsync_BlankText_KeepsTheRecordUnscored()
    {
        await Store.UpsertAsync(new Passage("blank", "No text", " "));
        await Store.UpsertAsync(new Passage("null", "No text at all", null));
        VectorSearchResult<Passage>[] results = await SearchAsync(Query, top: 8);

        Assert.Equal(["blank", "null"], Ids(results[6..]));
        Assert.All(results[6..], static result => Assert.Null(result.Score));
    }

    [Fact]
    public async Task SearchAsync_MinScore_HoldsBeforeSkip()
    {
        VectorSearchResult<Passage>[] results = await SearchAsync(Query, top: 5, skip: 1, new() { MinScore = 0.5 });

        Assert.Equal(["two"], Ids(results));
    }

    [Fact]
    public Task SearchAsync_AnyPages_JoinToTheWholeRanking() =>
        Gen.Select(GenTexts, Gen.Int[1, 12], Gen.Int[1, 7]).SampleAsync(async (texts, candidateCount, pageSize) =>
        {
            PassageStore store = NewStore(texts);
            var options = new RerankedSearchOptions { Reranking = new() { CandidateCount = candidateCount } };
            Passage[] firstStage = await FirstStageAsync(store, "red fox").Select(static result => result.Record).ToArrayAsync();
            Passage[] scored = [.. firstStage.Take(candidateCount).Where(static passage => !string.IsNullOrWhiteSpace(passage.Text))];
            IEnumerable<Passage> whole =
                [.. scored.OrderByDescending(static passage => WordOverlapScorer.Overlap("red fox", passage.Text!)), .. firstStage.Except(scored)];
            string[] expected = [.. whole.Select(static passage => passage.Id)];

            Assert.Equal(expected, Ids(await SearchAsync(store, new Reranker(new WordOverlapScorer()), options, "red fox", top: 100).ToArrayAsync()));
            Assert.Equal(expected, Ids(await PagesAsync(store, options, pageSize).ToArrayAsync()));
        });

    [Fact]
    public Task SearchAsync_AnyPagesWithMinScore_JoinToThoseAboveIt() =>
        Gen.Select(GenTexts, Gen.Int[1, 12], Gen.Int[1, 7]).SampleAsync(async (texts, candidateCount, pageSize) =>
        {
            // Of blank texts alone nothing is scored, and so nothing is held against the threshold.
            PassageStore store = NewStore(texts.Select(static text => string.IsNullOrWhiteSpace(text) ? "none" : text));
            var options = new RerankedSearchOptions { Reranking = new() { CandidateCount = candidateCount, MinScore = 0.5 } };
            string[] expected = [.. (await FirstStageAsync(store, "red fox").Take(candidateCount).ToArrayAsync())
                .Where(static result => WordOverlapScorer.Overlap("red fox", result.Record.Text!) >= 0.5)
                .OrderByDescending(static result => WordOverlapScorer.Overlap("red fox", result.Record.Text!))
                .Select(static result => result.Record.Id)];

            Assert.Equal(expected, Ids(await PagesAsync(store, options, pageSize).ToArrayAsync()));
        });

    [Fact]
    public async Task SearchAsync_ScorerFails_GivesFirstStageOrderWithoutScores()
    {
        string[] firstStage = await FirstStageIds();
        Scorer.Failure = new RelevanceScoringException("down");
        VectorSearchResult<Passage>[] results = await SearchAsync(Query, top: 3, skip: 1);

        Assert.Equal(firstStage[1..4], Ids(results));
        Assert.All(results, static result => Assert.Null(result.Score));
        Assert.Equal([1, 2, 3], results.Select(static result => result.GetProvenance()!.FirstStageIndex));
        Assert.All(results, static result => Assert.NotNull(result.GetProvenance()!.FirstStageScore));
    }

    [Fact]
    public async Task SearchAsync_ScorerFailsAndOptionsSayThrow_Throws()
    {
        Scorer.Failure = new RelevanceScoringException("down");
        RelevanceScoringException thrown = await Assert.ThrowsAsync<RelevanceScoringException>(
            () => SearchAsync(Query, top: 3, options: new() { OnFailure = RerankingFailureMode.Throw }));

        Assert.Same(Scorer.Failure, thrown);
    }

    [Fact]
    public async Task SearchAsync_ScorerTakesTooLong_GivesFirstStageOrder()
    {
        string[] firstStage = await FirstStageIds();
        Scorer.Waiting = NewSignal();
        VectorSearchResult<Passage>[] results = await SearchAsync(Query, top: 6, options: new() { Timeout = TimeSpan.FromMilliseconds(1) });

        Assert.Equal(firstStage, Ids(results));
    }

    [Fact]
    public async Task SearchAsync_StoreFails_Throws()
    {
        Store.Failure = new VectorStoreException("The store is down.");
        VectorStoreException thrown = await Assert.ThrowsAsync<VectorStoreException>(() => SearchAsync(Query, top: 3));

        Assert.Same(Store.Failure, thrown);
        Assert.Empty(Scorer.Calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SearchAsync_CanceledWhileSearching_Throws(bool tokenOfEnumeration)
    {
        Store.Waiting = NewSignal();
        await AssertCanceledAsync(Store.Waiting, tokenOfEnumeration);
        Assert.Empty(Scorer.Calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SearchAsync_CanceledWhileScoring_ThrowsInsteadOfFallingBack(bool tokenOfEnumeration)
    {
        Scorer.Waiting = NewSignal();
        await AssertCanceledAsync(Scorer.Waiting, tokenOfEnumeration);
    }

    [Fact]
    public async Task SearchAsync_CanceledToken_ThrowsWithoutScoring()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () =>
                await SearchAsync(Store, NewReranker(), options: null, Query, top: 3, cancellationToken: new CancellationToken(canceled: true)).ToArrayAsync());
        Assert.Empty(Scorer.Calls);
    }

    [Fact]
    public async Task SearchAsync_EnumeratedTwice_SearchesTwiceAndNotBefore()
    {
        IAsyncEnumerable<VectorSearchResult<Passage>> search = SearchAsync(Store, NewReranker(), options: null, Query, top: 3);
        Assert.Empty(Store.Calls);
        string[] first = Ids(await search.ToArrayAsync());
        string[] second = Ids(await search.ToArrayAsync());

        Assert.Equal(2, Store.Calls.Count);
        Assert.Equal(first, second);
    }

    [Fact]
    public void SearchAsync_BadArguments_ThrowsBeforeEnumeration()
    {
        Assert.Throws<ArgumentNullException>("searchValue", () => { SearchAsync(Store, NewReranker(), null, null!, top: 1); });
        Assert.Throws<ArgumentOutOfRangeException>("top", () => { SearchAsync(Store, NewReranker(), null, Query, top: 0); });
    }

    [Fact]
    public async Task SearchRankingAsync_BadArguments_Throws()
    {
        await Assert.ThrowsAsync<ArgumentNullException>("searchValue", () => SearchRankingAsync(Store, NewReranker(), null, null!, top: 1));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>("top", () => SearchRankingAsync(Store, NewReranker(), null, Query, top: 0));
    }

    [Fact]
    public void SearchAsync_ValueWithoutText_ThrowsBeforeEnumeration()
    {
        NotSupportedException thrown = Assert.Throws<NotSupportedException>(
            () => { SearchAsync(Store, NewReranker(), null, new ReadOnlyMemory<float>(new float[26]), top: 1); });

        Assert.Equal(
            "A search value of type System.ReadOnlyMemory`1[System.Single] has no text to rerank by. "
            + "Search with a string, or set RerankedSearchOptions.QuerySelector.",
            thrown.Message);
    }

    [Fact]
    public async Task SearchAsync_ValueWithQuerySelector_IsRerankedByItsText()
    {
        var vector = new ReadOnlyMemory<float>(Passage.LettersOf(Query));
        object? seen = null;
        var options = new RerankedSearchOptions
        {
            QuerySelector = value =>
            {
                seen = value;
                return Query;
            },
        };
        VectorSearchResult<Passage>[] results = await SearchAsync(Store, NewReranker(), options, vector, top: 1).ToArrayAsync();

        Assert.Equal(["all"], Ids(results));
        Assert.Equal(vector, seen);
        Assert.Equal(vector, Assert.Single(Store.Calls).SearchValue);
        Assert.Equal(Query, Assert.Single(Scorer.Calls).Query);
    }

    [Fact]
    public async Task SearchAsync_StringWithQuerySelector_IsItsOwnQuery()
    {
        var options = new RerankedSearchOptions { QuerySelector = static _ => "something else" };
        await SearchAsync(Store, NewReranker(), options, Query, top: 1).ToArrayAsync();

        Assert.Equal(Query, Assert.Single(Scorer.Calls).Query);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    public async Task SearchAsync_QuerySelectorGivesNoText_IsTheFirstStagePage(string? text)
    {
        string[] firstStage = await FirstStageIds();
        var options = new RerankedSearchOptions { QuerySelector = _ => text };
        VectorSearchResult<Passage>[] results =
            await SearchAsync(Store, NewReranker(), options, new ReadOnlyMemory<float>(Passage.LettersOf(Query)), top: 2, skip: 1).ToArrayAsync();

        Assert.Equal(firstStage[1..3], Ids(results));
        Assert.All(results, static result => Assert.Null(result.Score));
        Assert.Empty(Scorer.Calls);
        Assert.Equal(3, Assert.Single(Store.Calls).Top);
    }

    [Fact]
    public async Task SearchRankingAsync_Page_HasFirstStageResultsAndWhatHappened()
    {
        VectorSearchResult<Passage>[] firstStage = await FirstStageAsync(Store, Query).ToArrayAsync();
        RerankingResult<VectorSearchResult<Passage>> result = await SearchRankingAsync(Store, NewReranker(), options: null, Query, top: 2, skip: 1);

        Assert.Equal((RerankingOutcome.Reranked, "words", 6), (result.Outcome, result.ModelId, result.ScoredCount));
        Assert.Equal(["two", "one"], result.Ranking.Select(static ranked => ranked.Candidate.Record.Id));
        Assert.All(result.Ranking, ranked => Assert.Equal(firstStage[ranked.Index].Score, ranked.Candidate.Score));
        Assert.Equal((50, 0), (Store.Calls[^1].Top, Store.Calls[^1].Skip));
    }

    [Fact]
    public async Task SearchRankingAsync_PageBeyondCandidateCount_FetchesUpToIt()
    {
        await SearchRankingAsync(Store, NewReranker(), options: null, Query, top: 50, skip: 7);

        Assert.Equal((57, 0), (Store.Calls[^1].Top, Store.Calls[^1].Skip));
    }

    [Fact]
    public async Task SearchRankingAsync_ScorerFails_TellsWhy()
    {
        Scorer.Failure = new RelevanceScoringException("down");
        RerankingResult<VectorSearchResult<Passage>> result = await SearchRankingAsync(Store, NewReranker(), options: null, Query, top: 2);

        Assert.Equal((RerankingOutcome.FellBack, RerankingReason.ScorerFailed, Scorer.Failure), (result.Outcome, result.Reason, result.Failure));
    }

    [Fact]
    public async Task SearchRankingAsync_BlankQuery_TellsThatItWasSkipped()
    {
        var options = new RerankedSearchOptions { QuerySelector = static _ => null };
        RerankingResult<VectorSearchResult<Passage>> result =
            await SearchRankingAsync(Store, NewReranker(), options, new ReadOnlyMemory<float>(Passage.LettersOf(Query)), top: 2);

        Assert.Equal((RerankingOutcome.Skipped, RerankingReason.BlankQuery, 2), (result.Outcome, result.Reason, result.Ranking.Count));
    }

    [Fact]
    public async Task SearchRankingAsync_Canceled_Throws()
    {
        using var source = new CancellationTokenSource();
        Scorer.Waiting = NewSignal();
        Task search = SearchRankingAsync(Store, NewReranker(), options: null, Query, top: 2, cancellationToken: source.Token);
        await Scorer.Waiting.Task;
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => search);
        Assert.Equal(source.Token, Store.Token);
    }

    protected static string[] Ids(IEnumerable<VectorSearchResult<Passage>> results) => [.. results.Select(static result => result.Record.Id)];

    protected Reranker NewReranker() => new(Scorer);

    private static Gen<string?[]> GenTexts { get; } = Gen.Int[0, 7].Select(static i => Texts[i]).Array[0, 20];

    // Vectors of their own: texts that are blank or beside the point stand anywhere in the first stage.
    private static PassageStore NewStore(IEnumerable<string?> texts) =>
        new(texts.Select(static (text, i) => new Passage($"p{i:00}", "", text) { TextVector = Passage.LettersOf("redfox" + new string('z', 7 * i % 20)) }));

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async IAsyncEnumerable<VectorSearchResult<Passage>> PagesAsync(PassageStore store, RerankedSearchOptions options, int pageSize)
    {
        VectorSearchResult<Passage>[] page;
        for (
            int skip = 0; (
                page = await SearchAsync(store, new Reranker(new WordOverlapScorer()), options, "red fox", pageSize, skip)
                    .ToArrayAsync()).Length > 0; skip += pageSize)
        {
            foreach (VectorSearchResult<Passage> result in page)
            {
                yield return result;
            }
        }
    }

    private async Task<string[]> FirstStageIds()
    {
        string[] ids = Ids(await FirstStageAsync(Store, Query).ToArrayAsync());
        Store.Calls.Clear();
        return ids;
    }

    private async Task<VectorSearchResult<Passage>[]> SearchAsync(string query, int top, int skip = 0, RerankingOptions? options = null) =>
        await SearchAsync(Store, NewReranker(), new RerankedSearchOptions { Reranking = options }, query, top, skip).ToArrayAsync();

    private async Task AssertCanceledAsync(TaskCompletionSource waiting, bool tokenOfEnumeration)
    {
        using var source = new CancellationTokenSource();
        Task search = tokenOfEnumeration
            ? SearchAsync(Store, NewReranker(), options: null, Query, top: 3).ToArrayAsync(source.Token).AsTask()
            : SearchAsync(Store, NewReranker(), options: null, Query, top: 3, cancellationToken: source.Token).ToArrayAsync(CancellationToken.None).AsTask();
        await waiting.Task;
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => search);
        Assert.True(Store.Token.IsCancellationRequested);
    }
}
