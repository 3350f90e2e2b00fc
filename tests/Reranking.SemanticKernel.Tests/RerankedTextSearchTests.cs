using System.Linq.Expressions;
using Microsoft.SemanticKernel.Data;
using Reranking.VectorData.Tests;

namespace Reranking.SemanticKernel.Tests;

/// <summary>What holds for all three kinds of results, through the current interface and through the obsolete one.</summary>
public sealed class RerankedTextSearchTests
{
    private const string Query = "reset the password";

    private static readonly Article[] Articles =
    [
        new("Letters", "sweat posh tree drops"),
        new("Guests", "the network is open"),
        new("Empty", " "),
        new("Rules", "the password is long", "web"),
        new("Login", "call us to reset the password", "web"),
        new("Billing", "invoices come monthly"),
    ];

    private readonly ArticleSearch _inner = new(Articles);
    private readonly WordOverlapScorer _scorer = new();

    public enum Half
    {
        Current,
        Obsolete,
    }

    public enum Kind
    {
        Text,
        TextSearchResult,
        Record,
    }

    public static TheoryData<Half, Kind> Ways => new MatrixTheoryData<Half, Kind>(Enum.GetValues<Half>(), Enum.GetValues<Kind>());

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Search_RelevantBehindInFirstStage_ComesFirst(Half half, Kind kind)
    {
        (string?[] texts, _) = await SearchAsync(half, kind, top: 3);

        Assert.Equal([Articles[4].Text, Articles[3].Text, Articles[1].Text], texts);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Search_AnyPage_FetchesTheLargerOfCandidateCountAndSkipPlusTop(Half half, Kind kind)
    {
        await SearchAsync(half, kind, top: 3, skip: 1, options: new() { CandidateCount = 5 });
        await SearchAsync(half, kind, top: 3, skip: 4, options: new() { CandidateCount = 5 });
        await SearchAsync(half, kind, top: int.MaxValue, skip: 4, options: new() { CandidateCount = 5 });

        Assert.Equal([(5, 0), (7, 0), (int.MaxValue, 0)], _inner.Calls.Select(static call => (call.Top, call.Skip)));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Search_FilterAndTotalCount_AreForwardedAndTheCallersOptionsAreLeft(Half half, Kind kind)
    {
        Expression<Func<Article, bool>> expression = static article => article.Product == "web";
        TextSearchFilter filter = new TextSearchFilter().Equality("Product", "web");
        var current = new TextSearchOptions<Article> { Filter = expression, IncludeTotalCount = true, Top = 1 };
        var obsolete = new TextSearchOptions { Filter = filter, IncludeTotalCount = true, Top = 1 };
        (string?[] texts, Results results) = await SearchAsync(NewSearch(), half, kind, Query, current, obsolete);

        Assert.Equal(new SearchCall(Query, 50, 0, true, half == Half.Current ? expression : filter), Assert.Single(_inner.Calls));
        Assert.Equal([Articles[4].Text], texts);
        Assert.Equal(6, results.TotalCount);
        Assert.Equal((1, 1), (current.Top, obsolete.Top));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Search_NoOptions_GivesAsManyAsSemanticKernelWould(Half half, Kind kind)
    {
        (string?[] texts, Results results) = await SearchAsync(NewSearch(), half, kind, Query, current: null, obsolete: null);

        Assert.Equal(new SearchCall(Query, 50, 0, false, null), Assert.Single(_inner.Calls));
        Assert.Equal(TextSearchOptions<Article>.DefaultTop, texts.Length);
        Assert.Null(results.TotalCount);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task GetReranking_Page_HasScoresPositionsAndOutcome(Half half, Kind kind)
    {
        (string?[] texts, Results results) = await SearchAsync(half, kind, top: 5, skip: 1);

        Assert.Equal([Articles[3].Text, Articles[1].Text, Articles[0].Text, Articles[5].Text, Articles[2].Text], texts);
        Assert.Equal([2 / 3d, 1 / 3d, 0, 0, null], results.Scores);
        Assert.Equal([3, 1, 0, 5, 2], results.Indices);
        Assert.Equal((RerankingOutcome.Reranked, RerankingReason.None, "words"), (results.Outcome, results.Reason, results.ModelId));
        Assert.Equal([KeyValuePair.Create<string, object?>("source", "articles")], results.Metadata);
    }

    [Fact]
    public void GetReranking_ResultsOfAnotherSearch_IsNull() =>
        Assert.Null(new KernelSearchResults<string>(AsyncEnumerable.Empty<string>()).GetReranking());

    [Fact]
    public void GetReranking_NullResults_Throws() =>
        Assert.Throws<ArgumentNullException>("results", () => ((KernelSearchResults<string>)null!).GetReranking());

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Search_EnumeratedTwice_SearchesAndScoresOnce(Half half, Kind kind)
    {
        (string?[] texts, Results results) = await SearchAsync(half, kind, top: 3);
        string?[] again = await results.Enumerate();

        Assert.Equal(texts, again);
        Assert.Single(_inner.Calls);
        Assert.Single(_scorer.Calls);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Search_FirstStageFailsWhileEnumerated_ThrowsAtTheAwait(Half half, Kind kind)
    {
        _inner.Failure = new InvalidOperationException("The search is down.");

        Assert.Same(_inner.Failure, await Assert.ThrowsAsync<InvalidOperationException>(() => CallAsync(half, kind)));
        Assert.Empty(_scorer.Calls);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Search_ScorerFails_GivesFirstStageOrderAndTellsWhy(Half half, Kind kind)
    {
        _scorer.Failure = new RelevanceScoringException("down");
        (string?[] texts, Results results) = await SearchAsync(half, kind, top: 2, skip: 1);

        Assert.Equal([Articles[1].Text, Articles[2].Text], texts);
        Assert.Equal([null, null], results.Scores);
        Assert.Equal((RerankingOutcome.FellBack, RerankingReason.ScorerFailed, null), (results.Outcome, results.Reason, results.ModelId));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Search_ScorerFailsAndOptionsSayThrow_ThrowsAtTheAwait(Half half, Kind kind)
    {
        _scorer.Failure = new RelevanceScoringException("down");

        Assert.Same(
            _scorer.Failure,
            await Assert.ThrowsAsync<RelevanceScoringException>(() => CallAsync(half, kind, new() { OnFailure = RerankingFailureMode.Throw })));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Search_CanceledWhileSearching_Throws(Half half, Kind kind)
    {
        _inner.Waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await AssertCanceledAsync(half, kind, _inner.Waiting);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Search_CanceledWhileScoring_ThrowsInsteadOfFallingBack(Half half, Kind kind)
    {
        _scorer.Waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await AssertCanceledAsync(half, kind, _scorer.Waiting);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Search_AnyPages_JoinToTheWholeRanking(Half half, Kind kind)
    {
        var options = new RerankingOptions { CandidateCount = 4 };
        (string?[] whole, _) = await SearchAsync(half, kind, top: 6, options: options);
        List<string?> pages = [];
        for (int skip = 0; skip < 6; skip += 2)
        {
            pages.AddRange((await SearchAsync(half, kind, top: 2, skip, options)).Texts);
        }

        Assert.Equal(whole, pages);
        Assert.Equal(
            [Articles[3], Articles[1], Articles[0], Articles[2], Articles[4], Articles[5]],
            whole.Select(static text => Articles.Single(article => article.Text == text)));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Search_MinScore_HoldsBeforeSkip(Half half, Kind kind) =>
        Assert.Equal([Articles[3].Text], (await SearchAsync(half, kind, top: 5, skip: 1, new() { MinScore = 0.5 })).Texts);

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Search_BlankQuery_IsTheFirstStagePage(Half half, Kind kind)
    {
        (string?[] texts, _) = await SearchAsync(
            NewSearch(), half, kind, " ", new TextSearchOptions<Article> { Top = 2, Skip = 1 }, new TextSearchOptions { Top = 2, Skip = 1 });

        Assert.Equal([Articles[1].Text, Articles[2].Text], texts);
        Assert.Equal(3, Assert.Single(_inner.Calls).Top);
        Assert.Empty(_scorer.Calls);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Search_BadArguments_Throws(Half half, Kind kind)
    {
        await Assert.ThrowsAsync<ArgumentNullException>("query", () => SearchAsync(NewSearch(), half, kind, null!, current: null, obsolete: null));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>("top", () => SearchAsync(half, kind, top: 0));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>("skip", () => SearchAsync(half, kind, top: 1, skip: -1));
        Assert.Empty(_inner.Calls);
    }

    [Fact]
    public async Task Search_OptionsChangedAfterDecorating_KeepsTheOldOnes()
    {
        var reranking = new RerankingOptions { CandidateCount = 3 };
        var options = new RerankedTextSearchOptions<Article> { Reranking = reranking, TextSelector = static _ => Query };
        RerankedTextSearch<Article> search = _inner.WithReranking(new Reranker(_scorer), options);
        reranking.CandidateCount = 4;
        options.Reranking = null;
        options.TextSelector = static _ => throw new InvalidOperationException("The new selector was used.");
        await search.GetSearchResultsAsync(Query, new TextSearchOptions<Article> { Top = 1 });

        Assert.Equal(3, Assert.Single(_inner.Calls).Top);
    }

    [Fact]
    public async Task Search_NoOptions_UsesThoseOfTheReranker()
    {
        await _inner.WithReranking(new Reranker(_scorer, new RerankingOptions { CandidateCount = 7 })).SearchAsync(Query);
        await _inner.WithReranking(new Reranker(_scorer, new RerankingOptions { CandidateCount = 8 }), new RerankedTextSearchOptions<Article>())
            .SearchAsync(Query);

        Assert.Equal([7, 8], _inner.Calls.Select(static call => call.Top));
    }

    /// <summary>A new property must be copied by hand: the options have no Clone.</summary>
    [Theory]
    [InlineData(typeof(TextSearchOptions<Article>))]
    [InlineData(typeof(TextSearchOptions))]
    public void TextSearchOptions_Properties_AreThoseThatAreForwarded(Type type) =>
        Assert.Equal(["Filter", "IncludeTotalCount", "Skip", "Top"], type.GetProperties().Select(static property => property.Name).Order());

    [Fact]
    public void Constructor_NullArguments_Throws()
    {
        Assert.Throws<ArgumentNullException>("inner", () => new RerankedTextSearch<Article>(null!, new Reranker(_scorer)));
        Assert.Throws<ArgumentNullException>("reranker", () => new RerankedTextSearch<Article>(_inner, null!));
    }

    private static async Task<(string?[] Texts, Results Results)> SearchAsync(
        RerankedTextSearch<Article> search,
        Half half,
        Kind kind,
        string query,
        TextSearchOptions<Article>? current,
        TextSearchOptions? obsolete,
        CancellationToken cancellationToken = default)
    {
        ITextSearch old = search;
        Results results = (half, kind) switch
        {
            (Half.Current, Kind.Text) => Results.Of(await search.SearchAsync(query, current, cancellationToken), static text => text),
            (Half.Current, Kind.TextSearchResult) => Results.Of(
                await search.GetTextSearchResultsAsync(query, current, cancellationToken), static result => result.Value),
            (Half.Current, _) => Results.Of(await search.GetSearchResultsAsync(query, current, cancellationToken), static article => article.Text),
            (_, Kind.Text) => Results.Of(await old.SearchAsync(query, obsolete, cancellationToken), static text => text),
            (_, Kind.TextSearchResult) => Results.Of(await old.GetTextSearchResultsAsync(query, obsolete, cancellationToken), static result => result.Value),
            (_, _) => Results.Of(await old.GetSearchResultsAsync(query, obsolete, cancellationToken), static article => ((Article)article).Text),
        };
        return (await results.Enumerate(), results);
    }

    private RerankedTextSearch<Article> NewSearch(RerankingOptions? options = null) =>
        new ArticleSearchOfBothKinds(_inner).WithReranking(new Reranker(_scorer), new RerankedTextSearchOptions<Article> { Reranking = options });

    private Task<(string?[] Texts, Results Results)> SearchAsync(Half half, Kind kind, int top, int skip = 0, RerankingOptions? options = null) =>
        SearchAsync(
            NewSearch(options), half, kind, Query, new TextSearchOptions<Article> { Top = top, Skip = skip }, new TextSearchOptions { Top = top, Skip = skip });

    // No enumeration: what goes wrong must come out before.
    private Task CallAsync(Half half, Kind kind, RerankingOptions? options = null, CancellationToken cancellationToken = default)
    {
        RerankedTextSearch<Article> search = NewSearch(options);
        ITextSearch old = search;
        return (half, kind) switch
        {
            (Half.Current, Kind.Text) => search.SearchAsync(Query, cancellationToken: cancellationToken),
            (Half.Current, Kind.TextSearchResult) => search.GetTextSearchResultsAsync(Query, cancellationToken: cancellationToken),
            (Half.Current, _) => search.GetSearchResultsAsync(Query, cancellationToken: cancellationToken),
            (_, Kind.Text) => old.SearchAsync(Query, cancellationToken: cancellationToken),
            (_, Kind.TextSearchResult) => old.GetTextSearchResultsAsync(Query, cancellationToken: cancellationToken),
            (_, _) => old.GetSearchResultsAsync(Query, cancellationToken: cancellationToken),
        };
    }

    private async Task AssertCanceledAsync(Half half, Kind kind, TaskCompletionSource waiting)
    {
        using var source = new CancellationTokenSource();
        Task search = CallAsync(half, kind, options: null, source.Token);
        await waiting.Task;
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => search);
    }

    /// <summary>Search results of any kind, by their texts.</summary>
    private sealed record Results(long? TotalCount, IReadOnlyDictionary<string, object?>? Metadata, Func<Task<string?[]>> Enumerate)
    {
        public required double?[] Scores { get; init; }

        public required int[] Indices { get; init; }

        public required RerankingOutcome Outcome { get; init; }

        public required RerankingReason Reason { get; init; }

        public required string? ModelId { get; init; }

        public static Results Of<T>(KernelSearchResults<T> results, Func<T, string?> text)
        {
            RerankingResult<T> reranking = results.GetReranking()!;
            return new(results.TotalCount, results.Metadata, () => results.Results.Select(text).ToArrayAsync().AsTask())
            {
                Scores = [.. reranking.Ranking.Select(static ranked => ranked.Relevance?.Value)],
                Indices = [.. reranking.Ranking.Select(static ranked => ranked.Index)],
                Outcome = reranking.Outcome,
                Reason = reranking.Reason,
                ModelId = reranking.ModelId,
            };
        }
    }
}
