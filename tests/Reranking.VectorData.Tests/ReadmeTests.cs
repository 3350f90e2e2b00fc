using System.Globalization;
using Microsoft.Extensions.VectorData;

namespace Reranking.VectorData.Tests;

public sealed class ReadmeTests
{
    [Fact]
    public async Task Readme_QuickStart_Reranks()
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var reranker = new Reranker(new WordOverlapScorer());
        var collection = new PassageStore(
            new Passage("anagram", "", "sweat posh tree drops"),
            new Passage("reset", "", "call us to reset the password"),
            new Passage("public", "", "the password of the guest network is public"));
        List<string> lines = [];

        RerankedVectorStoreCollection<string, Passage> search = collection.WithReranking(reranker, passage => passage.Text);
        await foreach (VectorSearchResult<Passage> result in search.SearchAsync("reset the password", top: 2))
        {
            SearchProvenance provenance = result.GetProvenance()!;
            lines.Add($"{result.Record.Id}: relevance {result.Score:0.00}, was number {provenance.FirstStageIndex + 1}");
        }

        Assert.Equal(["reset: relevance 1.00, was number 2", "public: relevance 0.67, was number 3"], lines);
    }

    [Fact]
    public async Task Readme_CollectionAndStore_Rerank()
    {
        var reranker = new Reranker(new WordOverlapScorer());
        var collection = new PassageStore(new Passage("anagram", "", "sweat posh tree drops"), new Passage("reset", "", "call us to reset the password"));
        using var store = new MemoryStore(collection);

        VectorStoreCollection<string, Passage> passages = collection.WithReranking(reranker, passage => passage.Text);

        VectorStore reranked = store.WithReranking(reranker, new RerankedVectorStoreOptions { TextProperty = "Text" }
            .SetTextSelector<Passage>(passage => $"{passage.Title}\n{passage.Text}"));

        Assert.Equal("reset", (await passages.SearchAsync("reset the password", top: 1).SingleAsync()).Record.Id);
        Assert.Equal("reset", (await reranked.GetCollection<string, Passage>("passages").SearchAsync("reset the password", top: 1).SingleAsync()).Record.Id);
    }

    [Fact]
    public void Readme_EverySnippet_IsCodeOfThisFile()
    {
        string code = Squeeze(Read("ReadmeTests.cs"));
        string[] snippets = [.. Read("README.md").Split("```csharp").Skip(1).Select(static block => block.Split("```")[0])];

        Assert.Equal(2, snippets.Length);
        Assert.All(snippets, snippet => Assert.Contains(Squeeze(snippet), code, StringComparison.Ordinal));
    }

    // Indentation is the only thing that may differ.
    private static string Squeeze(string text) => string.Join('\n', text.Split('\n').Select(static line => line.Trim()).Where(static line => line.Length > 0));

    private static string Read(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file)).ReplaceLineEndings("\n");
}
