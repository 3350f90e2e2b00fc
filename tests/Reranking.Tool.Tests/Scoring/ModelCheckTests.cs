using Reranking.Tool.Scoring;

namespace Reranking.Tool.Tests;

public sealed class ModelCheckTests
{
    [Fact]
    public void Describe_FastMachine_SuggestsCandidatesAndWarnsOfNothing()
    {
        List<string> lines = Check(milliseconds: 460, candidates: 100).Describe();

        Assert.Contains(lines, static line => line.Contains("\"CandidateCount\": 100", StringComparison.Ordinal));
        Assert.Contains("settings, with as many candidates (up to 100) as this machine ranks in half a second:", lines);
        Assert.DoesNotContain(lines, static line => line.Contains("fewest", StringComparison.Ordinal));
    }

    [Fact]
    public void Describe_MachineTooSlowForTheFewestCandidates_SaysWhatTheyTakeAndWhatHelps()
    {
        List<string> lines = Check(milliseconds: 12_586, candidates: ModelCheck.FewestCandidates).Describe();

        string line = Assert.Single(lines, static line => line.Contains("fewest", StringComparison.Ordinal));
        Assert.Equal(
            "10 candidates, the fewest that are worth reranking, take 1259 ms on this machine; "
                + "a smaller model, such as that of Reranking.Onnx.MiniLM.Screening, or a hosted one is faster",
            line);
        Assert.Contains("settings:", lines);
    }

    private static ModelCheck Check(double milliseconds, int candidates) => new(
        "m",
        Revision: null,
        MaxInputTokens: 512,
        TimeSpan.FromSeconds(1),
        TimeSpan.FromMilliseconds(milliseconds),
        TokensPerPassage: 91,
        MemoryMegabytes: 100,
        new Dictionary<string, string> { ["Provider"] = "Onnx" },
        candidates);
}
