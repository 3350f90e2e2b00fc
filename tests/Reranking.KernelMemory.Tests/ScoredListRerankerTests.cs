using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Reranking.Extensions.AI.Tests;
using Reranking.VectorData.Tests;

namespace Reranking.KernelMemory.Tests;

public sealed class ScoredListRerankerTests
{
    private const string Query = "red apple tree";

    private static readonly (string, double)[] Found = [("blue sky", 0.9), ("red wine", 0.8), ("red apple", 0.7), ("red apple tree", 0.6), ("green tree", 0.5)];

    private readonly WordOverlapScorer _scorer = new();
    private readonly List<int> _limits = [];

    [Fact]
    public async Task SearchAsync_LimitBelowCandidateCount_FetchesCandidatesAndCutsToTheLimit()
    {
        (string, double)[] results = await SearchAsync(new RerankingOptions { CandidateCount = 4 }, limit: 2);

        Assert.Equal([("red apple tree", 1), ("red apple", 2 / 3d)], results);
        Assert.Equal([4], _limits);
    }

    /// <summary>Kernel Memory asks for 100 records for an answer.</summary>
    [Fact]
    public async Task SearchAsync_LimitAboveCandidateCount_ScoresTheFirstAndAppendsTheRest()
    {
        (string, double)[] results = await SearchAsync(new RerankingOptions { CandidateCount = 3 }, limit: 5);

        Assert.Equal(["red apple", "red wine", "blue sky", "red apple tree", "green tree"], results.Select(static result => result.Item1));
        Assert.Equal([5], _limits);
        Assert.Equal(["blue sky", "red wine", "red apple"], Assert.Single(_scorer.Calls).Documents);
    }

    /// <summary>A prompt that gives 60 % to what was not even read, after 1 % for what was, leads the reader astray.</summary>
    [Fact]
    public async Task SearchAsync_NotScored_HasTheStoresRelevanceButNoMoreThanTheLowestScore()
    {
        (string, double)[] found = [("red apple tree", 0.9), ("red apple", 0.8), ("red", 0.7), ("tree", 0.2)];

        Assert.Equal(
            [1, 2 / 3d, 2 / 3d, 0.2],
            (await SearchAsync(new RerankingOptions { CandidateCount = 2 }, limit: 4, found)).Select(static result => result.Item2));
    }

    /// <summary>An estimate ranks behind what the whole model has read, and can be a higher number: the prompt must not praise it more.</summary>
    [Fact]
    public async Task SearchAsync_ScoresOfSeveralStages_NeverRiseDownTheRanking()
    {
        using var scorer = new StagedScorer();
        var reranker = new ScoredListReranker<string>(new Reranker(scorer), static item => item);

        (string, double)[] results = await ReadAsync(reranker.SearchAsync(Query, 3, Limited([("estimated", 0.9), ("best", 0.8), ("second", 0.7)])));

        Assert.Equal(["best", "second", "estimated"], results.Select(static result => result.Item1));
        Assert.Equal([0.8, 0.2, 0.2], results.Select(static result => Math.Round(result.Item2, 3)));
    }

    [Fact]
    public async Task SearchAsync_NotScoredOnNoScaleAtAll_IsCutToAShare()
    {
        _scorer.Failure = new RelevanceScoringException("down");
        (string, double)[] found = [("a", 7), ("b", 0.4), ("c", -0.3), ("d", double.NaN), ("e", double.MinValue)];

        Assert.Equal([("a", 1), ("b", 0.4), ("c", 0), ("d", 0), ("e", 0)], await SearchAsync(new RerankingOptions(), limit: 5, found));
    }

    [Fact]
    public async Task SearchAsync_NoText_ComesLast()
    {
        (string, double)[] found = [(" ", 0.9), ("red wine", 0.8), ("red apple", 0.7)];

        Assert.Equal([("red apple", 2 / 3d), ("red wine", 1 / 3d), (" ", 1 / 3d)], await SearchAsync(new RerankingOptions(), limit: 3, found));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task SearchAsync_NoLimit_LeavesItToTheStore(int limit)
    {
        (string, double)[] results = await SearchAsync(new RerankingOptions { CandidateCount = 2 }, limit);

        Assert.Equal(["red wine", "blue sky", "red apple", "red apple tree", "green tree"], results.Select(static result => result.Item1));
        Assert.Equal([limit], _limits);
        Assert.Equal(2, Assert.Single(_scorer.Calls).Documents.Count);
    }

    [Fact]
    public async Task SearchAsync_StoreThatDisregardsTheLimit_GivesNoMore()
    {
        var reranker = new ScoredListReranker<string>(new Reranker(_scorer), static item => item, new RerankingOptions { CandidateCount = 2 });

        Assert.Equal([("red wine", 1 / 3d)], await ReadAsync(reranker.SearchAsync(Query, 1, (_, token) => FindAsync(Found, token))));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public async Task SearchAsync_BlankQuery_LeavesTheStoresAnswerAlone(string query)
    {
        (string, double)[] found = [("red wine", 7), ("red apple", double.MinValue), ("more", 1)];
        var reranker = new ScoredListReranker<string>(new Reranker(_scorer), static item => item);

        Assert.Equal(found[..2], await ReadAsync(reranker.SearchAsync(query, 2, Limited(found))));
        Assert.Equal([2], _limits);
        Assert.Empty(_scorer.Calls);
    }

    [Fact]
    public async Task SearchAsync_MinScore_CutsByScoreAndNotByTheStoresRelevance()
    {
        Assert.Equal(
            [("red apple tree", 1), ("red apple", 2 / 3d)],
            await SearchAsync(new RerankingOptions { MinScore = 0.5 }, limit: 5));
    }

    [Fact]
    public async Task SearchAsync_FailingScorer_GivesTheStoresOrderWithinTheLimit()
    {
        _scorer.Failure = new RelevanceScoringException("down");

        Assert.Equal(Found[..2], await SearchAsync(new RerankingOptions(), limit: 2));
    }

    [Fact]
    public async Task SearchAsync_FailingScorerThatShallThrow_Throws()
    {
        _scorer.Failure = new RelevanceScoringException("down");

        Assert.Same(
            _scorer.Failure,
            await Assert.ThrowsAsync<RelevanceScoringException>(() => SearchAsync(new RerankingOptions { OnFailure = RerankingFailureMode.Throw }, limit: 2)));
    }

    [Fact]
    public async Task SearchAsync_FailingStore_Throws()
    {
        var failure = new InvalidOperationException("no such index");
        var reranker = new ScoredListReranker<string>(new Reranker(_scorer), static item => item);

        Assert.Same(failure, await Assert.ThrowsAsync<InvalidOperationException>(() => ReadAsync(reranker.SearchAsync(Query, 2, (_, _) => throw failure))));
    }

    [Fact]
    public async Task SearchAsync_CanceledWhileScoring_Throws()
    {
        _scorer.Waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var source = new CancellationTokenSource();
        var reranker = new ScoredListReranker<string>(new Reranker(_scorer), static item => item);
        Task<(string, double)[]> search = ReadAsync(reranker.SearchAsync(Query, 2, Limited(Found), source.Token));
        await _scorer.Waiting.Task;

        await source.CancelAsync();

        Assert.Equal(source.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => search)).CancellationToken);
    }

    /// <summary>The token of the enumeration alone reaches the store too.</summary>
    [Fact]
    public async Task SearchAsync_EnumeratedWithAToken_HandsItToTheStore()
    {
        using var source = new CancellationTokenSource();
        CancellationToken seen = default;
        var reranker = new ScoredListReranker<string>(new Reranker(_scorer), static item => item);
        IAsyncEnumerable<(string, double)> search = reranker.SearchAsync(Query, 2, (_, token) =>
        {
            seen = token;
            return FindAsync(Found, token);
        });

        await foreach ((string, double) _ in search.WithCancellation(source.Token))
        {
        }

        Assert.Equal(source.Token, seen);
    }

    [Fact]
    public async Task SearchAsync_KeepLocal_IsAskedAboutTheItem()
    {
        var asked = new List<object>();
        await using ServiceProvider services = new ServiceCollection()
            .AddReranking()
            .AddScorer(new WordOverlapScorer { IsLocal = true })
            .KeepLocal<object>(item =>
            {
                asked.Add(item);
                return false;
            })
            .Services.BuildServiceProvider();
        var reranker = new ScoredListReranker<string>(services.GetRequiredService<Reranker>(), static item => item);

        await ReadAsync(reranker.SearchAsync(Query, 1, Limited(Found[..2])));

        Assert.Equal(["blue sky", "red wine"], asked);
    }

    [Fact]
    public async Task SearchAsync_OptionsChangedLater_KeepsThoseItWasGiven()
    {
        var options = new RerankingOptions { CandidateCount = 4 };
        var reranker = new ScoredListReranker<string>(new Reranker(_scorer), static item => item, options);
        options.CandidateCount = 1;

        await ReadAsync(reranker.SearchAsync(Query, 1, Limited(Found)));

        Assert.Equal([4], _limits);
    }

    private static async IAsyncEnumerable<(string Item, double Relevance)> FindAsync(
        (string, double)[] found, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach ((string, double) item in found)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }
    }

    private static async Task<(string, double)[]> ReadAsync(IAsyncEnumerable<(string Item, double Relevance)> search)
    {
        var results = new List<(string, double)>();
        await foreach ((string, double) result in search)
        {
            results.Add(result);
        }

        return [.. results];
    }

    private Func<int, CancellationToken, IAsyncEnumerable<(string Item, double Relevance)>> Limited((string, double)[] found) => (limit, token) =>
    {
        _limits.Add(limit);
        return FindAsync([.. found.Take(limit > 0 ? limit : int.MaxValue)], token);
    };

    private Task<(string, double)[]> SearchAsync(RerankingOptions options, int limit, (string, double)[]? found = null) =>
        ReadAsync(new ScoredListReranker<string>(new Reranker(_scorer), static item => item, options).SearchAsync(Query, limit, Limited(found ?? Found)));
}
