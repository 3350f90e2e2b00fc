using Reranking.Ranking;

namespace Reranking.Tests;

public class RerankingOptionsValidatorTests
{
    private const string TimeoutRange = "expected more than 00:00:00 and at most 49.00:00:00, or -00:00:00.0010000 for no limit.";

    public static TheoryData<Action<RerankingOptions>, string> Invalid => new()
    {
        { options => options.TopN = 0, "Search:Reranking:TopN is 0; expected 1 or more." },
        { options => options.TopN = -1, "Search:Reranking:TopN is -1; expected 1 or more." },
        { options => options.CandidateCount = 0, "Search:Reranking:CandidateCount is 0; expected 1 or more." },
        { options => options.MinScore = -0.1, "Search:Reranking:MinScore is -0.1; expected a number from 0 to 1, or none." },
        { options => options.MinScore = 1.5, "Search:Reranking:MinScore is 1.5; expected a number from 0 to 1, or none." },
        { options => options.MinScore = double.NaN, "Search:Reranking:MinScore is NaN; expected a number from 0 to 1, or none." },
        { options => options.Timeout = TimeSpan.Zero, $"Search:Reranking:Timeout is 00:00:00; {TimeoutRange}" },
        { options => options.Timeout = TimeSpan.FromSeconds(-5), $"Search:Reranking:Timeout is -00:00:05; {TimeoutRange}" },
        { options => options.Timeout = TimeSpan.FromDays(50), $"Search:Reranking:Timeout is 50.00:00:00; {TimeoutRange}" },
        { options => options.OnFailure = (RerankingFailureMode)7, "Search:Reranking:OnFailure is 7; expected Fallback or Throw." },
        { options => options.UnscoredCandidates = (UnscoredCandidates)7, "Search:Reranking:UnscoredCandidates is 7; expected Append or Drop." },
    };

    public static TheoryData<Action<RerankingOptions>> Valid => new()
    {
        _ => { },
        options => options.TopN = 1,
        options => options.CandidateCount = 1,
        options => options.MinScore = 0,
        options => options.MinScore = 1,
        options => options.Timeout = TimeSpan.FromTicks(1),
        options => options.Timeout = TimeSpan.FromDays(49),
        options => options.Timeout = Timeout.InfiniteTimeSpan,
        options => options.OnFailure = RerankingFailureMode.Throw,
        options => options.UnscoredCandidates = UnscoredCandidates.Drop,
    };

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Validate_OutOfRange_FailsNamingTheKey(Action<RerankingOptions> change, string expected)
    {
        var options = new RerankingOptions();
        change(options);

        Assert.Equal([expected], RerankingOptionsValidator.Failures(options, "Search:Reranking"));
    }

    [Theory]
    [MemberData(nameof(Valid))]
    public async Task Validate_InRange_SucceedsAndWorks(Action<RerankingOptions> change)
    {
        var options = new RerankingOptions();
        change(options);

        Assert.Empty(RerankingOptionsValidator.Failures(options, "Search:Reranking"));
        Assert.Equal(
            RerankingOutcome.Reranked,
            (await new Reranker(FunctionScorer.OfNumbers(), options, timeProvider: new Microsoft.Extensions.Time.Testing.FakeTimeProvider())
                .RerankAsync("query", ["0.1", "0.2", "0.3"])).Outcome);
    }

    [Fact]
    public void Validate_SeveralOutOfRange_NamesThemAll() => Assert.Equal(
        ["Search:Reranking:TopN is 0; expected 1 or more.", "Search:Reranking:CandidateCount is 0; expected 1 or more."],
        RerankingOptionsValidator.Failures(new RerankingOptions { TopN = 0, CandidateCount = 0 }, "Search:Reranking"));
}
