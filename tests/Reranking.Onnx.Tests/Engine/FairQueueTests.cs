using System.Globalization;
using CsCheck;
using Reranking.Onnx.Engine;

namespace Reranking.Onnx.Tests;

public sealed class FairQueueTests
{
    private const long Turn = 100;

    [Fact]
    public void Peek_EmptyQueue_IsNull()
    {
        var queue = new FairQueue<string>(Turn);

        Assert.Null(queue.Peek());
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void Peek_ChangesNothing()
    {
        Line line = new(("a", 5), ("b", 3));

        Assert.Equal("b", line.Next);
        Assert.Equal("b", line.Next);
        Assert.Equal(2, line.Queue.Count);
    }

    [Fact]
    public void Take_EqualsOfOneTurn_AreServedToTheEndInTheOrderOfTheirArrival() =>
        Assert.Equal("aaabbbccc", new Line(("a", 15), ("b", 15), ("c", 15)).ServeAll(5));

    [Fact]
    public void Take_EqualsOfSeveralTurns_AreServedTurnByTurn() =>
        Assert.Equal("aabbaabbab", new Line(("a", 250), ("b", 250)).ServeAll(50));

    [Fact]
    public void Take_PiecesThatDoNotFillATurn_EndItWithTheOneThatExceedsIt() =>
        Assert.Equal("aabbab", new Line(("a", 180), ("b", 180)).ServeAll(60));

    [Fact]
    public void Add_TheSameWorkInTheMiddleOfATurn_WaitsForItsEnd()
    {
        Line line = new(("a", 15));
        line.Serve(5);
        line.Add("b", 15);

        Assert.Equal("aabbb", line.ServeAll(5));
    }

    [Fact]
    public void Add_LittleWorkInTheMiddleOfATurn_GoesFirst()
    {
        Line line = new(("a", 90));
        line.Serve(10);
        line.Add("b", 20);

        Assert.Equal("bbaaaaaaaa", line.ServeAll(10));
    }

    [Fact]
    public void Take_TheLastPiece_EndsTheWaiting()
    {
        Line line = new(("a", 5), ("b", 6));

        Assert.Equal("a", line.Serve(5));

        Assert.Equal(("b", 1), (line.Next, line.Queue.Count));
        Assert.Equal("b", line.Serve(6));
        Assert.Null(line.Queue.Peek());
    }

    [Fact]
    public void Take_ChargesTheCostOfThePiece()
    {
        Line line = new(("a", 300), ("b", 300));

        Assert.Equal("a", line.Serve(160));   // its next turn ends at 260
        Assert.Equal("b", line.Serve(130));   // at 230
        Assert.Equal("b", line.Serve(100));   // at 300
        Assert.Equal("a", line.Next);
    }

    [Fact]
    public void Take_LastTurn_EndsWithTheWorkThatIsLeft()
    {
        // After its first turn, a has 20 left and ends at 120, before c, which comes at 83 and ends at 173. A whole turn would end at 200.
        Line line = new(("a", 120), ("b", 300));
        Assert.Equal("a", line.Serve(100));
        Assert.Equal("b", line.Serve(100));

        line.Add("c", 90);

        Assert.Equal("a", line.Serve(20));
    }

    [Fact]
    public void Take_EqualsAtATimeThatIsNoWholeNumber_AreStillServedInTheOrderOfTheirArrival()
    {
        for (int others = 3; others <= 50; others++)
        {
            for (int piece = 2; piece <= 33; piece++)
            {
                Line line = new([.. Enumerable.Range(0, others).Select(static i => ($"other {i}", 1L))]);
                line.Serve(1);   // a part in so many of it for each
                int pieces = (int)Turn / piece;
                line.Add("a", pieces * piece);
                line.Add("b", pieces * piece);
                for (int i = 1; i < others; i++)
                {
                    line.Serve(1);
                }

                Assert.Equal(new string('a', pieces) + new string('b', pieces), line.ServeAll(piece));
            }
        }
    }

    [Fact]
    public void Take_BurstsOfSmallOnes_LeaveALargeOneItsShareAndNoMore()
    {
        // Twenty come, and before the last of them has left, twenty more. The large one has a part in twenty-one of the work.
        const int Burst = 20;
        Line line = new(("large", 1_000_000));
        int come = 0;
        long most = 0;
        long inARow = 0;
        AddBurst();
        while (come < 100 * Burst)
        {
            if (line.Queue.Count == 2)
            {
                AddBurst();
            }

            inARow = line.Serve(10) == "large" ? inARow + 10 : 0;
            most = Math.Max(most, inARow);
        }

        double share = (1_000_000 - line.Left("large")) / (100.0 * Burst * Turn);
        Assert.InRange(share, 0.5 / (Burst + 1), 2.0 / (Burst + 1));
        Assert.InRange(most, 10, 2 * Turn);

        void AddBurst()
        {
            for (int i = 0; i < Burst; i++)
            {
                line.Add($"{come++}", Turn - 10);
            }
        }
    }

    [Fact]
    public void Take_MoreThanWasSaid_IsAskedForInTurnsToo()
    {
        // Declares 10 and takes pieces of 10 for ever: that must not keep the others from theirs.
        var queue = new FairQueue<string>(Turn);
        queue.Add("liar", 10);
        queue.Add("other", 50);
        int served = 0;
        while (queue.Peek() == "liar" && served < 10 * Turn)
        {
            queue.Take(10, isLast: false);
            served += 10;
        }

        Assert.InRange(served, 10, 2 * Turn);
    }

    [Fact]
    public void Add_StartsAtTheShareThatEachWouldHaveHadByNow()
    {
        // a and b have had 200 together, 100 each. Who comes now with 40 ends at 140, before the second turns of a and b at 200.
        Line line = new(("a", 300), ("b", 300));
        line.Serve(100);
        line.Serve(100);

        line.Add("late", 40);
        Assert.Equal("late", line.Serve(21));   // a third of it for each: the time is 107
        line.Add("later", 30);                  // ends at 137
        line.Add("latest", 34);                 // at 141

        Assert.Equal(["later", "late", "latest"], [line.Serve(30), line.Serve(19), line.Serve(34)]);
    }

    [Fact]
    public void Add_AfterTheQueueWasEmpty_StartsWithoutDebt()
    {
        Line line = new(("a", 1_000));
        line.Serve(1_000);
        line.Add("b", 10);
        line.Add("c", 9);

        Assert.Equal("cccccccccbbbbbbbbbb", line.ServeAll(1));
    }

    [Fact]
    public void Take_SoleItem_IsOwedNothingForTheTimeBefore()
    {
        Line line = new(("big", 5_000));
        for (int round = 0; round < 5; round++)
        {
            // All of the small one goes first, each time that it comes back, since the big one has had everything in between.
            line.Add("small", 80);
            for (int piece = 0; piece < 4; piece++)
            {
                Assert.Equal("small", line.Serve(20));
            }

            Assert.Equal("big", line.Serve(500));
        }
    }

    [Fact]
    public void Remove_SomeoneElse_ChangesNothing()
    {
        Line line = new(("a", 10), ("b", 10));

        line.Queue.Remove("nobody");

        Assert.Equal("aabb", line.ServeAll(5));
    }

    [Theory]
    [InlineData("a", "bbcc")]
    [InlineData("b", "aacc")]
    [InlineData("c", "aabb")]
    public void Remove_LeavesTheOthersInTurn(string removed, string order)
    {
        Line line = new(("a", 10), ("b", 10), ("c", 10));

        line.Queue.Remove(string.Intern(removed));   // items are compared by reference

        Assert.Equal(2, line.Queue.Count);
        Assert.Equal(order, line.ServeAll(5));
    }

    [Fact]
    public void Take_AnyPieces_PutsNoItemMoreThanTwoTurnsAheadOfAnother() =>
        Gen.Int[1, 600].Array[2, 12].Sample(costs =>
        {
            string[] names = [.. costs.Select(static (_, i) => $"{i}")];
            Line line = new([.. names.Select(static name => (name, 1_000_000L))]);
            long[] served = new long[costs.Length];
            for (int step = 0; step < 400; step++)
            {
                int next = Array.IndexOf(names, line.Next);
                served[next] += costs[next];
                line.Serve(costs[next]);
            }

            Assert.InRange(served.Max() - served.Min(), 0, 2 * Math.Max(Turn, costs.Max()));
        });

    [Fact]
    public void Take_RequestsOfOneTurnThatComeAtAnyTime_AreOvertakenByShorterOnesOnly() =>
        Gen.Select(Gen.Int[1, 10], Gen.Int[0, 12]).Array[1, 60].Sample(requests =>
        {
            // Up to ten pieces of 10 each, and how long after the one before it comes.
            Line line = new();
            List<int> waiting = [];
            long next = 0;
            int come = 0;
            for (long now = 0; come < requests.Length || waiting.Count > 0; now++)
            {
                for (; come < requests.Length && next + requests[come].Item2 <= now; come++)
                {
                    next += requests[come].Item2;
                    line.Add($"{come}", 10 * requests[come].Item1);
                    waiting.Add(come);
                }

                if (waiting.Count > 0 && int.Parse(line.Serve(10), CultureInfo.InvariantCulture) is int served && line.Left($"{served}") == 0)
                {
                    waiting.Remove(served);
                    Assert.All(
                        waiting.Where(request => request < served), request => Assert.True(requests[request].Item1 > requests[served].Item1));
                }
            }

            Assert.Equal(0, line.Queue.Count);
        });

    [Fact]
    public void Take_EndlessArrivals_StarveNoItem() =>
        Gen.Int[1, 100].Array[200, 200].Sample(costs =>
        {
            Line line = new(("patient", 1_000_000));
            for (int i = 0; i < costs.Length; i++)
            {
                line.Add($"{i}", costs[i]);   // one always waits beside the patient one
                while (line.Queue.Count > 1)
                {
                    line.Serve(line.Next == "patient" ? 50 : costs[i]);
                }
            }

            // Half of the work is his, but for the last turn.
            Assert.InRange(1_000_000 - line.Left("patient"), costs.Sum() - (2 * Turn), costs.Sum() + (2 * Turn));
        });

    /// <summary>A queue, and how much work is left of each item in it.</summary>
    private sealed class Line
    {
        private readonly Dictionary<string, long> _left = [];

        public Line(params ReadOnlySpan<(string Name, long Work)> entries)
        {
            foreach ((string name, long work) in entries)
            {
                Add(name, work);
            }
        }

        public FairQueue<string> Queue { get; } = new(Turn);

        public string Next => Queue.Peek()!;

        public void Add(string name, long work)
        {
            Queue.Add(name, work);
            _left[name] = work;
        }

        public long Left(string name) => _left[name];

        public string Serve(long cost)
        {
            string name = Next;
            _left[name] -= cost;
            Queue.Take(cost, isLast: _left[name] <= 0);
            return name;
        }

        public string ServeAll(long cost)
        {
            string order = "";
            while (Queue.Count > 0)
            {
                order += Serve(cost);
            }

            return order;
        }
    }
}
