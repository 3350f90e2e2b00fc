using System.Globalization;
using CsCheck;

namespace Reranking.Http.Tests;

/// <summary>More documents than a request takes.</summary>
public sealed class SplittingTests
{
    private static readonly Contract Cohere = Contract.Of(RerankApi.Cohere);

    [Fact]
    public async Task ScoreAsync_2500Documents_GoesInThousandsAndComesTogether()
    {
        await using var server = new StubServer(request => Cohere.Score(request, Number));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);
        string[] documents = [.. Enumerable.Range(0, 2_500).Select(i => ((i * 7) % 2_500).ToString(CultureInfo.InvariantCulture))];

        RelevanceScores scores = await scorer.ScoreAsync("what?", documents);

        Assert.Equal(documents.Select(document => Number("", document)), scores.Select(score => score.RawValue));
        Assert.Equal([500, 1_000, 1_000], server.Requests.Select(request => request.Documents().Length).Order());
        Assert.All(server.Requests, request => Assert.Null(request.Json["top_n"]));
    }

    [Theory]
    [InlineData(RerankApi.TextEmbeddingsInference, 32)]
    [InlineData(RerankApi.Pinecone, 100)]
    public async Task ScoreAsync_LimitOfTheDialect_IsKept(RerankApi dialect, int limit)
    {
        Contract contract = Contract.Of(dialect);
        await using var server = new StubServer(request => contract.Score(request, Number));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.Api = dialect);

        RelevanceScores scores = await scorer.ScoreAsync("what?", [.. Enumerable.Range(0, limit + 1).Select(i => i.ToString(CultureInfo.InvariantCulture))]);

        Assert.Equal(limit + 1, scores.Count);
        Assert.Equal([1, limit], server.Requests.Select(request => request.Documents(contract.DocumentsField).Length).Order());
    }

    [Fact]
    public async Task ScoreAsync_AnySplit_ChangesNoScore()
    {
        await using var server = new StubServer(request => Cohere.Score(request, Number));
        await Gen.Select(Gen.Int[1, 40], Gen.Int[1, 45], Gen.Int[1, 5], Gen.Int[0, 2_499].Array[40]).SampleAsync(
            async (count, size, concurrency, numbers) =>
            {
                using HttpRelevanceScorer scorer = TestScorers.Create(
                    server, options => (options.MaxDocumentsPerRequest, options.MaxConcurrency) = (size, concurrency));
                string[] documents = [.. numbers.Take(count).Select(number => number.ToString(CultureInfo.InvariantCulture))];
                int before = server.Requests.Count;

                RelevanceScores scores = await scorer.ScoreAsync("what?", documents);

                Assert.Equal(documents.Select(document => Number("", document)), scores.Select(score => score.RawValue));
                Assert.Equal((count + size - 1) / size, server.Requests.Count - before);
            },
            iter: 60,
            threads: 1);
    }

    [Fact]
    public async Task ScoreAsync_ManyParts_AreSentWithBoundedConcurrency()
    {
        int underWay = 0;
        int most = 0;
        using var three = new CountdownEvent(3);
        var full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new StubServer(request => new StubResponse(async (stream, stop) =>
        {
            int now = Interlocked.Increment(ref underWay);
            InterlockedMax(ref most, now);
            if (!three.IsSet && three.Signal())
            {
                full.SetResult();
            }

            await full.Task;   // nobody is answered before three have come
            bool isOpen = await Cohere.Score(request, Number).Send(stream, stop);
            Interlocked.Decrement(ref underWay);
            return isOpen;
        }));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => (options.MaxDocumentsPerRequest, options.MaxConcurrency) = (1, 3));

        RelevanceScores scores = await scorer.ScoreAsync("what?", [.. Enumerable.Range(0, 12).Select(i => i.ToString(CultureInfo.InvariantCulture))]);

        Assert.Equal(12, scores.Count);
        Assert.InRange(most, 3, 4);   // the fourth may arrive before the server has counted the first one out
    }

    [Fact]
    public async Task ScoreAsync_OnePartFails_AllFailsAndTheRestIsLeft()
    {
        await using var server = new StubServer(
            request => request.Documents()[0] == "1" ? StubResponse.Of(422, """{"message":"too many pears"}""") : Cohere.Score(request, Number));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => (options.MaxDocumentsPerRequest, options.MaxConcurrency) = (1, 1));

        var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", ["0", "1", "2", "3"]));

        Assert.Equal(
            $"cohere at {server.Authority} returned 422 (UnprocessableEntity): too many pears. Check HttpScorerOptions:Model and HttpScorerOptions:Api.",
            exception.Message);
        Assert.Equal(["0", "1"], server.Requests.Select(request => request.Documents()[0]));
    }

    [Fact]
    public async Task ScoreAsync_ManyParts_UsageIsTheirSum()
    {
        await using var server = new StubServer(StubResponse.Ok(
            """{"results":[{"index":0,"relevance_score":0.5}],"meta":{"billed_units":{"search_units":1.5},"tokens":{"input_tokens":20}}}"""));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, options => options.MaxDocumentsPerRequest = 1);

        RelevanceScores scores = await scorer.ScoreAsync("what?", ["zero", "one", "two"]);

        Assert.Equal(new RelevanceScoringUsage { SearchUnitCount = 4.5, InputTokenCount = 60 }, scores.Usage);
    }

    private static double Number(string query, string document) => int.Parse(document, CultureInfo.InvariantCulture) / 2_500.0;

    private static void InterlockedMax(ref int most, int now)
    {
        for (int seen = Volatile.Read(ref most); seen < now;)
        {
            int found = Interlocked.CompareExchange(ref most, now, seen);
            if (found == seen)
            {
                return;
            }

            seen = found;
        }
    }
}
