using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Reranking.VectorData.Tests;

namespace Reranking.KernelMemory.Tests;

public sealed class RerankedKernelMemorySearchTests(BundledModel model)
{
    private const string Query = "red apple tree";

    private static readonly Memory[] Memories =
    [
        new("sky", "blue sky", 0.9),
        new("sky", "red sky", 0.85),
        new("wine", "red wine apple", 0.8),
        new("fruit", "green pear", 0.7),
        new("fruit", "red apple tree", 0.6),
    ];

    private readonly WordOverlapScorer _scorer = new();

    [Fact]
    public async Task SearchAsync_AnswerBeyondTheThirdPlace_ComesFirst()
    {
        await using KernelMemoryServer server = await KernelMemoryServer.StartAsync(HelpCenter.Memories);
        using var client = new HttpClient();
        var search = new RerankedKernelMemorySearch(client, model.Reranker, new KernelMemorySearchOptions { Endpoint = server.Address });

        KernelMemorySearchResult result = await search.SearchAsync(HelpCenter.Question, limit: 3);

        Assert.True(HelpCenter.Memories.ToList().FindIndex(static memory => memory.Text == HelpCenter.Answer) >= 3);
        Assert.Equal(3, result.Results.Count);
        Assert.Equal(HelpCenter.Answer, result.Results[0].Partitions[0].Text);
        Assert.Equal(HelpCenter.Answer, result.Reranking.Ranking[0].Candidate.Text);
    }

    [Fact]
    public async Task SearchAsync_Partitions_AreRankedAcrossFilesAndGroupedAgain()
    {
        await using KernelMemoryServer server = await KernelMemoryServer.StartAsync(Memories);
        using var client = new HttpClient();

        KernelMemorySearchResult result = await NewSearch(client, server).SearchAsync(Query);

        Assert.Equal(["fruit", "wine", "sky"], result.Results.Select(static citation => citation.DocumentId));
        Assert.Equal(
            [("red apple tree", 1, 4), ("green pear", 0, 3), ("red wine apple", 2 / 3d, 2), ("red sky", 1 / 3d, 1), ("blue sky", 0, 0)],
            result.Results.SelectMany(static citation => citation.Partitions)
                .Select(static partition => (partition.Text, partition.Relevance, partition.FirstStageIndex)));
        Assert.Equal(
            [10, 0, 10 * (2 / 3d), 10 * (1 / 3d), 0],
            result.Results.SelectMany(static citation => citation.Partitions).Select(static partition => partition.RelevanceScore!.Value.RawValue));
        Assert.Equal(
            ["red apple tree", "red wine apple", "red sky", "blue sky", "green pear"],
            result.Reranking.Ranking.Select(static ranked => ranked.Candidate.Text));
        Assert.Equal(0.6, result.Reranking.Ranking[0].Candidate.Relevance);
        Assert.Equal((RerankingOutcome.Reranked, "words", 5), (result.Reranking.Outcome, result.Reranking.ModelId, result.Reranking.ScoredCount));
        Assert.Equal((Query, false), (result.Query, result.NoResult));
    }

    [Fact]
    public async Task SearchAsync_Citation_HasAllThatTheServiceTells()
    {
        await using KernelMemoryServer server = await KernelMemoryServer.StartAsync([new Memory("fruit", "red apple tree", 0.6)]);
        using var client = new HttpClient();

        KernelMemoryCitation citation = Assert.Single((await NewSearch(client, server).SearchAsync(Query)).Results);

        Assert.Equal(("help/fruit/fruit.md", "help", "fruit", "fruit.md"), (citation.Link, citation.Index, citation.DocumentId, citation.FileId));
        Assert.Equal(
            ("text/markdown", "fruit.md", "/download?index=help&documentId=fruit&filename=fruit.md"),
            (citation.SourceContentType, citation.SourceName, citation.SourceUrl));
        KernelMemoryPartition partition = Assert.Single(citation.Partitions);
        Assert.Equal(
            (0, 3, new DateTimeOffset(2025, 5, 8, 10, 0, 0, TimeSpan.Zero)),
            (partition.PartitionNumber, partition.SectionNumber, partition.LastUpdate));
        Assert.Equal(["fruit"], partition.Tags["__document_id"]);
        Assert.Equal(["7", null], partition.Tags["user"]);
    }

    [Fact]
    public async Task SearchAsync_Request_IsThatOfTheContractWithMoreFiles()
    {
        await using KernelMemoryServer server = await KernelMemoryServer.StartAsync(Memories);
        using var client = new HttpClient();

        KernelMemorySearchResult result = await NewSearch(client, server, new RerankingOptions { CandidateCount = 30, TopN = 1 }).SearchAsync(
            Query,
            "garden",
            [new() { { "user", "7" }, { "user", "8" }, { "kind", null } }, new KernelMemoryFilter().ByDocument("fruit")],
            minRelevance: 0.65,
            limit: 2);

        const string Expected = """
            {"index":"garden","query":"red apple tree","minRelevance":0.65,"limit":30,"filters":[{"user":["7","8"],"kind":[null]},{"__document_id":["fruit"]}]}
            """;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Expected), Assert.Single(server.Requests)), server.Requests.First().ToJsonString());
        Assert.Equal(["wine", "sky"], result.Results.Select(static citation => citation.DocumentId));   // the threshold is the service's, and took the best
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(1, 1)]
    [InlineData(0, 3)]
    [InlineData(-1, 3)]
    public async Task SearchAsync_Limit_CountsFiles(int limit, int files)
    {
        await using KernelMemoryServer server = await KernelMemoryServer.StartAsync(Memories);
        using var client = new HttpClient();

        Assert.Equal(files, (await NewSearch(client, server).SearchAsync(Query, limit: limit)).Results.Count);
        Assert.Equal(limit > 0 ? 50 : limit, (int)server.Requests.Single()["limit"]!);
    }

    [Fact]
    public async Task SearchAsync_MorePartitionsThanCandidateCount_ScoresTheFirst()
    {
        await using KernelMemoryServer server = await KernelMemoryServer.StartAsync(Memories);
        using var client = new HttpClient();

        KernelMemorySearchResult result = await NewSearch(client, server, new RerankingOptions { CandidateCount = 3 }).SearchAsync(Query, limit: 3);

        Assert.Equal(["blue sky", "red sky", "red wine apple"], Assert.Single(_scorer.Calls).Documents);
        Assert.Equal(["wine", "sky", "fruit"], result.Results.Select(static citation => citation.DocumentId));
        Assert.Equal([0, 0], result.Results[2].Partitions.Select(static partition => partition.Relevance));   // no more than the lowest score
        Assert.Null(result.Results[2].Partitions[0].RelevanceScore);
    }

    [Fact]
    public async Task SearchAsync_MinScore_LeavesFilesOut()
    {
        await using KernelMemoryServer server = await KernelMemoryServer.StartAsync(Memories);
        using var client = new HttpClient();

        KernelMemorySearchResult some = await NewSearch(client, server, new RerankingOptions { MinScore = 0.5 }).SearchAsync(Query);
        KernelMemorySearchResult none = await NewSearch(client, server, new RerankingOptions { MinScore = 0.5 }).SearchAsync("something else");

        Assert.Equal(["red apple tree", "red wine apple"], some.Results.Select(static citation => Assert.Single(citation.Partitions).Text));
        Assert.Equal((0, true, RerankingOutcome.Reranked), (none.Results.Count, none.NoResult, none.Reranking.Outcome));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public async Task SearchAsync_BlankQuery_IsAListingAndNotReranked(string query)
    {
        await using KernelMemoryServer server =
            await KernelMemoryServer.StartAsync(Memories.Select(static memory => memory with { Relevance = memory.Relevance * 10 }));
        using var client = new HttpClient();

        KernelMemorySearchResult result = await NewSearch(client, server).SearchAsync(query, filters: [new() { { "user", "7" } }], limit: 2);

        Assert.Equal(2, (int)server.Requests.Single()["limit"]!);
        Assert.Equal(["sky", "wine"], result.Results.Select(static citation => citation.DocumentId));
        Assert.Equal([9, 8.5, 8], result.Results.SelectMany(static citation => citation.Partitions).Select(static partition => partition.Relevance));
        Assert.Equal((RerankingOutcome.Skipped, RerankingReason.BlankQuery), (result.Reranking.Outcome, result.Reranking.Reason));
        Assert.Empty(_scorer.Calls);
    }

    [Fact]
    public async Task SearchAsync_EmptyIndex_HasNoResult()
    {
        await using KernelMemoryServer server = await KernelMemoryServer.StartAsync([]);
        using var client = new HttpClient();

        KernelMemorySearchResult result = await NewSearch(client, server).SearchAsync(Query);

        Assert.Equal("", (string)server.Requests.Single()["index"]!);
        Assert.Equal((true, 0, RerankingReason.NoCandidates), (result.NoResult, result.Results.Count, result.Reranking.Reason));
    }

    [Fact]
    public async Task SearchAsync_NoResultWithoutResults_HasNoResult()
    {
        await using KernelMemoryServer server = await ScriptedAsync("""{"query":"q","noResult":true}""");
        using var client = new HttpClient();

        Assert.True((await NewSearch(client, server).SearchAsync(Query)).NoResult);
    }

    [Fact]
    public async Task SearchAsync_FailingScorer_GivesTheServicesOrder()
    {
        await using KernelMemoryServer server = await KernelMemoryServer.StartAsync(Memories);
        using var client = new HttpClient();
        _scorer.Failure = new RelevanceScoringException("down");

        KernelMemorySearchResult result = await NewSearch(client, server).SearchAsync(Query, limit: 2);

        Assert.Equal(["sky", "wine"], result.Results.Select(static citation => citation.DocumentId));
        Assert.Equal([0.9, 0.85, 0.8], result.Results.SelectMany(static citation => citation.Partitions).Select(static partition => partition.Relevance));
        Assert.Equal((RerankingOutcome.FellBack, RerankingReason.ScorerFailed), (result.Reranking.Outcome, result.Reranking.Reason));
        Assert.Same(_scorer.Failure, result.Reranking.Failure);
    }

    [Fact]
    public async Task SearchAsync_KeepLocal_IsAskedAboutThePartition()
    {
        await using KernelMemoryServer server = await KernelMemoryServer.StartAsync(Memories[..2]);
        using var client = new HttpClient();
        var asked = new List<string>();
        await using ServiceProvider services = new ServiceCollection()
            .AddReranking()
            .AddScorer(new WordOverlapScorer { IsLocal = true })
            .KeepLocal<KernelMemoryPartition>(partition =>
            {
                asked.Add(partition.Text);
                return false;
            })
            .Services.BuildServiceProvider();
        var search = new RerankedKernelMemorySearch(
            client, services.GetRequiredService<Reranker>(), new KernelMemorySearchOptions { Endpoint = server.Address });

        await search.SearchAsync(Query);

        Assert.Equal(["blue sky", "red sky"], asked);
    }

    [Fact]
    public async Task SearchAsync_CanceledWhileTheServiceWorks_Throws()
    {
        await using KernelMemoryServer server = await KernelMemoryServer.StartAsync([]);
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Script = context =>
        {
            arrived.SetResult();
            return Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        using var client = new HttpClient();
        using var source = new CancellationTokenSource();
        Task search = NewSearch(client, server).SearchAsync(Query, cancellationToken: source.Token);
        await arrived.Task;

        await source.CancelAsync();

        Assert.Equal(source.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => search)).CancellationToken);
    }

    private static async Task<KernelMemoryServer> ScriptedAsync(string body)
    {
        KernelMemoryServer server = await KernelMemoryServer.StartAsync([]);
        server.Script = context => Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, body);
        return server;
    }

    private RerankedKernelMemorySearch NewSearch(HttpClient client, KernelMemoryServer server, RerankingOptions? options = null) =>
        new(client, new Reranker(_scorer), new KernelMemorySearchOptions { Endpoint = server.Address, Reranking = options });
}
