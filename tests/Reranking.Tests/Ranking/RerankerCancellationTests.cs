using Microsoft.Extensions.Time.Testing;

namespace Reranking.Tests;

public sealed class RerankerCancellationTests : IDisposable
{
    private static readonly string[] Documents = ["0.1", "0.2", "0.3"];

    private readonly CancellationTokenSource _source = new();
    private readonly FakeTimeProvider _time = new();

    /// <summary>What a scorer may do when the token is canceled under it.</summary>
    public static IReadOnlyDictionary<string, Func<CancellationTokenSource, CancellationToken, Task<RelevanceScores>>> Reactions { get; } =
        new Dictionary<string, Func<CancellationTokenSource, CancellationToken, Task<RelevanceScores>>>
        {
            ["throws for its token"] = (source, token) =>
            {
                source.Cancel();
                token.ThrowIfCancellationRequested();
                throw new InvalidOperationException("The token is not canceled.");
            },
            ["throws for the token of the caller"] = (source, _) =>
            {
                source.Cancel();
                throw new OperationCanceledException(source.Token);
            },
            ["throws another exception"] = (source, _) =>
            {
                source.Cancel();
                throw new InvalidOperationException("The run was ended.");
            },
            ["is canceled later"] = async (source, token) =>
            {
                await Task.Yield();
                await source.CancelAsync();
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
                return RelevanceScores.Empty;
            },
            ["goes on for ever"] = (source, _) =>
            {
                source.Cancel();
                return new TaskCompletionSource<RelevanceScores>().Task;
            },
            ["gives what it has"] = (source, _) =>
            {
                source.Cancel();
                return Task.FromResult(RelevanceScores.Empty);
            },
            ["gives all"] = (source, _) =>
            {
                source.Cancel();
                return Task.FromResult(FunctionScorer.Numbers(Documents));
            },
        };

    public static MatrixTheoryData<string, RerankingFailureMode> ReactionsAndModes { get; } = new(Reactions.Keys, Enum.GetValues<RerankingFailureMode>());

    public void Dispose() => _source.Dispose();

    [Fact]
    public async Task RerankAsync_CanceledBefore_AsksNobody()
    {
        await _source.CancelAsync();
        FunctionScorer scorer = FunctionScorer.OfNumbers();

        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new Reranker(scorer).RerankAsync(
                "query", Documents, _ => throw new InvalidOperationException("No text is needed."), cancellationToken: _source.Token));

        Assert.Equal(_source.Token, exception.CancellationToken);
        Assert.Equal(0, scorer.Calls);
    }

    [Theory]
    [MemberData(nameof(ReactionsAndModes))]
    public async Task RerankAsync_CanceledWhileScoring_PropagatesWithTheTokenOfTheCaller(string reaction, RerankingFailureMode onFailure)
    {
        var reranker = new Reranker(new FunctionScorer((_, _, token) => Reactions[reaction](_source, token)), new RerankingOptions { OnFailure = onFailure });

        Task<RerankingResult<string>> call = reranker.RerankAsync("query", Documents, cancellationToken: _source.Token);
        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        Assert.Equal(_source.Token, exception.CancellationToken);
        Assert.True(call.IsCanceled);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RerankAsync_CanceledWithTheTimeout_PropagatesWithTheTokenOfTheCaller(bool isTimeoutFirst)
    {
        var reranker = new Reranker(
            new FunctionScorer((_, _, _) =>
            {
                if (isTimeoutFirst)
                {
                    _time.Advance(TimeSpan.FromSeconds(10));
                    _source.Cancel();
                }
                else
                {
                    _source.Cancel();
                    _time.Advance(TimeSpan.FromSeconds(10));
                }

                return new TaskCompletionSource<RelevanceScores>().Task;
            }),
            timeProvider: _time);

        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => reranker.RerankAsync("query", Documents, cancellationToken: _source.Token));

        Assert.Equal(_source.Token, exception.CancellationToken);
    }

    [Fact]
    public async Task RerankAsync_CanceledWhileScoring_KeepsTheCause()
    {
        var cause = new InvalidOperationException("The run was ended.");
        var reranker = new Reranker(new FunctionScorer((_, _, _) =>
        {
            _source.Cancel();
            throw cause;
        }));

        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => reranker.RerankAsync("query", Documents, cancellationToken: _source.Token));

        Assert.Equal("The reranking was canceled.", exception.Message);
        Assert.Same(cause, exception.InnerException);
    }
}
