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
    [InlineData(120_100, 33_000)]
    [InlineData(100_000, 100_000)]
    [InlineData(100_000, 200_000)]   // two tokens a character: as few characters as it believes
    [InlineData(1_600_000, 100_000)]   // sixteen characters a token: as many
    public void Learn_ALargeFirstRequest_IsAlmostAllThatIsKnown(long characters, long tokens)
    {
        TokenEstimate estimate = new();

        estimate.Learn(characters, tokens);

        Assert.InRange(estimate.Tokens(characters), tokens * 0.98, tokens * 1.02);
    }

    [Fact]
    public void Learn_ATinyFirstRequest_ChangesLittle()
    {
        TokenEstimate estimate = new();
        long before = estimate.Tokens(4_000);

        estimate.Learn(characters: 6, tokens: 5);   // two words, and what separates them

        Assert.InRange(estimate.Tokens(4_000), before, before * 1.05);
    }

    [Theory]
    [InlineData(1_000_000, 1_000_000_000, 2_000_000)]
    [InlineData(1_000_000, 1, 62_500)]
    public void Learn_AnUnbelievableRequest_CountsAsTheMostBelievable(long characters, long tokens, long expected)
    {
        TokenEstimate estimate = new();

        estimate.Learn(characters, tokens);

        Assert.InRange(estimate.Tokens(characters), expected * 0.98, expected * 1.02);
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
        long before = estimate.Tokens(1_000_000);

        estimate.Learn(characters, tokens);

        Assert.Equal(before, estimate.Tokens(1_000_000));
    }

    [Fact]
    public void Learn_OneOtherAmongMany_ChangesLittle()
    {
        TokenEstimate estimate = new();
        LearnOften(estimate, 4_000, 1_000);

        estimate.Learn(1_000, 1_000);

        Assert.InRange(estimate.Tokens(4_000), 1_001, 1_050);
    }

    [Fact]
    public void Learn_AnotherLanguageFromNowOn_FollowsIt()
    {
        TokenEstimate estimate = new();
        LearnOften(estimate, 4_000, 1_000);

        LearnOften(estimate, 1_000, 1_000);

        Assert.InRange(estimate.Tokens(1_000), 970, 1_000);
    }

    [Fact]
    public void Learn_SmallRequestsBetweenLargeOnes_HardlyCount()
    {
        TokenEstimate estimate = new();
        for (int i = 0; i < 100; i++)
        {
            estimate.Learn(40_000, 10_000);
            estimate.Learn(6, 5);
        }

        Assert.InRange(estimate.Tokens(40_000), 10_000, 10_010);
    }

    [Fact]
    public async Task Learn_ManyAtOnce_LosesNone()
    {
        TokenEstimate estimate = new();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                estimate.Learn(4_000, 1_000);
                Assert.InRange(estimate.Tokens(4_000), 1_000, 1_334);
            }
        })));

        Assert.Equal(1_000, estimate.Tokens(4_000));
    }

    private static void LearnOften(TokenEstimate estimate, long characters, long tokens)
    {
        for (int i = 0; i < 100; i++)
        {
            estimate.Learn(characters, tokens);
        }
    }
}
