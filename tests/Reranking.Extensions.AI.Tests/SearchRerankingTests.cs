using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Reranking.Tests;
using Reranking.VectorData.Tests;

namespace Reranking.Extensions.AI.Tests;

public sealed class SearchRerankingTests : IDisposable
{
    private static readonly Hit[] Hits = [new("the office"), new("the fox"), new(null), new("the red fox"), new("red"), new("a red hat")];

    private readonly WordOverlapScorer _scorer = new();
    private readonly CancellationTokenSource _caller = new();
    private readonly List<string> _queries = [];
    private CancellationToken _token;

    public void Dispose() => _caller.Dispose();

    [Fact]
    public async Task WithReranking_Results_AreTheBestOfTheSearchItself()
    {
        IEnumerable<Hit> found = await Search(Hits).WithReranking(Reranker(), Text, new() { TopN = 3 })("red fox", _caller.Token);

        Assert.Equal([Hits[3], Hits[1], Hits[4]], found);
        Assert.Same(Hits[3], found.First());
        Assert.Equal("red fox", Assert.Single(_queries));
        Assert.Equal(_caller.Token, _token);
        Assert.Equal(("red fox", 5), (Assert.Single(_scorer.Calls).Query, _scorer.Calls[0].Documents.Count));
    }

    [Fact]
    public async Task WithReranking_NoOptions_AreThoseOfTheReranker() =>
        Assert.Equal([Hits[3], Hits[1]], await Search(Hits).WithReranking(new Reranker(_scorer, new() { TopN = 2 }), Text)("red fox", _caller.Token));

    [Fact]
    public async Task WithReranking_DefaultsOfTheRerankerChange_FollowsThem()
    {
        var configuration = new ChangeableConfiguration("""{ "TopN": 1, "OnFailure": "Throw", "Scorers": { "overlap": { "Provider": "Overlap" } } }""");
        var services = new ServiceCollection();
        services.AddReranking(configuration.Section).AddProvider(_ => new OverlapProvider(_scorer));
        using ServiceProvider provider = services.BuildServiceProvider();
        Reranker reranker = provider.GetRequiredService<Reranker>();
        Func<string, CancellationToken, Task<IEnumerable<Hit>>> search = Search(Hits).WithReranking(reranker, Text);
        var tool = new RerankedSearchTool<Hit>((_, _, _) => Task.FromResult<IEnumerable<Hit>>(Hits), reranker, Text);
        Assert.Equal([Hits[3]], await search("red fox", _caller.Token));

        using var swaps = new MetricCollector<long>(meterScope: null, "Experimental.Reranking", "reranking.swaps");
        configuration.Change("""{ "TopN": 2, "OnFailure": "Throw", "Scorers": { "overlap": { "Provider": "Overlap" } } }""");
        await swaps.WaitForMeasurementsAsync(1);

        Assert.Equal([Hits[3], Hits[1]], await search("red fox", _caller.Token));
        Assert.Equal(2, ((JsonElement)(await tool.InvokeAsync(new() { ["query"] = "red fox" }, _caller.Token))!).GetArrayLength());
        _scorer.Failure = new RelevanceScoringException("down");
        Assert.Equal(Hits[..2], await search("red fox", _caller.Token));
    }

    [Fact]
    public async Task WithReranking_OptionsChangedLater_KeepsTheOldOnes()
    {
        var options = new RerankingOptions { TopN = 1, OnFailure = RerankingFailureMode.Throw };
        Func<string, CancellationToken, Task<IEnumerable<Hit>>> search = Search(Hits).WithReranking(Reranker(), Text, options);
        options.TopN = 4;

        Assert.Single(await search("red fox", _caller.Token));
        Assert.Equal(RerankingFailureMode.Throw, options.OnFailure);
    }

    [Theory]
    [InlineData(RerankingFailureMode.Fallback)]
    [InlineData(RerankingFailureMode.Throw)]
    public async Task WithReranking_ScorerFails_GivesTheFirstStageOrder(RerankingFailureMode onFailure)
    {
        _scorer.Failure = new RelevanceScoringException("down");
        var options = new RerankingOptions { TopN = 3, OnFailure = onFailure };

        Assert.Equal(Hits[..3], await Search(Hits).WithReranking(Reranker(), Text, options)("red fox", _caller.Token));
        Assert.Equal(Hits[..3], await Search(Hits).WithReranking(new Reranker(_scorer, options), Text)("red fox", _caller.Token));
    }

    [Fact]
    public async Task WithReranking_SearchFails_PassesItsException()
    {
        var failure = new InvalidOperationException("The index is gone.");
        Func<string, CancellationToken, Task<IEnumerable<Hit>>> search = (_, _) => Task.FromException<IEnumerable<Hit>>(failure);
        Func<string, CancellationToken, Task<IEnumerable<Hit>>> lazy = (_, _) => Task.FromResult(Hits.Select(hit => hit.Text == "red" ? throw failure : hit));

        Assert.Same(failure, await Assert.ThrowsAsync<InvalidOperationException>(() => search.WithReranking(Reranker(), Text)("red fox", _caller.Token)));
        Assert.Same(failure, await Assert.ThrowsAsync<InvalidOperationException>(() => lazy.WithReranking(Reranker(), Text)("red fox", _caller.Token)));
        Assert.Empty(_scorer.Calls);
    }

    [Fact]
    public async Task WithReranking_CallerCancelsWhileScoring_Throws()
    {
        _scorer.Waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<IEnumerable<Hit>> search = Search(Hits).WithReranking(Reranker(), Text)("red fox", _caller.Token);
        await _scorer.Waiting.Task;
        await _caller.CancelAsync();

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => search);
        Assert.Equal(_caller.Token, exception.CancellationToken);
    }

    [Fact]
    public void WithReranking_OptionOutOfRange_IsFoundAtOnce()
    {
        var exception = Assert.Throws<ArgumentException>("options", () => Search(Hits).WithReranking(Reranker(), Text, new() { TopN = 0 }));

        Assert.Equal("Reranking:TopN is 0; expected 1 or more. (Parameter 'options')", exception.Message);
    }

    [Theory]
    [InlineData("old topic\nred fox", "red fox")]
    [InlineData("red fox", "red fox")]
    public async Task WithReranking_QuerySelector_GivesWhatIsRerankedByButNotSearchedFor(string query, string rerankedBy)
    {
        await Search(Hits).WithReranking(Reranker(), Text, querySelector: text => text.Split('\n')[^1])(query, _caller.Token);

        Assert.Equal(query, Assert.Single(_queries));
        Assert.Equal(rerankedBy, Assert.Single(_scorer.Calls).Query);
    }

    [Fact]
    public async Task WithReranking_QuerySelectorGivesNothing_IsNotReranked()
    {
        Assert.Equal(Hits[..5], await Search(Hits).WithReranking(Reranker(), Text, querySelector: _ => null)("red fox", _caller.Token));
        Assert.Empty(_scorer.Calls);
    }

    [Fact]
    public async Task WithReranking_Conversation_IsSearchedAndRerankedByTheBuiltQuery()
    {
        using var model = new FakeChatClient("red fox");
        Func<IReadOnlyList<ChatMessage>, CancellationToken, Task<IEnumerable<Hit>>> search =
            Search(Hits).WithReranking(new CondensingQueryBuilder(model), Reranker(), Text, new() { TopN = 1 });

        Assert.Equal([Hits[3]], await search([new(ChatRole.User, "foxes"), new(ChatRole.Assistant, "Which?"), new(ChatRole.User, "red ones")], _caller.Token));
        Assert.Equal("red fox", Assert.Single(_queries));
        Assert.Equal("red fox", Assert.Single(_scorer.Calls).Query);
        Assert.Equal(_caller.Token, _token);
    }

    [Fact]
    public async Task WithReranking_ConversationWithoutAQuestion_SearchesForNothing()
    {
        Assert.Empty(await Search(Hits).WithReranking(new LastUserMessageQueryBuilder(), Reranker(), Text)([new(ChatRole.Assistant, "Hello")], _caller.Token));
        Assert.Empty(_queries);
    }

    [Fact]
    public void WithReranking_NullArguments_Throws()
    {
        Func<string, CancellationToken, Task<IEnumerable<Hit>>>? none = null;
        Assert.Throws<ArgumentNullException>("search", () => none!.WithReranking(Reranker(), Text));
        Assert.Throws<ArgumentNullException>("search", () => none!.WithReranking(new LastUserMessageQueryBuilder(), Reranker(), Text));
        Assert.Throws<ArgumentNullException>("reranker", () => Search(Hits).WithReranking(null!, Text));
        Assert.Throws<ArgumentNullException>("textSelector", () => Search(Hits).WithReranking<Hit>(Reranker(), null!));
        Assert.Throws<ArgumentNullException>("queryBuilder", () => Search(Hits).WithReranking(queryBuilder: null!, Reranker(), Text));
    }

    private static string? Text(Hit hit) => hit.Text;

    private Reranker Reranker() => new(_scorer);

    private Func<string, CancellationToken, Task<IEnumerable<Hit>>> Search(IEnumerable<Hit> hits) => (query, cancellationToken) =>
    {
        _queries.Add(query);
        _token = cancellationToken;
        return Task.FromResult(hits);
    };

    private sealed record Hit(string? Text);
}
