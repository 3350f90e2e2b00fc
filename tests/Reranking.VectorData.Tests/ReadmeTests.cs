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

        RerankedVectorSearch<Passage> search = collection.AsReranked(reranker, passage => passage.Text);
        await foreach (VectorSearchResult<Passage> result in search.SearchAsync("reset the password", top: 2))
        {
            SearchProvenance provenance = result.GetProvenance()!;
            lines.Add($"{result.Record.Id}: relevance {result.Score:0.00}, was number {provenance.FirstStageIndex + 1}");
        }

        Assert.Equal(["reset: relevance 1.00, was number 2", "public: relevance 0.67, was number 3"], lines);
    }

    [Fact]
    public void Readme_Code_IsThatOfTheTest()
    {
        string readme = Read("README.md");
        string test = Read("ReadmeTests.cs");
        string code = readme.Split("```csharp\n")[1].Split("```")[0];

        Assert.Contains(string.Concat(code.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => $"        {line}\n")), test, StringComparison.Ordinal);
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file)).ReplaceLineEndings("\n");
}
