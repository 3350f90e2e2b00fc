using Microsoft.Extensions.DependencyInjection;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.Data;
using Reranking.VectorData.Tests;

namespace Reranking.SemanticKernel.Tests;

public sealed class ReadmeTests
{
    private const string Question = "reset the password";

    private static readonly Article[] Articles =
    [
        new("Letters", "sweat posh tree drops"),
        new("Guests", "the password of the guest network is public"),
        new("Login", "call us to reset the password"),
        new("Billing", "invoices come monthly"),
    ];

    [Fact]
    public async Task Readme_Search_IsReranked()
    {
        var textSearch = new ArticleSearch(Articles);
        var reranker = new Reranker(new WordOverlapScorer());
        IKernelBuilder builder = Kernel.CreateBuilder();

        RerankedTextSearch<Article> search = textSearch.WithReranking(reranker);
        builder.Plugins.AddFromFunctions("Help", [RerankedSearchPlugin.CreateGetCitedPassages(search)]);
        Kernel kernel = builder.Build();

        const string Template = "Answer with these facts and cite them by number:\n{{Help.GetCitedPassages $query count='2'}}\nQuestion: {{$query}}";

        string prompt = await Prompts.RenderAsync(kernel, Template, Question);
        Assert.Equal(
            "Answer with these facts and cite them by number:\n[1] Login (https://help.example/Login)\n> call us to reset the password\n\n" +
            "[2] Guests (https://help.example/Guests)\n> the password of the guest network is public\nQuestion: reset the password",
            prompt);
    }

    [Fact]
    public async Task Readme_Filter_RerankesWhatIsThere()
    {
        IKernelBuilder builder = Kernel.CreateBuilder();
        builder.Plugins.Add(new ObsoleteArticleSearch(new ArticleSearch(Articles)).CreateWithSearch("Web"));

        builder.AddReranking().AddScorer(static _ => new WordOverlapScorer());
        builder.AddFunctionReranking(options => options.AddFunction("Web", "Search"));

        Assert.Equal(
            ["call us to reset the password"],
            (await builder.Build().InvokeAsync<List<string>>("Web", "Search", new() { ["query"] = Question, ["count"] = 1 }))!);
    }

    [Fact]
    public async Task Readme_Scores_AreThoseOfTheReranking()
    {
        RerankedTextSearch<Article> search = new ArticleSearch(Articles).WithReranking(new Reranker(new WordOverlapScorer()));
        const string question = Question;

        KernelSearchResults<Article> results = await search.GetSearchResultsAsync(question);
        IEnumerable<double?> scores = results.GetReranking()!.Ranking.Select(ranked => ranked.Relevance?.Value);

        Assert.Equal([1, 2 / 3d, 0, 0], scores);
    }

    [Fact]
    public async Task Readme_Filters_AreParameters()
    {
        RerankedTextSearch<Article> search = new ArticleSearch(Articles).WithReranking(new Reranker(new WordOverlapScorer()));

        var options = new RerankedSearchPluginOptions<Article>
        {
            Description = "Searches the help center of one product.",
            Parameters = { new("product", product => article => article.Product == product) { Description = "The name of the product." } },
        };
        KernelPlugin plugin = RerankedSearchPlugin.Create(search, "Help", options);

        Assert.Empty((await plugin["Search"].InvokeAsync<List<string>>(new Kernel(), new() { ["query"] = Question, ["product"] = "none" }))!);
    }

    [Fact]
    public void Readme_Code_IsThatOfTheTests()
    {
        string test = Read("ReadmeTests.cs");
        string[] blocks = [.. Read("README.md").Split("```csharp\n")[1..].Select(static part => part.Split("```")[0])];

        Assert.Equal(4, blocks.Length);
        Assert.All(
            blocks,
            block => Assert.Contains(
                string.Concat(block.Split('\n')[..^1].Select(static line => line.Length == 0 ? "\n" : $"        {line}\n")), test, StringComparison.Ordinal));
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file)).ReplaceLineEndings("\n");
}
