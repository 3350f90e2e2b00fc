using System.Collections.Concurrent;
using Reranking.Onnx.Engine;

namespace Reranking.Onnx.Tests;

public sealed class InferenceSchedulerTests
{
    private static readonly Func<int, long> OneToken = static _ => 1;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task RunAsync_ManyRequests_NeverExceedsItsSlotsAndRunsEachPositionOnce(int slots)
    {
        var scheduler = new InferenceScheduler(slots);
        int underWay = 0;
        int most = 0;
        var runs = new ConcurrentBag<(int Request, int Position)>();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(request => scheduler.RunAsync(50, OneToken, position =>
        {
            int now = Interlocked.Increment(ref underWay);
            InterlockedMax(ref most, now);
            runs.Add((request, position));
            Thread.SpinWait(200);
            Interlocked.Decrement(ref underWay);
        }, isBackground: false, CancellationToken.None)));

        Assert.InRange(most, 1, slots);
        Assert.Equal(1000, runs.Count);
        Assert.Equal(1000, runs.Distinct().Count());
    }

    [Fact]
    public async Task RunAsync_SmallRequestBehindALargeOne_GoesFirst()
    {
        var scheduler = new InferenceScheduler(1);
        using var started = new ManualResetEventSlim();
        using var bothQueued = new ManualResetEventSlim();
        var order = new ConcurrentQueue<char>();

        Task large = scheduler.RunAsync(1000, OneToken, position =>
        {
            if (position == 0)
            {
                started.Set();
                bothQueued.Wait();
            }

            order.Enqueue('L');
        }, isBackground: false, CancellationToken.None);
        started.Wait(TestContext.Current.CancellationToken);
        Task small = scheduler.RunAsync(5, OneToken, _ => order.Enqueue('s'), isBackground: false, CancellationToken.None);
        bothQueued.Set();
        await Task.WhenAll(large, small);

        Assert.Equal($"Lsssss{new string('L', 999)}", string.Concat(order));
    }

    [Fact]
    public async Task RunAsync_OneSlot_RunsInOrderOfPositions()
    {
        List<int> order = [];

        await new InferenceScheduler(1).RunAsync(100, OneToken, order.Add, isBackground: false, CancellationToken.None);

        Assert.Equal(Enumerable.Range(0, 100), order);
    }

    [Fact]
    public async Task RunAsync_ARunThrows_DropsTheRestAndThrowsIt()
    {
        int runs = 0;
        var scheduler = new InferenceScheduler(1);

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => scheduler.RunAsync(100, OneToken, position =>
        {
            runs++;
            if (position == 3)
            {
                throw new InvalidOperationException("third");
            }
        }, isBackground: false, CancellationToken.None));

        Assert.Equal("third", exception.Message);
        Assert.Equal(4, runs);
        await scheduler.RunAsync(1, OneToken, _ => runs++, isBackground: false, CancellationToken.None);
        Assert.Equal(5, runs);
    }

    [Fact]
    public async Task RunAsync_CanceledUnderWay_EndsWithTheRunUnderWay()
    {
        using var canceling = new CancellationTokenSource();
        int runs = 0;

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new InferenceScheduler(1).RunAsync(100, OneToken, position =>
        {
            runs++;
            if (position == 3)
            {
                canceling.Cancel();
            }
        }, isBackground: false, canceling.Token));

        Assert.Equal(canceling.Token, exception.CancellationToken);
        Assert.Equal(4, runs);
    }

    [Fact]
    public async Task RunAsync_CanceledWhileWaitingForASlot_EndsAtOnce()
    {
        var scheduler = new InferenceScheduler(1);
        using var release = new ManualResetEventSlim();
        using var canceling = new CancellationTokenSource();
        int runs = 0;

        Task blocking = scheduler.RunAsync(1, OneToken, _ => release.Wait(), isBackground: false, CancellationToken.None);
        Task waiting = scheduler.RunAsync(10, OneToken, _ => runs++, isBackground: false, canceling.Token);
        await canceling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        release.Set();
        await blocking;
        Assert.Equal(0, runs);
    }

    [Fact]
    public async Task RunAsync_NothingToRun_EndsAtOnce() =>
        await new InferenceScheduler(1).RunAsync(0, OneToken, _ => Assert.Fail("nothing to run"), isBackground: false, CancellationToken.None);

    [Fact]
    public void ForProcess_SameNumber_SharesTheSlots()
    {
        Assert.Same(InferenceScheduler.ForProcess(OnnxExecutionProvider.Cpu, 7), InferenceScheduler.ForProcess(OnnxExecutionProvider.Cpu, 7));
        Assert.Same(
            InferenceScheduler.ForProcess(OnnxExecutionProvider.Cpu, null),
            InferenceScheduler.ForProcess(OnnxExecutionProvider.Cpu, Environment.ProcessorCount));
        Assert.NotSame(InferenceScheduler.ForProcess(OnnxExecutionProvider.Cpu, 7), InferenceScheduler.ForProcess(OnnxExecutionProvider.Cpu, 8));
        Assert.NotSame(InferenceScheduler.ForProcess(OnnxExecutionProvider.Cpu, 7), InferenceScheduler.ForProcess(OnnxExecutionProvider.Cuda, 7));
        Assert.Equal(1, InferenceScheduler.ForProcess(OnnxExecutionProvider.Cuda, null).MaxConcurrency);
    }

    [Theory]
    [InlineData(1)]    // one request beside one: half of the tokens
    [InlineData(20)]   // beside twenty: a part in twenty-one
    public async Task RunAsync_ShortDocumentsBesideLongOnes_WaitForNoMoreThanTheirShareOfTheTokens(int others)
    {
        // Ten documents of 25 tokens have 250, less than one document of 512: at most one round of the others goes before the last of them.
        string order = await OrderAsync([.. Enumerable.Repeat(new FakeRequest('L', 100, 512), others), new FakeRequest('s', 10, 25)]);

        Assert.InRange(order[..(order.LastIndexOf('s') + 1)].Count(static run => run == 'L'), 0, others);
        Assert.Equal(10, order.Count(static run => run == 's'));
        Assert.Equal(others * 100, order.Count(static run => run == 'L'));
    }

    [Fact]
    public async Task RunAsync_TwoLongRequestsOfTheSameTokens_TakeTurnsHoweverTheyAreCut()
    {
        const int Tokens = 3 * InferenceScheduler.TurnTokens;
        string order = await OrderAsync([new FakeRequest('L', Tokens / 512, 512), new FakeRequest('s', Tokens / 64, 64)]);

        // At each moment neither is ahead of the other by more than a turn, and each has its turn in one piece.
        int ahead = 0;
        foreach (char run in order)
        {
            ahead += run == 'L' ? 512 : -64;
            Assert.InRange(ahead, -InferenceScheduler.TurnTokens, InferenceScheduler.TurnTokens);
        }

        Assert.Equal(0, ahead);
        Assert.Equal(6, 1 + order.Zip(order[1..]).Count(static pair => pair.First != pair.Second));
    }

    [Fact]
    public async Task RunAsync_EqualRequestsOfOneTurn_RunInTheOrderInWhichTheyCame() =>
        Assert.Equal("aaabbbccc", await OrderAsync([new FakeRequest('a', 3, 7), new FakeRequest('b', 3, 7), new FakeRequest('c', 3, 7)]));

    [Fact]
    public async Task RunAsync_RequestsOfOneTurn_RunByTheTokensThatTheyHave() =>
        Assert.Equal("bbbbbbccccaaa", await OrderAsync([new FakeRequest('a', 3, 40), new FakeRequest('b', 6, 10), new FakeRequest('c', 4, 25)]));

    [Fact]
    public async Task RunAsync_EqualRequestsThatComeOneAfterTheOther_EndOneAfterTheOther()
    {
        // As under load: each time one ends, another comes. With equal shares per run they would end all at once.
        var scheduler = new InferenceScheduler(1);
        using var gate = new Gate(scheduler);
        var order = new ConcurrentQueue<int>();
        ConcurrentBag<Task> running = [];
        int come = 0;
        for (int i = 0; i < 4; i++)
        {
            Add();
        }

        gate.Open();
        await gate.Run;
        while (running.TryTake(out Task? task))
        {
            await task;
        }

        Assert.Equal(Enumerable.Range(0, 30).SelectMany(static i => Enumerable.Repeat(i, 10)), order);

        void Add()
        {
            int request = come++;
            running.Add(scheduler.RunAsync(
                10,
                static _ => 33,
                position =>
                {
                    order.Enqueue(request);
                    if (position == 9 && come < 30)
                    {
                        Add();
                    }
                },
                isBackground: false,
                CancellationToken.None));
        }
    }

    [Fact]
    public async Task RunAsync_ShortRequestsThatNeverEnd_DoNotStarveALongOne()
    {
        const int Runs = 20;
        // Each short request brings the next one before it ends, so that there is always one that waits.
        var scheduler = new InferenceScheduler(1);
        var order = new ConcurrentQueue<char>();
        var shortOnes = new ConcurrentBag<Task>();
        using var gate = new Gate(scheduler);
        Task large = scheduler.RunAsync(Runs, static _ => 512, _ => order.Enqueue('L'), isBackground: false, CancellationToken.None);
        AddShort(1_000);
        gate.Open();
        await large;
        await gate.Run;

        // Half of the tokens are the long one's, in turns: before it ends, the others, who have not come to an end, get as many, and a turn more.
        int shortRuns = string.Concat(order).LastIndexOf('L') - (Runs - 1);
        Assert.InRange(shortRuns, 1, ((Runs * 512) + InferenceScheduler.TurnTokens) / 20 + 2);

        while (shortOnes.TryTake(out Task? task))
        {
            await task;
        }

        void AddShort(int left) => shortOnes.Add(scheduler.RunAsync(
            1,
            static _ => 20,
            _ =>
            {
                order.Enqueue('s');
                if (left > 0)
                {
                    AddShort(left - 1);
                }
            },
            isBackground: false,
            CancellationToken.None));
    }

    [Fact]
    public async Task RunAsync_Background_GoesBelowThoseWhoWaitWithoutStarving()
    {
        string order = await OrderAsync([new FakeRequest('b', 4, 10, IsBackground: true), new FakeRequest('p', 40, 10)]);

        // One in seventeen, and all of the rest once nobody waits any more.
        string people = new('p', InferenceScheduler.BackgroundInterval);
        Assert.Equal($"{people}b{people}b{people[..8]}bb", order);
    }

    [Fact]
    public async Task RunAsync_BackgroundOfLongRuns_WaitsForAsManyTokensAsItTakesTimesTheInterval()
    {
        string order = await OrderAsync([new FakeRequest('b', 2, 40, IsBackground: true), new FakeRequest('p', 100, 10)]);

        Assert.Equal(4 * InferenceScheduler.BackgroundInterval, order.IndexOf('b', StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunAsync_SeveralOfTheBackground_ShareWhatOneWouldGet()
    {
        FakeRequest[] background = [.. "abcd".Select(static name => new FakeRequest(name, 10, 10, IsBackground: true))];

        string order = await OrderAsync([.. background, new FakeRequest('p', 64, 10)]);

        string people = new('p', InferenceScheduler.BackgroundInterval);
        Assert.StartsWith($"{people}a{people}a{people}a{people}a", order, StringComparison.Ordinal);
        Assert.EndsWith($"{new string('b', 10)}{new string('c', 10)}{new string('d', 10)}", order, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_BackgroundAlone_RunsAtOnce() =>
        Assert.Equal("baa", await OrderAsync([new FakeRequest('a', 2, 10, IsBackground: true), new FakeRequest('b', 1, 10, IsBackground: true)]));

    [Fact]
    public async Task RunAsync_BackgroundThatComesAfterALongTimeWithoutAny_HasNotSavedTurnsUp()
    {
        var scheduler = new InferenceScheduler(1);
        Assert.Equal(new string('p', 100), await OrderAsync([new FakeRequest('p', 100, 10)], scheduler));

        Assert.Equal("pppppb", await OrderAsync([new FakeRequest('b', 1, 10, IsBackground: true), new FakeRequest('p', 5, 10)], scheduler));
    }

    [Fact]
    public async Task RunAsync_CanceledBeforeItComes_EndsAtOnceAndIsNeverAsked()
    {
        var scheduler = new InferenceScheduler(1);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scheduler.RunAsync(
            3, static run => throw new InvalidOperationException($"asked for {run}"), _ => { }, isBackground: false, new CancellationToken(canceled: true)));

        await scheduler.RunAsync(1, OneToken, _ => { }, isBackground: false, CancellationToken.None);
    }

    [Fact]
    public async Task RunAsync_AFailedRequest_LeavesItsShareToTheOthers()
    {
        var scheduler = new InferenceScheduler(1);
        using var gate = new Gate(scheduler);
        var order = new ConcurrentQueue<char>();
        Task failing = scheduler.RunAsync(
            4,
            static _ => 10,
            position =>
            {
                order.Enqueue('f');
                _ = position == 1 ? throw new InvalidTimeZoneException("second") : position;
            },
            isBackground: false,
            CancellationToken.None);
        Task other = scheduler.RunAsync(5, static _ => 10, _ => order.Enqueue('o'), isBackground: false, CancellationToken.None);
        gate.Open();

        Assert.Equal("second", (await Assert.ThrowsAsync<InvalidTimeZoneException>(() => failing)).Message);
        await Task.WhenAll(gate.Run, other);
        Assert.Equal("ffooooo", string.Concat(order));
    }

    [Fact]
    public async Task RunAsync_ACanceledRequest_LeavesItsShareToTheOthers()
    {
        var scheduler = new InferenceScheduler(1);
        using var gate = new Gate(scheduler);
        using var canceling = new CancellationTokenSource();
        var order = new ConcurrentQueue<char>();
        Task canceled = scheduler.RunAsync(50, static _ => 10, _ => order.Enqueue('c'), isBackground: false, canceling.Token);
        Task other = scheduler.RunAsync(5, static _ => 10, _ => order.Enqueue('o'), isBackground: false, CancellationToken.None);
        await canceling.CancelAsync();
        gate.Open();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceled);
        await Task.WhenAll(gate.Run, other);
        Assert.Equal("ooooo", string.Concat(order));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public async Task RunAsync_RunsWithoutTokens_CountAsOne(int tokens)
    {
        Assert.Equal($"a{new string('z', 30)}", await OrderAsync([new FakeRequest('z', 30, tokens), new FakeRequest('a', 1, 29)]));
        Assert.Equal($"{new string('z', 30)}a", await OrderAsync([new FakeRequest('z', 30, tokens), new FakeRequest('a', 1, 31)]));
    }

    // One slot: who gets it when, with all requests queued before the first run begins.
    private static async Task<string> OrderAsync(FakeRequest[] requests, InferenceScheduler? scheduler = null)
    {
        scheduler ??= new InferenceScheduler(1);
        using var gate = new Gate(scheduler);
        var order = new ConcurrentQueue<char>();
        Task[] running = [.. requests.Select(request => scheduler.RunAsync(
            request.Runs, _ => request.Tokens, _ => order.Enqueue(request.Name), request.IsBackground, CancellationToken.None))];
        gate.Open();
        await Task.WhenAll([gate.Run, .. running]);
        return string.Concat(order);
    }

    /// <summary>Holds the one slot of a scheduler, so that what comes meanwhile is queued.</summary>
    private sealed class Gate : IDisposable
    {
        private readonly ManualResetEventSlim _held = new();
        private readonly ManualResetEventSlim _open = new();

        public Gate(InferenceScheduler scheduler)
        {
            Run = scheduler.RunAsync(
                1,
                OneToken,
                _ =>
                {
                    _held.Set();
                    _open.Wait();
                },
                isBackground: false,
                CancellationToken.None);
            _held.Wait(TestContext.Current.CancellationToken);
        }

        /// <summary>Gets the run that holds the slot.</summary>
        public Task Run { get; }

        public void Open() => _open.Set();

        public void Dispose()
        {
            _open.Dispose();
            _held.Dispose();
        }
    }

    private sealed record FakeRequest(char Name, int Runs, long Tokens, bool IsBackground = false);

    private static void InterlockedMax(ref int target, int value)
    {
        int seen = Volatile.Read(ref target);
        while (value > seen)
        {
            seen = Interlocked.CompareExchange(ref target, value, seen) is var found && found == seen ? value : found;
        }
    }
}
