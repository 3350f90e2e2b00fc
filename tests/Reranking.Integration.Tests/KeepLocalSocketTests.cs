using Reranking.Http.Tests;

namespace Reranking.Integration.Tests;

public class KeepLocalSocketTests
{
    private const string Secret = "The acquisition of Tailspin Toys closes on Friday.";

    [Theory]
    [InlineData(""" "Use": "cohere", "KeepLocal": { "Field": "confidential" } """)]
    [InlineData(""" "Use": [ "cohere", "local" ], "KeepLocal": { "Field": "confidential", "Value": "true" } """)]
    [InlineData(""" "Use": "local", "Shadow": { "Use": "cohere", "SampleRate": 1 }, "KeepLocal": { "Field": "confidential" } """)]
    [InlineData(""" "Stages": [ { "Use": "local", "Keep": 2 }, { "Use": "cohere" } ], "KeepLocal": { "Field": "confidential" } """)]
    public async Task RerankAsync_ConfidentialCandidate_NoByteReachesTheSocket(string use)
    {
        await using StubServer server = HostedStub.Start();
        await using var app = new App($$"""
            {
              {{use}},
              "Scorers": {
                "cohere": { "Provider": "Cohere", "Endpoint": "{{server.Address}}", "DataStaysLocal": false, "Model": "{{HostedStub.Model}}", "ApiKey": "key" },
                "local":  { "Provider": "Onnx" }
              }
            }
            """);
        Note[] open = [new("Invoices are sent monthly.", false), new("Tailspin Toys sells toys.", false), new("When it closes, the shop is shut.", false)];

        RerankingResult<Note> kept = await app.Reranker.RerankAsync("When does the Tailspin deal close?", [.. open, new Note(Secret, true)], note => note.Text);

        Assert.Equal((RerankingOutcome.Reranked, true, "local"), (kept.Outcome, kept.KeptLocal, kept.ScorerName));
        Assert.Equal(Secret, kept.Ranking[0].Candidate.Text);
        Assert.Equal(0, server.Accepted);

        // The socket is the right one: what is open goes there.
        RerankingResult<Note> sent = await app.Reranker.RerankAsync("When does the Tailspin deal close?", open, note => note.Text);
        Assert.False(sent.KeptLocal);
        await server.NextAsync();
        Assert.Equal(1, server.Accepted);
    }

    [Fact]
    public async Task RerankAsync_CallThatMustStayLocalWithoutNamedScorers_NoByteReachesTheSocket()
    {
        await using StubServer server = HostedStub.Start();
        using var scorer = new Http.HttpRelevanceScorer(
            new Http.HttpScorerOptions { Endpoint = server.Endpoint, DataStaysLocal = false, Model = HostedStub.Model, ApiKey = "key" });
        var reranker = new Reranker(scorer, new RerankingOptions { KeepLocal = true });

        RerankingResult<Note> result = await reranker.RerankAsync(
            "query", [new("Invoices are sent monthly.", false), new Note(Secret, true)], note => note.Text);

        Assert.Equal((RerankingOutcome.FellBack, true), (result.Outcome, result.KeptLocal));
        Assert.DoesNotContain("Tailspin", result.Failure!.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, server.Accepted);
    }

    private sealed record Note(string Text, bool Confidential);
}
