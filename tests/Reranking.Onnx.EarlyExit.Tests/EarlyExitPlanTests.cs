using Reranking.Onnx.Models;

namespace Reranking.Onnx.EarlyExit.Tests;

public sealed class EarlyExitPlanTests
{
    [Theory]
    [InlineData("2:60 5:25")]
    [InlineData("5:25")]
    [InlineData("2:60.5 5:25 7:3")]
    public void TryParse_Plan_WritesTheSame(string text) => Assert.Equal(text, EarlyExitPlan.TryParse(text)!.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("On")]
    [InlineData("2")]
    [InlineData("2:60:5")]
    [InlineData("0:60")]
    [InlineData("-2:60")]
    [InlineData("2:0")]
    [InlineData("2:100")]
    [InlineData("2:NaN")]
    [InlineData("5:25 2:60")]   // layers rise
    [InlineData("2:25 5:60")]   // and who has left stays away
    [InlineData("2:60 5:60")]
    public void TryParse_NoPlan_ReturnsNull(string text) => Assert.Null(EarlyExitPlan.TryParse(text));

    [Theory]
    [InlineData(100, 10, 60, 25)]    // where it is measured
    [InlineData(100, 5, 43, 18)]     // five wanted results keep fewer
    [InlineData(100, 1, 19, 8)]
    [InlineData(100, 50, 100, 75)]
    [InlineData(100, 100, 100, 100)]
    [InlineData(50, 10, 30, 15)]
    [InlineData(20, 10, 20, 15)]     // of few candidates many are among the wanted
    [InlineData(20, 5, 15, 8)]
    [InlineData(1_000, 10, 600, 250)]
    [InlineData(3, 10, 3, 3)]
    [InlineData(0, 10, 0, 0)]
    public void CountOf_UsualPlan_ScalesWithCandidatesAndWantedOnes(int count, int topN, int first, int second)
    {
        EarlyExitPlan plan = EarlyExitPlan.TryParse("2:60 5:25")!;

        Assert.Equal([first, second], plan.Steps.Select(step => step.CountOf(count, topN)));
    }

    [Theory]
    [InlineData(3, 3, 60, 25)]     // where it was fitted, it holds as it is
    [InlineData(3, 10, 100, 46)]   // more wanted ones keep more
    [InlineData(3, 1, 35, 15)]
    [InlineData(30, 30, 60, 45)]   // and no plan keeps less than half as many again as are wanted
    [InlineData(30, 10, 35, 15)]
    public void CountOf_PlanForAnotherNumber_ScalesFromThatNumber(int fitted, int topN, int first, int second)
    {
        EarlyExitPlan plan = EarlyExitPlan.TryParse("2:60 5:25", fitted)!;

        Assert.Equal([first, second], plan.Steps.Select(step => step.CountOf(100, topN)));
    }

    [Fact]
    public void CountOf_AnyPlan_KeepsTheWantedOnesAndGrowsWithBoth()
    {
        foreach (double keep in (double[])[0.01, 0.1, 0.25, 0.6, 0.99])
        {
            var step = new EarlyExitStep(2, keep, TopN: keep < 0.5 ? 10 : 3);
            for (int count = 0; count <= 300; count += 7)
            {
                for (int topN = 1; topN <= 320; topN += 9)
                {
                    int kept = step.CountOf(count, topN);
                    Assert.InRange(kept, Math.Min(count, topN), count);
                    Assert.InRange(step.CountOf(count, topN + 1), kept, count);
                    Assert.InRange(step.CountOf(count + 1, topN), kept, count + 1);
                }
            }
        }
    }
}
