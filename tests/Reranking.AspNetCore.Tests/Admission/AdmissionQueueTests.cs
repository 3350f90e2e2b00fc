using Microsoft.Extensions.Time.Testing;
using Reranking.AspNetCore.Admission;
using Reranking.AspNetCore.Protocol;

namespace Reranking.AspNetCore.Tests;

public sealed class AdmissionQueueTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Enter_IdleQueue_AcceptsWhateverComes()
    {
        AdmissionQueue queue = Create(maxTokens: 10, maxRunning: 1);

        using AdmissionQueue.Place place = queue.Enter("a", 1_000);

        Assert.True(place.IsStarted);
        Assert.Throws<RerankRequestException>(() => queue.Enter("a", 1));
    }

    [Fact]
    public void Enter_OneClientFillsTheQueue_LeavesRoomForOthers()
    {
        AdmissionQueue queue = Create(maxTokens: 100, maxRunning: 1);
        for (int i = 0; i < 12; i++)
        {
            queue.Enter("greedy", 5);
        }

        Assert.Throws<RerankRequestException>(() => queue.Enter("greedy", 5));
        queue.Enter("small", 5);
        queue.Enter("small", 5);
        queue.Enter("small", 5);
        Assert.Throws<RerankRequestException>(() => queue.Enter("small", 5));   // half of the 30 that are shared, for each of two
        Assert.Equal(75, queue.QueuedTokens);
    }

    [Fact]
    public void Enter_DefaultLimit_LetsSmallRequestsInBesideOneOfTwoMillionCharacters()
    {
        var queue = new AdmissionQueue(new RerankingServerOptions(), _time);

        queue.Enter("a", new TokenEstimate().Tokens(2_000_000));   // as many as MaxDocumentLength allows one document

        queue.Enter("a", 100);
        queue.Enter("b", 100);
    }

    [Fact]
    public void Enter_ThirtyPercentForAllClients_AreSharedWithWhoeverComes()
    {
        AdmissionQueue queue = Create(maxTokens: 100, maxRunning: 1);
        queue.Enter("first", 60);

        Assert.Throws<RerankRequestException>(() => queue.Enter("second", 16));   // half of 30 for each of two, the newcomer included
        queue.Enter("second", 15);
        queue.Enter("third", 10);
        Assert.Throws<RerankRequestException>(() => queue.Enter("fourth", 6));
        queue.Enter("fourth", 5);
        Assert.Equal(90, queue.QueuedTokens);
        Assert.Throws<RerankRequestException>(() => queue.Enter("fifth", 1));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(9, 6)]
    [InlineData(10, 6)]
    [InlineData(11, 7)]
    [InlineData(long.MaxValue, 6)]
    public void Enter_AnyLimit_OneClientHasSixtyPercent(long maxTokens, int accepted)
    {
        AdmissionQueue queue = Create(maxTokens, maxRunning: 1);
        long size = Math.Max(1, maxTokens / 10);
        for (int i = 0; i < accepted; i++)
        {
            queue.Enter("a", size);
        }

        Assert.Throws<RerankRequestException>(() => queue.Enter("a", size));
    }

    [Fact]
    public void Enter_ManyClients_LeaveATenthFree()
    {
        AdmissionQueue queue = Create(maxTokens: 1_000, maxRunning: 1);
        queue.Enter("greedy", 600);
        for (int client = 0; client < 500; client++)
        {
            for (int request = 0; request < 5; request++)
            {
                try
                {
                    queue.Enter($"client {client}", 7);
                }
                catch (RerankRequestException)
                {
                    break;
                }
            }
        }

        Assert.InRange(queue.QueuedTokens, 894, 900);
    }

    [Fact]
    public void Leave_ClientsThatWait_TakeTurns()
    {
        AdmissionQueue queue = Create(maxTokens: 1_000, maxRunning: 1);
        List<string> started = [];
        var waiting = new List<(string Name, AdmissionQueue.Place Place)>();
        AdmissionQueue.Place running = queue.Enter("first", 1);
        foreach (string client in (string[])["a", "a", "a", "a", "b", "b", "c"])
        {
            waiting.Add((client, queue.Enter(client, 1)));
        }

        while (waiting.Count > 0)
        {
            running.Dispose();
            (string Name, AdmissionQueue.Place Place) next = Assert.Single(waiting, place => place.Place.IsStarted);
            waiting.Remove(next);
            started.Add(next.Name);
            running = next.Place;
        }

        Assert.Equal(["a", "b", "c", "a", "b", "a", "a"], started);
        running.Dispose();
        Assert.Equal(0, queue.QueuedTokens);
    }

    [Fact]
    public async Task Dispose_WhileItWaits_FreesItsTokensAndGivesUpItsTurn()
    {
        AdmissionQueue queue = Create(maxTokens: 1_000, maxRunning: 1);
        AdmissionQueue.Place running = queue.Enter("a", 1);
        AdmissionQueue.Place abandoned = queue.Enter("a", 100);
        AdmissionQueue.Place last = queue.Enter("a", 1);
        using var leave = new CancellationTokenSource();
        Task wait = abandoned.WaitAsync(leave.Token);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);

        abandoned.Dispose();
        abandoned.Dispose();
        Assert.Equal(2, queue.QueuedTokens);
        running.Dispose();

        Assert.False(abandoned.IsStarted);
        Assert.True(last.IsStarted);
    }

    [Fact]
    public void Enter_Full_SaysWhenByTheRateMeasured()
    {
        AdmissionQueue queue = Create(maxTokens: 100, maxRunning: 1);
        AdmissionQueue.Place measured = queue.Enter("a", 100);
        _time.Advance(TimeSpan.FromSeconds(10));   // 10 tokens a second
        measured.IsScored = true;
        measured.Dispose();
        queue.Enter("a", 100);

        Assert.Equal(TimeSpan.FromSeconds(9), Assert.Throws<RerankRequestException>(() => queue.Enter("a", 50)).RetryAfter);
        Assert.Equal(TimeSpan.FromSeconds(60), Assert.Throws<RerankRequestException>(() => queue.Enter("a", 50_000)).RetryAfter);
    }

    [Fact]
    public void Enter_NothingMeasured_SaysOneSecond()
    {
        AdmissionQueue queue = Create(maxTokens: 1, maxRunning: 1);
        queue.Enter("a", 1);

        Assert.Equal(TimeSpan.FromSeconds(1), Assert.Throws<RerankRequestException>(() => queue.Enter("a", 1_000)).RetryAfter);
    }

    [Fact]
    public async Task EnterAndLeave_ManyThreads_LoseNothing()
    {
        AdmissionQueue queue = Create(maxTokens: 1_000_000, maxRunning: 3);
        int running = 0;
        int most = 0;
        await Task.WhenAll(Enumerable.Range(0, 64).Select(client => Task.Run(async () =>
        {
            for (int i = 0; i < 200; i++)
            {
                using AdmissionQueue.Place place = queue.Enter($"client {client % 7}", 5);
                using var impatient = new CancellationTokenSource();
                if ((i + client) % 11 == 0)
                {
                    await impatient.CancelAsync();
                }

                try
                {
                    await place.WaitAsync(impatient.Token);
                }
                catch (OperationCanceledException)
                {
                    continue;
                }

                InterlockedMax(ref most, Interlocked.Increment(ref running));
                await Task.Yield();
                Interlocked.Decrement(ref running);
            }
        })));

        Assert.Equal(0, queue.QueuedTokens);
        Assert.InRange(most, 1, 3);
        using AdmissionQueue.Place after = queue.Enter("after", 1);
        Assert.True(after.IsStarted);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (int seen = target; value > seen;)
        {
            int found = Interlocked.CompareExchange(ref target, value, seen);
            if (found == seen)
            {
                return;
            }

            seen = found;
        }
    }

    private AdmissionQueue Create(long maxTokens, int maxRunning) =>
        new(new RerankingServerOptions { MaxQueuedTokens = maxTokens, MaxConcurrentRequests = maxRunning }, _time);
}
