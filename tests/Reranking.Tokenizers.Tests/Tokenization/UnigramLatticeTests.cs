using CsCheck;
using Reranking.Tokenizers.Tokenization.Models;

namespace Reranking.Tokenizers.Tests;

public sealed class UnigramLatticeTests
{
    [Fact]
    public void Offer_SeveralWaysToAPosition_KeepsTheBestAndOfEqualOnesTheFirst()
    {
        var lattice = new UnigramLattice();
        lattice.Begin(3);

        lattice.Offer(end: 3, start: 0, id: 1, score: -5);
        lattice.Offer(end: 3, start: 1, id: 2, score: -6);
        Assert.Equal((0, 1, -5), (lattice.StartOf(3), lattice.IdOf(3), lattice.ScoreAt(3)));
        lattice.Offer(end: 3, start: 2, id: 3, score: -4);
        lattice.Offer(end: 3, start: 1, id: 4, score: -4);

        Assert.Equal((2, 3, -4), (lattice.StartOf(3), lattice.IdOf(3), lattice.ScoreAt(3)));
        lattice.End();
    }

    [Theory]
    [InlineData(5)]
    [InlineData(1_023)]
    [InlineData(1_024)]   // from here on the memory is rented
    [InlineData(5_000)]
    public void Begin_UsedBefore_KeepsNothing(int length)
    {
        var lattice = new UnigramLattice();
        for (int round = 0; round < 3; round++)
        {
            lattice.Begin(length);
            Assert.All(Enumerable.Range(0, length + 1), position => Assert.Equal((0.0, -1), (lattice.ScoreAt(position), lattice.StartOf(position))));
            for (int end = 1; end <= length; end++)
            {
                lattice.Offer(end, end - 1, id: 7, score: -end);
            }

            lattice.End();
        }
    }

    [Fact]
    public void FindCommon_AnyWays_IsTheLastPositionThatAllOfThemPass() =>
        Gen.Select(Gen.Int[1, 60].SelectMany(static length => Gen.Int[1, 4].Array[length]), Gen.Int[0, 60], Gen.Int[0, 60]).Sample((steps, from, until) =>
        {
            int length = steps.Length;
            var lattice = new UnigramLattice();
            lattice.Begin(length);
            for (int end = 1; end <= length; end++)
            {
                lattice.Offer(end, Math.Max(0, end - steps[end - 1]), id: 0, score: -end);
            }

            (from, until) = (Math.Min(from, length), Math.Min(until, length + 1));
            IEnumerable<HashSet<int>> ways = Enumerable.Range(from, Math.Max(0, until - from)).Select(position => Way(position, steps));
            int expected = ways.Any() ? ways.Aggregate(static (a, b) => [.. a.Intersect(b)]).Max() : 0;

            Assert.Equal(expected, lattice.FindCommon(from, until));
        }, iter: 2_000);

    private static HashSet<int> Way(int position, int[] steps)
    {
        HashSet<int> way = [position];
        while (position > 0)
        {
            position = Math.Max(0, position - steps[position - 1]);
            way.Add(position);
        }

        return way;
    }
}
