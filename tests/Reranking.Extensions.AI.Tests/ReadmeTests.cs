using Microsoft.Extensions.AI;
using Reranking.Conformance;
using Reranking.VectorData.Tests;

namespace Reranking.Extensions.AI.Tests;

public sealed class ReadmeTests
{
    private readonly Reranker _reranker = new(new WordOverlapScorer());

    [Fact]
    public async Task Readme_Tool_IsCalled()
    {
        var reranker = _reranker;
        var knowledge = new Knowledge(HelpArticles.Search);
        using var chatModel = FakeChatClient.Calling(new() { ["query"] = "set a new password" });

        var tool = new RerankedSearchTool<HelpArticle>(
            (query, count, cancellationToken) => knowledge.SearchAsync(query, count, cancellationToken),
            reranker,
            article => article.Text,
            new() { Description = "Searches the help center.", SourceNameSelector = article => article.Title });

        IChatClient client = chatModel.AsBuilder().UseFunctionInvocation().Build();
        ChatResponse response = await client.GetResponseAsync("I can't get in!", new ChatOptions { Tools = [tool] });

        Assert.Contains("\"source\":\"Account recovery\"", response.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Readme_Delegate_IsReranked()
    {
        var reranker = _reranker;
        var knowledge = new Knowledge(HelpArticles.Search);
        CancellationToken cancellationToken = CancellationToken.None;

        Func<string, CancellationToken, Task<IEnumerable<HelpArticle>>> search =
            (query, cancellationToken) => knowledge.SearchAsync(query, 50, cancellationToken);

        var reranked = search.WithReranking(reranker, article => article.Text, new RerankingOptions { TopN = 3 });

        Assert.Equal(3, (await reranked("password", cancellationToken)).Count());
    }

    [Fact]
    public async Task Readme_Conversation_IsCondensed()
    {
        var reranker = _reranker;
        var knowledge = new Knowledge(HelpArticles.Search);
        using var chatModel = new FakeChatClient("What can I do when I forgot my password?");
        Func<string, CancellationToken, Task<IEnumerable<HelpArticle>>> search =
            (query, cancellationToken) => knowledge.SearchAsync(query, 50, cancellationToken);
        CancellationToken cancellationToken = CancellationToken.None;

        var ask = search.WithReranking(new CondensingQueryBuilder(chatModel), reranker, article => article.Text);
        IEnumerable<HelpArticle> found = await ask(
            [
                new(ChatRole.User, "How do I sign in?"),
                new(ChatRole.Assistant, "With your e-mail address and your password."),
                new(ChatRole.User, "And if I forgot it?"),
            ],
            cancellationToken);

        Assert.NotEmpty(found);
        Assert.Single(chatModel.Requests);
    }

    [Fact]
    public void Readme_EverySnippet_IsCodeOfThisFile()
    {
        string code = Squeeze(Read("ReadmeTests.cs"));
        string[] snippets = [.. Read("README.md").Split("```csharp").Skip(1).Select(block => block.Split("```")[0])];

        Assert.Equal(3, snippets.Length);
        Assert.All(snippets, snippet => Assert.Contains(Squeeze(snippet), code, StringComparison.Ordinal));
    }

    // Indentation is the only thing that may differ.
    private static string Squeeze(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));

    private static string Read(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file)).ReplaceLineEndings("\n");

    private sealed class Knowledge(Func<string, int, IReadOnlyList<HelpArticle>> find)
    {
        public Task<IEnumerable<HelpArticle>> SearchAsync(string query, int count, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Task.FromResult<IEnumerable<HelpArticle>>(find(query, count));
        }
    }
}
