using CsCheck;
using Reranking.AspNetCore.Admission;

namespace Reranking.AspNetCore.Tests;

public sealed class TokenEstimateTests
{
    [Fact]
    public void Tokens_NothingLearned_IsMoreThanEnglishHas() => Assert.InRange(new TokenEstimate().Tokens(4_000), 1_001, 2_000);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Tokens_HardlyAnyCharacters_IsOne(long characters) => Assert.Equal(1, new TokenEstimate().Tokens(characters));

    [Theory]
    [InlineData(1_201, 330)]
    [InlineData(1_000, 1_000)]
    [InlineData(1_000, 2_000)]   // two tokens a character: as few characters as it believes
    [InlineData(1_600, 100)]     // sixteen characters a token: as many
    public void Learn_TheFirstRequest_IsAllThatIsKnown(long characters, long tokens)
    {
        TokenEstimate estimate = new();

        estimate.Learn(characters, tokens);

        Assert.InRange(estimate.Tokens(characters), tokens - 1, tokens);
    }

    [Theory]
    [InlineData(1_000, 1_000_000, 2_000)]
    [InlineData(1_000_000, 1, 62_500)]
    public void Learn_AnUnbelievableRequest_CountsAsTheMostBelievable(long characters, long tokens, long expected)
    {
        TokenEstimate estimate = new();

        estimate.Learn(characters, tokens);

        Assert.Equal(expected, estimate.Tokens(characters));
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(100, 0)]
    [InlineData(-1, 100)]
    [InlineData(100, -1)]
    public void Learn_NothingRead_ChangesNothing(long characters, long tokens)
    {
        TokenEstimate estimate = new();
        estimate.Learn(400, 200);

        estimate.Learn(characters, tokens);

        Assert.Equal(200, estimate.Tokens(400));
    }

    [Fact]
    public void Learn_OneOtherAmongMany_ChangesLittle()
    {
        TokenEstimate estimate = new();
        for (int i = 0; i < 100; i++)
        {
            estimate.Learn(4_000, 1_000);
        }

        estimate.Learn(1_000, 1_000);

        Assert.InRange(estimate.Tokens(4_000), 1_001, 1_050);
    }

    [Fact]
    public void Learn_AnotherLanguageFromNowOn_FollowsIt()
    {
        TokenEstimate estimate = new();
        for (int i = 0; i < 100; i++)
        {
            estimate.Learn(4_000, 1_000);
        }

        for (int i = 0; i < 100; i++)
        {
            estimate.Learn(1_000, 1_000);
        }

        Assert.InRange(estimate.Tokens(1_000), 970, 1_000);
    }

    [Fact]
    public void Learn_AFewRequests_IsTheirMean() =>
        Gen.Double[0.5, 16].Array[1, 20].Sample(ratios =>
        {
            TokenEstimate estimate = new();
            foreach (double ratio in ratios)
            {
                estimate.Learn((long)(ratio * 1_000_000), 1_000_000);
            }

            double mean = ratios.Average();
            Assert.InRange(estimate.Tokens((long)(mean * 1_000_000)), 999_900, 1_000_100);
        });
}
