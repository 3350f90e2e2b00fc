using System.Runtime.CompilerServices;
using Microsoft.Extensions.Time.Testing;

namespace Reranking.Tests;

public class RerankerStreamTests
{
    private readonly FunctionScorer _scorer = FunctionScorer.OfNumbers();

    public static TheoryData<string, string[], RerankingOptions, int> Consumption => new()
    {
        { "query", ["0.1", "0.2", "0.3", "0.4"], new() { TopN = 1, CandidateCount = 2 }, 2 },
        { "query", ["0.1", "0.2", "0.3", "0.4"], new() { TopN = 3, CandidateCount = 2 }, 3 },
        { "query", ["0.1", "0.2", "0.3", "0.4"], new() { TopN = 3, CandidateCount = 2, UnscoredCandidates = UnscoredCandidates.Drop }, 2 },
        { "query", ["", "0.2", "0.3", "0.4"], new() { TopN = 1, CandidateCount = 2 }, 2 },
        { "query", ["", "0.2", "0.3", "0.4"], new() { TopN = 1, CandidateCount = 2, UnscoredCandidates = UnscoredCandidates.Drop }, 2 },
        { "query", ["0.1", "0.2", "", "0.4", "0.5"], new() { TopN = 3, CandidateCount = 2 }, 4 },
        { "query", ["0.1", "0.2", "", "0.4", "0.5"], new() { TopN = 3, CandidateCount = 2, MinScore = 0 }, 3 },
        { "query", ["0.1", "0.2"], new() { TopN = 3, CandidateCount = 3 }, 2 },
        { " ", ["0.1", "0.2", "0.3", "0.4"], new() { TopN = 3, CandidateCount = 2 }, 3 },
        { " ", ["0.1", "0.2", "0.3", "0.4"], new() { TopN = 1, CandidateCount = 2 }, 1 },
        { " ", ["0.1", "0.2", "0.3", "0.4"], new() { TopN = 3, CandidateCount = 2, UnscoredCandidates = UnscoredCandidates.Drop }, 2 },
        { " ", ["0.1", "0.2", "0.3", "0.4"], new() { TopN = 1, CandidateCount = 2, UnscoredCandidates = UnscoredCandidates.Drop }, 1 },
    };

    [Theory]
    [MemberData(nameof(Consumption))]
    public async Task RerankAsync_Stream_TakesWhatTheRankingNeedsAndNoMore(string query, string[] texts, RerankingOptions options, int expected)
    {
        int taken = 0;
        bool isDisposed = false;

        await new Reranker(_scorer, options).RerankAsync(query, Stream(), text => text);

        Assert.Equal(expected, taken);
        Assert.True(isDisposed);

        async IAsyncEnumerable<string> Stream()
        {
            try
            {
                foreach (string text in texts)
                {
                    await Task.Yield();
                    taken++;
                    yield return text;
                }
            }
            finally
            {
                isDisposed = true;
            }
        }
    }

    [Fact]
    public async Task RerankAsync_CanceledToken_DoesNotTouchTheStream()
    {
        var token = new CancellationToken(canceled: true);

        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new Reranker(_scorer).RerankAsync("query", new Untouchable(), text => text, cancellationToken: token));

        Assert.Equal(token, exception.CancellationToken);
    }

    [Fact]
    public async Task RerankAsync_CanceledWhileStreaming_PropagatesEvenWhereTheStreamGoesOn()
    {
        using var source = new CancellationTokenSource();

        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new Reranker(_scorer).RerankAsync("query", Stream(source), text => text, cancellationToken: source.Token));

        Assert.Equal(source.Token, exception.CancellationToken);
        Assert.Equal(0, _scorer.Calls);

        static async IAsyncEnumerable<string> Stream(CancellationTokenSource source)
        {
            yield return "0.1";
            await source.CancelAsync();
            yield return "0.2";
        }
    }

    [Fact]
    public async Task RerankAsync_Stream_GetsTheTokenOfTheCaller()
    {
        using var source = new CancellationTokenSource();
        CancellationToken seen = default;

        await new Reranker(_scorer).RerankAsync("query", Stream(), text => text, cancellationToken: source.Token);

        Assert.Equal(source.Token, seen);

        async IAsyncEnumerable<string> Stream([EnumeratorCancellation] CancellationToken token = default)
        {
            seen = token;
            await Task.Yield();
            yield return "0.1";
        }
    }

    /// <summary>No blank text can be scored, but each could fill the ranking up.</summary>
    [Theory]
    [InlineData("query", "", 5, 50)]
    [InlineData("query", " \n", 60, 50)]
    [InlineData("query", "\u2003", 5, 1)]
    [InlineData("query", null, 1, 1)]
    public async Task RerankAsync_EndlessStreamWithoutTexts_Ends(string query, string? text, int topN, int candidateCount)
    {
        int taken = 0;
        var options = new RerankingOptions { TopN = topN, CandidateCount = candidateCount, Timeout = Timeout.InfiniteTimeSpan };
        RerankingResult<string?> result = await new Reranker(_scorer, options).RerankAsync(query, Stream(), candidate => candidate);

        Assert.Equal((RerankingOutcome.Skipped, RerankingReason.BlankDocuments), (result.Outcome, result.Reason));
        Assert.Equal(topN, result.Ranking.Count);
        Assert.Equal(10_000 + Math.Max(topN, candidateCount), taken);

        async IAsyncEnumerable<string?> Stream()
        {
            while (true)
            {
                taken++;
                yield return text;
            }
        }
    }

    [Theory]
    [InlineData("query", "")]
    [InlineData("query", "0.1")]
    [InlineData(" ", "0.1")]
    public async Task RerankAsync_EndlessStreamOfWhichAllIsWanted_EndsWithTheTimeout(string query, string text)
    {
        var time = new FakeTimeProvider();
        int taken = 0;
        var options = new RerankingOptions { TopN = int.MaxValue, CandidateCount = 3, Timeout = TimeSpan.FromSeconds(2) };
        RerankingResult<string> result =
            await new Reranker(_scorer, options, timeProvider: time).RerankAsync(query, Stream(), candidate => candidate);

        Assert.Equal(3 + 21, taken);
        Assert.Equal(taken, result.Ranking.Count);

        // As long as candidates to score come, the first stage has all the time it needs.
        async IAsyncEnumerable<string> Stream()
        {
            while (true)
            {
                time.Advance(TimeSpan.FromSeconds(taken < 3 ? 60 : 0.1));
                taken++;
                yield return text;
            }
        }
    }

    [Fact]
    public async Task RerankAsync_CanceledWhileStreamingWithoutAnEnd_Throws()
    {
        using var source = new CancellationTokenSource();
        int taken = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new Reranker(_scorer, new() { TopN = int.MaxValue, Timeout = Timeout.InfiniteTimeSpan })
            .RerankAsync("query", Stream(), text => text, cancellationToken: source.Token));

        async IAsyncEnumerable<string> Stream()
        {
            while (true)
            {
                if (++taken == 1_000)
                {
                    await source.CancelAsync();
                }

                yield return "";
            }
        }
    }

    [Fact]
    public async Task RerankAsync_StreamFails_IsNoFailureOfTheScorer()
    {
        await Assert.ThrowsAsync<HttpRequestException>(() => new Reranker(_scorer).RerankAsync("query", Stream(), text => text));

        static async IAsyncEnumerable<string> Stream()
        {
            yield return "0.1";
            await Task.Yield();
            throw new HttpRequestException("The store is gone.");
        }
    }

    private sealed class Untouchable : IAsyncEnumerable<string>
    {
        public IAsyncEnumerator<string> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("The stream was touched.");
    }
}
