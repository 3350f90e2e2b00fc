using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.KernelMemory;
using Microsoft.KernelMemory.AI;
using Microsoft.KernelMemory.MemoryStorage;
using Microsoft.KernelMemory.Search;
using Reranking.VectorData.Tests;

namespace Reranking.KernelMemory.Tests;

public sealed class ReadmeTests
{
    private const string Question = "reset the password";

    private static readonly Memory[] Memories =
    [
        new("letters", "sweat posh tree drops", 0.8),
        new("guests", "the password of the guest network is public", 0.7),
        new("login", "call us to reset the password", 0.6),
    ];

    private readonly Reranker _reranker = new(new WordOverlapScorer());

    [Fact]
    public async Task Readme_WebService_IsReranked()
    {
        const string question = Question;
        const string key = "key";
        await using KernelMemoryServer server = await KernelMemoryServer.StartAsync(Memories);
        server.Key = key;
        using var client = new HttpClient();
        (Reranker reranker, Uri endpoint) = (_reranker, server.Address);

        var search = new RerankedKernelMemorySearch(client, reranker, new KernelMemorySearchOptions { Endpoint = endpoint, ApiKey = key });

        KernelMemorySearchResult result = await search.SearchAsync(question, index: "help", filters: [new() { { "user", "7" } }], limit: 3);
        foreach (KernelMemoryCitation citation in result.Results)
        {
            Console.WriteLine($"{citation.Partitions[0].Relevance:P0} {citation.SourceName}: {citation.Partitions[0].Text}");
        }

        Assert.Equal(["login.md", "guests.md", "letters.md"], result.Results.Select(static citation => citation.SourceName));
        Assert.Equal("67", result.Results[1].Partitions[0].Relevance.ToString("P0", CultureInfo.InvariantCulture)[..2]);
    }

    [Fact]
    public async Task Readme_Builder_IsReranked()
    {
        Reranker reranker = _reranker;
        var builder = new KernelMemoryBuilder();
        builder.Services.AddSingleton<IMemoryDb>(new MemoryStore(Memories));
        builder.Services.AddSingleton<ITextGenerator>(new FactReader());

        builder.WithReranking(reranker);

        using ServiceProvider services = builder.Services.BuildServiceProvider();
        MemoryAnswer answer = await services.GetRequiredService<ISearchClient>().AskAsync("help", Question);
        Assert.Equal("call us to reset the password", answer.Result);
    }

    [Fact]
    public async Task Readme_OwnDecorator_IsReranked()
    {
        var texts = new List<object>();
        await foreach (
            (MemoryRecord record, double _) in new OwnDecorator(new MemoryStore(Memories), _reranker)
                .GetSimilarListAsync("help", Question, null, 0, 1, false, default))
        {
            texts.Add(record.Payload["text"]);
        }

        Assert.Equal(["call us to reset the password"], texts);
    }

    [Fact]
    public void Readme_Code_IsThatOfTheTests()
    {
        string test = Read("ReadmeTests.cs");
        string[] blocks = [.. Read("README.md").Split("```csharp\n")[1..].Select(static part => part.Split("```")[0])];

        Assert.Equal(3, blocks.Length);
        Assert.All(
            blocks,
            block => Assert.Contains(
                string.Concat(block.Split('\n')[..^1].Select(static line => line.Length == 0 ? "\n" : $"        {line}\n")), test, StringComparison.Ordinal));
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file)).ReplaceLineEndings("\n");

    private sealed class OwnDecorator(IMemoryDb memoryDb, Reranker reranker)
    {
        public async IAsyncEnumerable<(MemoryRecord, double)> GetSimilarListAsync(
            string index, string text, ICollection<MemoryFilter>? filters, double minRelevance, int limit, bool withEmbeddings,
            [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            RerankingPage page = reranker.GetPage(text, skip: 0, limit);
            RerankingResult<(MemoryRecord, double)> result = await page.RerankAsync(
                memoryDb.GetSimilarListAsync(index, text, filters, minRelevance, page.FetchCount, withEmbeddings, cancellationToken),
                found => found.Item1.Payload["text"].ToString(),
                found => found.Item1,
                cancellationToken);
            foreach (RankedCandidate<(MemoryRecord, double)> ranked in result.Ranking)
            {
                yield return (ranked.Candidate.Item1, ranked.Relevance?.Value ?? 0);
            }
        }
    }
}
