using CsCheck;
using Reranking.Onnx.Engine;

namespace Reranking.Onnx.Tests;

public sealed class FairQueueTests
{
    [Fact]
    public void Peek_NobodyWaits_IsNull()
    {
        var queue = new FairQueue<string>();

        Assert.Null(queue.Peek(out long cost));
        Assert.Equal((0, 0), (cost, queue.Count));
    }

    [Fact]
    public void Peek_ChangesNothing()
    {
        FairQueue<string> queue = Queue(("a", 5), ("b", 3));

        Assert.Equal("b", queue.Peek(out long cost));
        Assert.Equal("b", queue.Peek(out _));
        Assert.Equal((3, 2), (cost, queue.Count));
    }

    [Fact]
    public void Peek_Equals_AreServedInTheOrderOfTheirArrival()
    {
        FairQueue<string> queue = Queue(("a", 5), ("b", 5), ("c", 5));

        Assert.Equal("abcabc", Serve(queue, 6, static _ => 5));
    }

    [Fact]
    public void Take_TheLastPiece_EndsTheWaiting()
    {
        FairQueue<string> queue = Queue(("a", 5), ("b", 6));

        queue.Take(null);

        Assert.Equal(("b", 1), (queue.Peek(out _), queue.Count));
        queue.Take(null);
        Assert.Null(queue.Peek(out _));
    }

    [Fact]
    public void Take_ChargesTheCostOfThePieceAndNotThatOfTheNext()
    {
        FairQueue<string> queue = Queue(("a", 4), ("b", 10));

        queue.Take(5);   // a has had 4 and would end at 9
        Assert.Equal("a", queue.Peek(out long cost));
        Assert.Equal(5, cost);
        queue.Take(2);   // a has had 9 and would end at 11
        Assert.Equal("b", queue.Peek(out _));
    }

    [Fact]
    public void Add_StartsAtTheShareThatEachWouldHaveHadByNow()
    {
        // Three times 12 among two: 18 each. Who comes now with 1 would end at 19, behind "b" with 12 and before "a" with 36.
        FairQueue<string> queue = Queue(("a", 12), ("b", 12));
        Assert.Equal("aba", Serve(queue, 3, static _ => 12));

        queue.Add("late", 1);

        Assert.Equal("late", queue.Peek(out _));
        queue.Take(6);   // would end at 25, and b at 24
        Assert.Equal("b", queue.Peek(out _));
    }

    [Fact]
    public void Add_AfterAllHaveLeft_StartsWithoutDebt()
    {
        FairQueue<string> queue = Queue(("a", 1_000));
        queue.Take(null);
        queue.Add("b", 10);
        queue.Add("c", 9);

        Assert.Equal("c", queue.Peek(out _));
        Assert.Equal("cbcb", Serve(queue, 4, static name => name == "b" ? 10 : 9));
    }

    [Fact]
    public void Take_WhoIsAlone_IsOwedNothingForTheTimeBefore()
    {
        FairQueue<string> queue = Queue(("big", 500));
        for (int round = 0; round < 5; round++)
        {
            // All of the small one goes first, each time that it comes back, since the big one has had everything in between.
            queue.Add("small", 100);
            for (int left = 3; left >= 0; left--)
            {
                Assert.Equal("small", queue.Peek(out _));
                queue.Take(left > 0 ? 100 : null);
            }

            Assert.Equal("big", queue.Peek(out _));
            queue.Take(500);
        }
    }

    [Fact]
    public void Take_WhoIsNeverAlone_IsOwedHisShare()
    {
        FairQueue<string> queue = Queue(("big", 500), ("small", 100));
        string order = "";
        for (int step = 0; step < 24; step++)
        {
            string next = queue.Peek(out _)!;
            order += next[0];
            if (next == "small" && step % 4 == 3)
            {
                queue.Take(null);   // another small one comes before anybody is served
                queue.Add("small", 100);
            }
            else
            {
                queue.Take(next == "small" ? 100 : 500);
            }
        }

        Assert.InRange(order.Count(static name => name == 'b'), 2, 5);
    }

    [Theory]
    [InlineData("a", "bcbc")]
    [InlineData("b", "acac")]
    [InlineData("c", "abab")]
    [InlineData("nobody", "abca")]
    public void Remove_LeavesTheOthersInTurn(string removed, string order)
    {
        FairQueue<string> queue = Queue(("a", 5), ("b", 5), ("c", 5));

        queue.Remove(string.Intern(removed));   // who is removed is told by reference

        Assert.Equal(removed == "nobody" ? 3 : 2, queue.Count);
        Assert.Equal(order, Serve(queue, 4, static _ => 5));
    }

    [Fact]
    public void Take_AnyPieces_GivesNobodyMoreThanAPieceAboveAnother() =>
        Gen.Int[1, 600].Array[2, 12].Sample(costs =>
        {
            var queue = new FairQueue<object>();
            object[] names = [.. costs.Select(static _ => new object())];
            for (int i = 0; i < costs.Length; i++)
            {
                queue.Add(names[i], costs[i]);
            }

            long[] served = new long[costs.Length];
            for (int step = 0; step < 400; step++)
            {
                int next = Array.IndexOf(names, queue.Peek(out long cost));
                Assert.Equal(costs[next], cost);
                served[next] += cost;
                queue.Take(costs[next]);
            }

            Assert.InRange(served.Max() - served.Min(), 0, 2 * costs.Max());
        });

    [Fact]
    public void Take_NewcomersForEver_StarveNobody() =>
        Gen.Int[1, 100].Array[200, 200].Sample(costs =>
        {
            var queue = new FairQueue<string>();
            queue.Add("patient", 500);
            int turns = 0;
            foreach (int cost in costs)
            {
                queue.Add("newcomer", cost);   // one always waits beside the patient one
                while (queue.Count > 1)
                {
                    bool isPatient = queue.Peek(out _) == "patient";
                    turns += isPatient ? 1 : 0;
                    queue.Take(isPatient ? 500 : null);
                }
            }

            // Half of the work is his, but for the last piece.
            Assert.InRange(turns * 500, (costs.Sum() / 2) - 1_000, costs.Sum() + 1_000);
        });

    private static FairQueue<string> Queue(params (string Name, long Cost)[] entries)
    {
        var queue = new FairQueue<string>();
        foreach ((string name, long cost) in entries)
        {
            queue.Add(name, cost);
        }

        return queue;
    }

    private static string Serve(FairQueue<string> queue, int count, Func<string, long> costOf)
    {
        string order = "";
        for (int i = 0; i < count; i++)
        {
            string name = queue.Peek(out _)!;
            order += name;
            queue.Take(costOf(name));
        }

        return order;
    }
}
