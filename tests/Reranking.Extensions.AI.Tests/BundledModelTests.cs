using System.Text.Json;
using Microsoft.Extensions.AI;
using Reranking.Conformance;
using Reranking.Onnx;

namespace Reranking.Extensions.AI.Tests;

/// <summary>The seams with the model that is shipped: what the prompt holds first.</summary>
public sealed class BundledModelTests(BundledModelTests.Fixture fixture) : IClassFixture<BundledModelTests.Fixture>
{
    [Fact]
    public void FirstStage_Answer_IsOutsideTheTopThree() =>
        Assert.InRange(HelpArticles.Search(HelpArticles.Question, 50).Select(article => article.Id).ToList().IndexOf(HelpArticles.AnswerId), 3, int.MaxValue);

    [Fact]
    public async Task WithReranking_Question_PutsTheAnswerFirst()
    {
        Func<string, CancellationToken, Task<IEnumerable<HelpArticle>>> search =
            (query, _) => Task.FromResult<IEnumerable<HelpArticle>>(HelpArticles.Search(query, 50));

        IEnumerable<HelpArticle> found = await search.WithReranking(fixture.Reranker, article => article.Text)(HelpArticles.Question, CancellationToken.None);

        Assert.Equal(HelpArticles.AnswerId, found.First().Id);
    }

    [Fact]
    public async Task RerankedSearchTool_ModelAsks_ReadsTheAnswerFirst()
    {
        using var model = FakeChatClient.Calling(new() { ["query"] = HelpArticles.Question });
        using IChatClient client = model.AsBuilder().UseFunctionInvocation().Build();
        var tool = new RerankedSearchTool<HelpArticle>(
            (query, count, _) => Task.FromResult<IEnumerable<HelpArticle>>(HelpArticles.Search(query, count)),
            fixture.Reranker,
            article => article.Text,
            new() { SourceNameSelector = article => article.Id });

        await client.GetResponseAsync("I can't get in!", new() { Tools = [tool] });

        var read = (JsonElement)model.Requests[1][^1].Contents.OfType<FunctionResultContent>().Single().Result!;
        Assert.Equal(5, read.GetArrayLength());
        Assert.Equal(HelpArticles.AnswerId, read[0].GetProperty("source").GetString());
        Assert.InRange(read[0].GetProperty("score").GetDouble(), read[1].GetProperty("score").GetDouble(), 1);
    }

    [Fact]
    public async Task WithReranking_FollowUp_FindsTheAnswerByTheCondensedQuestion()
    {
        Func<string, CancellationToken, Task<IEnumerable<HelpArticle>>> search =
            (query, _) => Task.FromResult<IEnumerable<HelpArticle>>(HelpArticles.Search(query, 50));
        ChatMessage[] conversation =
        [
            new(ChatRole.User, "How do I sign in?"),
            new(ChatRole.Assistant, "With your e-mail address and your password."),
            new(ChatRole.User, "And if I forgot it?"),
        ];
        using var model = new FakeChatClient(HelpArticles.Question);

        IEnumerable<HelpArticle> found =
            await search.WithReranking(new CondensingQueryBuilder(model), fixture.Reranker, article => article.Text)(conversation, CancellationToken.None);

        Assert.Equal(HelpArticles.AnswerId, found.First().Id);
    }

    public sealed class Fixture : IDisposable
    {
        private readonly OnnxRelevanceScorer _scorer = new();

        public Fixture() => Reranker = new Reranker(_scorer, new() { Timeout = Timeout.InfiniteTimeSpan });   // the machine may be busy

        public Reranker Reranker { get; }

        public void Dispose() => _scorer.Dispose();
    }
}
