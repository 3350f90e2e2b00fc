using CsCheck;

namespace Reranking.Http.Tests;

/// <summary>One document that is too long for an API does not cost the others their scores, and the result says what became of it.</summary>
public sealed class OversizedTests
{
    private const int Limit = 300;

    // How servers refuse what is too long; the last is what is asked of their advice.
    private static readonly Dictionary<string, (RerankApi Api, int Status, string Body)> Refusals = new()
    {
        ["413"] = (RerankApi.Cohere, 413, ""),
        ["413 of a proxy"] = (RerankApi.Jina, 413, "<html>413 Request Entity Too Large</html>"),
        ["Cohere"] = (RerankApi.Cohere, 400, """{"message":"too many tokens: size limit exceeded by 11326 tokens"}"""),
        ["Voyage"] = (RerankApi.Voyage, 400, """{"detail":"The query and document have 9000 tokens, which exceeds the maximum context length"}"""),
        ["TEI"] = (RerankApi.TextEmbeddingsInference, 422,
            """{"error":"Input validation error: `inputs` must have less than 512 tokens. Given: 614","error_type":"Validation"}"""),
        ["vLLM"] = (RerankApi.Vllm, 400,
            """{"object":"error","message":"This model's maximum context length is 512 tokens.","type":"BadRequestError","code":400}"""),
        ["FastAPI"] = (RerankApi.Jina, 422, """{"detail":[{"loc":["body","documents",3],"msg":"String is too long","type":"string_too_long"}]}"""),
        ["llama.cpp"] = (RerankApi.LlamaCpp, 500,
            """{"error":{"code":500,"message":"input is too large to process. increase the physical batch size","type":"server_error"}}"""),
        ["Pinecone"] = (RerankApi.Pinecone, 400,
            """{"error":{"code":"INVALID_ARGUMENT","message":"Request contains a query+document pair that exceeds the maximum token limit of 1024"}}"""),
        ["plain text"] = (RerankApi.Vllm, 422, "input sequence too long"),
        ["error in a 200"] = (RerankApi.Cohere, 200, """{"error":"document is too long"}"""),
    };

    public static TheoryData<string, OversizedDocuments> Cells =>
        [.. Refusals.Keys.SelectMany(static name => Enum.GetValues<OversizedDocuments>().Select(handling => (name, handling)))];

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task ScoreAsync_OneTooLong_TheOther49AreScored(string refusal, OversizedDocuments handling)
    {
        (RerankApi api, int status, string body) = Refusals[refusal];
        await using StubServer server = Server(api, status, body);
        using HttpRelevanceScorer scorer = TestScorers.Create(
            server, options => (options.Api, options.OversizedDocuments, options.MaxDocumentsPerRequest, options.ScoreKind) = (api, handling, 100,
                HttpScoreKind.Probability));
        string[] documents = [.. Enumerable.Range(0, 50).Select(static i => i == 31 ? string.Concat(Enumerable.Repeat("word ", 200))
            + "end" : $"document {i} {new string('x', i)}")];
        if (handling == OversizedDocuments.Fail)
        {
            var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", documents));
            Assert.Contains("MaxDocumentsPerRequest", exception.Message, StringComparison.Ordinal);
            Assert.True(exception.IsRequestFault);
            Assert.False(exception.IsTransient);
            Assert.Single(server.Requests);
            return;
        }

        RelevanceScores scores = await scorer.ScoreAsync("what?", documents);

        for (int i = 0; i < 50; i++)
        {
            if (i != 31)
            {
                Assert.Equal((Score(documents[i]), false, null), (scores[i].RawValue, scores[i].IsTruncated, scores[i].BestWindow));
            }
        }

        RelevanceScore oversized = scores[31];
        Assert.Equal(handling != OversizedDocuments.LeaveUnscored, oversized.IsScored);
        Assert.Equal(handling == OversizedDocuments.Shorten, oversized.IsTruncated);
        if (handling == OversizedDocuments.Split)
        {
            Assert.True(oversized.BestWindow is { } window && documents[31][window].Length is > 0 and <= Limit);
        }

        Assert.InRange(server.Requests.Count, 3, 12);
    }

    [Theory]
    [InlineData(OversizedDocuments.LeaveUnscored, "")]
    [InlineData(OversizedDocuments.Shorten, "")]
    [InlineData(OversizedDocuments.LeaveUnscored, "short")]
    public async Task ScoreAsync_PartRefusedBeforeAnotherOneIsAccepted_TheOthersAreScored(OversizedDocuments handling, string besideIt)
    {
        var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new StubServer(request =>
        {
            string[] texts = request.Documents();
            if (texts.Any(static text => text.Length > Limit))
            {
                return StubResponse.Of(413);
            }

            // Where it is the other part's turn first, this one waits until that one has been given up.
            StubResponse scored = Contract.Of(RerankApi.Cohere).Score(request, static (_, document) => Score(document));
            return texts.Length < 32 ? scored : new StubResponse(async (stream, stop) =>
            {
                await refused.Task.WaitAsync(stop);
                return await scored.Send(stream, stop);
            });
        });
        using HttpRelevanceScorer scorer = TestScorers.Create(
            server, options => (options.OversizedDocuments, options.MaxDocumentsPerRequest, options.MaxConcurrency) = (handling, 32, 2));
        string[] second = besideIt.Length > 0 ? [new string('x', 1_000), besideIt] : [new string('x', 1_000)];
        string[] documents = [.. Enumerable.Range(0, 32).Select(static i => $"document {i}"), .. second];

        Task<RelevanceScores> scoring = scorer.ScoreAsync("what?", documents);
        while (server.Requests.Count < (besideIt.Length > 0 ? 3 : 2))
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        await Task.Delay(50, TestContext.Current.CancellationToken);   // the refusal is read
        refused.SetResult();
        RelevanceScores scores = await scoring;

        Assert.Equal(documents[..32].Select(Score), scores.Take(32).Select(static score => score.RawValue));
        Assert.All(documents[33..], (document, i) => Assert.Equal(Score(document), scores[33 + i].RawValue));
        Assert.Equal(handling != OversizedDocuments.LeaveUnscored, scores[32].IsScored);
    }

    [Fact]
    public async Task ScoreAsync_QueryTooLong_IsRefusedAfterAFewRequests()
    {
        await using var server = new StubServer(StubResponse.Of(400, """{"message":"too many tokens"}"""));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);

        await Assert.ThrowsAsync<RelevanceScoringException>(() => scorer.ScoreAsync("what?", [.. Enumerable.Range(0, 50).Select(static i => $"document {i}")]));

        Assert.InRange(server.Requests.Count, 1, 16);
    }

    [Fact]
    public async Task ScoreAsync_SumTooLarge_IsSplit()
    {
        await using var server = new StubServer(request => request.Documents().Length > 7
            ? StubResponse.Of(413)
            : Contract.Of(RerankApi.Cohere).Score(request, static (_, document) => Score(document)));
        using HttpRelevanceScorer scorer = TestScorers.Create(server);
        string[] documents = [.. Enumerable.Range(0, 50).Select(static i => new string('x', i + 1))];

        RelevanceScores scores = await scorer.ScoreAsync("what?", documents);

        Assert.Equal(documents.Select(Score), scores.Select(static score => score.RawValue));
        Assert.InRange(server.Requests.Count, 9, 20);
    }

    /// <summary>Half of the documents being too long costs few requests more than one.</summary>
    [Fact]
    public async Task ScoreAsync_HalfTooLong_LearnsTheLimit()
    {
        await using StubServer server = Server(RerankApi.Cohere, 413, "");
        using HttpRelevanceScorer scorer = TestScorers.Create(server);
        string[] documents = [.. Enumerable.Range(0, 50).Select(static i => string.Concat(Enumerable.Repeat(i % 2 == 0 ? "ab " : "ab cd ", i % 2 == 0
            ? 20 : 70)))];

        RelevanceScores scores = await scorer.ScoreAsync("what?", documents);

        Assert.Equal(Enumerable.Range(0, 50).Select(static i => i % 2 == 1), scores.Select(static score => score.IsTruncated));
        Assert.InRange(server.Requests.Count, 3, 14);
    }

    /// <summary>Whatever the lengths, each document has its own score or, cut, that of its beginning.</summary>
    [Fact]
    public async Task ScoreAsync_AnyLengths_EveryDocumentHasAScore()
    {
        await using StubServer server = Server(RerankApi.Cohere, 413, "");
        using HttpRelevanceScorer scorer = TestScorers.Create(server, static options => options.MaxDocumentsPerRequest = 7);
        await Gen.Int[0, 900].Array[1, 20].SampleAsync(
            async lengths =>
            {
                string[] documents = [.. lengths.Select(static length => string.Concat(Enumerable.Repeat("\ud83d\ude00", length / 2)) + new string('x',
                    length % 2))];
                RelevanceScores scores = await scorer.ScoreAsync("what?", documents);
                return documents.Zip(scores).All(static pair => pair.First.Length <= Limit
                    ? (pair.Second.RawValue == Score(pair.First))
                    : pair.Second is { IsScored: true, IsTruncated: true });
            },
            iter: 40,
            threads: 1);
        Assert.All(server.Requests, static request => Assert.DoesNotContain('\ufffd', request.Body));
    }

    /// <summary>What one document says of lengths is not true of all: tokens count, and some are refused for another reason.</summary>
    [Theory]
    [InlineData(100, 0.1, false)]
    [InlineData(260, 0.26, false)]
    [InlineData(500, 0.25, true)]
    [InlineData(900, 0.25, true)]
    public async Task ScoreAsync_OneIsRefusedAtAnyLength_TheNextOnesAreScoredAsBefore(int length, double expected, bool isTruncated)
    {
        await using var server = new StubServer(static request =>
            request.Documents().Any(static document => document.Length > Limit || document.Contains('#', StringComparison.Ordinal))
                ? StubResponse.Of(413)
                : Contract.Of(RerankApi.Cohere).Score(request, static (_, document) => Score(document)));
        using HttpRelevanceScorer scorer = TestScorers.Create(server, static options => (options.MaxDocumentsPerRequest, options.MaxConcurrency) = (1, 1));

        RelevanceScores scores = await scorer.ScoreAsync("what?", [new string('x', 500), new string('#', 40), new string('y', length)]);

        Assert.Equal([true, false, true], scores.Select(static score => score.IsScored));
        Assert.Equal((expected, isTruncated), (scores[2].RawValue, scores[2].IsTruncated));
    }

    /// <summary>Requests under way at once: a document of few tokens is accepted at a length at which one of many was refused, and after it.</summary>
    [Fact]
    public async Task ScoreAsync_AcceptedLengthAboveARefusedOne_CutsNothingThatFits()
    {
        var dense = new TaskCompletionSource();
        var last = new TaskCompletionSource();
        await using var server = new StubServer(request =>
        {
            string document = Assert.Single(request.Documents());
            if (document.Length + (9 * document.Count(static character => character == '#')) > Limit)
            {
                return StubResponse.Of(413);
            }

            (Task gate, TaskCompletionSource? opened) = document[0] switch
            {
                'x' => (dense.Task, null),
                'w' => (last.Task, dense),
                'z' => (Task.CompletedTask, last),
                _ => (Task.CompletedTask, (TaskCompletionSource?)null),
            };
            opened?.TrySetResult();
            StubResponse response = Contract.Of(RerankApi.Cohere).Score(request, static (_, text) => Score(text));
            return new StubResponse(async (stream, stop) =>
            {
                await gate.WaitAsync(stop);
                return await response.Send(stream, stop);
            });
        });
        using HttpRelevanceScorer scorer = TestScorers.Create(server, static options => (options.MaxDocumentsPerRequest, options.MaxConcurrency) = (1, 2));

        RelevanceScores scores = await scorer.ScoreAsync("what?", [new string('x', 500), new string('#', 60), new string('w', 10), new string('z', 100)]);

        Assert.Equal([0.25, 0.03, 0.01, 0.1], scores.Select(static score => score.RawValue));
        Assert.Equal([true, true, false, false], scores.Select(static score => score.IsTruncated));
    }

    private static double Score(string document) => document.Length / 1000.0;

    private static StubServer Server(RerankApi api, int status, string body) => new(request =>
        request.Documents(Contract.Of(api).DocumentsField).Any(static document => document.Length > Limit)
            ? StubResponse.Of(status, body)
            : Contract.Of(api).Score(request, static (_, document) => Score(document)));
}
