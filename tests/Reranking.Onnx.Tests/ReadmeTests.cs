using System.Text.RegularExpressions;
using Microsoft.Extensions.VectorData;

namespace Reranking.Onnx.Tests;

/// <summary>Runs the code of the README, and holds the README to the code that runs here.</summary>
public sealed partial class ReadmeTests
{
    private static readonly Article[] Articles =
    [
        new("Password Security Best Practices", "Use at least 14 characters and never reuse a password."),
        new("Password Reset Guide", "Open the sign-in page, choose 'Forgot password' and follow the link."),
        new("Refund policy", "You may return a device within 30 days."),
    ];

    [Fact]
    public async Task QuickStart_Runs()
    {
        using var Console = new StringWriter();

        using var scorer = new OnnxRelevanceScorer();   // the bundled model
        var reranker = new Reranker(scorer);

        RerankingResult<string> result = await reranker.RerankAsync("How do I reset my password?",
        [
            "Password Security Best Practices. Use at least 14 characters and never reuse a password.",
            "Password Reset Guide. Open the sign-in page, choose 'Forgot password' and follow the link.",
        ]);
        Console.WriteLine($"{result.Outcome}: {result.Ranking[0].Candidate}");   // Reranked: Password Reset Guide. ...
        Console.Write(result.Failure?.Message);   // after FellBack: why the order is that of the first stage

        Assert.StartsWith("Reranked: Password Reset Guide.", Console.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task VectorSearch_Runs()
    {
        using var Console = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        using var scorer = new OnnxRelevanceScorer();
        var reranker = new Reranker(scorer);
        string question = "How do I reset my password?";
        var collection = new ArticleSearch();

        IVectorSearchable<Article> reranked = collection.WithReranking(reranker, article => article.Text);
        await foreach (VectorSearchResult<Article> result in reranked.SearchAsync(question, top: 5))
        {
            Console.WriteLine($"{result.Score:0.000} {result.Record.Title}");   // the relevance, 0 to 1
        }

        Assert.Matches(@"^\d\.\d{3} Password Reset Guide", Console.ToString());
    }

    [Fact]
    public void Readme_EverySnippet_IsCodeOfATest()
    {
        string root = FindRoot();
        string code = Code("Reranking.Onnx.Tests") + Code("Reranking.Integration.Tests");
        string[] snippets = [.. File.ReadAllText(Path.Combine(root, "README.md")).Split("```csharp").Skip(1).Select(block => block.Split("```")[0])];

        Assert.Equal(2, snippets.Length);
        Assert.All(snippets, snippet => Assert.Contains(Squeeze(snippet), code, StringComparison.Ordinal));

        string Code(string tests) => Squeeze(File.ReadAllText(Path.Combine(root, "tests", tests, "ReadmeTests.cs")));
    }

    // Indentation and the namespaces that are used are the only things that may differ.
    private static string Squeeze(string text) => string.Join(
        '\n',
        text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && !UsingPattern().IsMatch(line)));

    [GeneratedRegex(@"^using [A-Z][\w.]*;$")]
    private static partial Regex UsingPattern();

    internal static string FindRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Plugin.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }

        return folder;
    }

    private sealed record Article(string Title, string Body)
    {
        public string Text => $"{Title}. {Body}";
    }

    /// <summary>A store that gives everything, in the order it has it.</summary>
    private sealed class ArticleSearch : IVectorSearchable<Article>
    {
        public async IAsyncEnumerable<VectorSearchResult<Article>> SearchAsync<TInput>(
            TInput searchValue,
            int top,
            VectorSearchOptions<Article>? options = null,
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
            where TInput : notnull
        {
            await Task.CompletedTask;
            foreach (Article article in Articles.Take(top))
            {
                yield return new VectorSearchResult<Article>(article, 0.5);
            }
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;
    }
}
