using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Reranking.Http.Configuration;
using Reranking.Http.DependencyInjection;

namespace Reranking.Http.Tests;

/// <summary>Runs the code of the README, and holds the README to what runs here.</summary>
public sealed class ReadmeTests
{
    private static readonly string Root = FindRoot();
    private static readonly string Readme = File.ReadAllText(Path.Combine(Root, "src", "Providers", "Reranking.Http", "README.md"));
    private static readonly string Page = File.ReadAllText(Path.Combine(Root, "docs", "providers", "http.md"));

    [Fact]
    public async Task Registration_Runs()
    {
        await using var server = new StubServer(TestScorers.Scores(0.25, 0.75));
        HostApplicationBuilder builder = Builder(server);

        builder.Services.AddReranking(builder.Configuration.GetSection("Reranking")).AddHttp();

        using IHost host = builder.Build();
        await host.StartAsync();
        RerankingResult<string> result = await host.Services.GetRequiredService<Reranker>().RerankAsync("query", ["zero", "one"]);
        Assert.Equal(["one", "zero"], result.Ranking.Select(ranked => ranked.Candidate));
    }

    [Fact]
    public async Task Handler_Runs()
    {
        await using var server = new StubServer(TestScorers.Scores(0.5));
        HostApplicationBuilder builder = Builder(server);

        builder.Services.AddReranking(builder.Configuration.GetSection("Reranking"))
            .AddHttp(client => client.AddHttpMessageHandler(() => new AuditHandler()));

        using IHost host = builder.Build();
        await host.Services.GetRequiredService<IRelevanceScorer>().ScoreAsync("query", ["zero"]);
        Assert.Equal("audited", Assert.Single(server.Requests).Headers["X-Audit"]);
    }

    [Fact]
    public void Readme_EverySnippet_RunsOrIsValid()
    {
        string code = Squeeze(File.ReadAllText(Path.Combine(Root, "tests", "Reranking.Http.Tests", "ReadmeTests.cs")));
        string[] snippets = Blocks("csharp");
        Assert.Equal(2, snippets.Length);
        Assert.All(snippets, snippet => Assert.Contains(Squeeze(snippet), code, StringComparison.Ordinal));

        string[] settings = Blocks("json");
        Assert.Equal(2, settings.Length);
        Assert.All(settings, json =>
        {
            IConfigurationSection section = new ConfigurationBuilder()
                .AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build().GetSection("Reranking:Scorers").GetChildren().Single();
            Assert.Contains(section["Provider"], HttpScorerProvider.Names);
            var options = new HttpScorerOptions { Api = Enum.Parse<RerankApi>(section["Provider"]!) };
            Assert.Empty(HttpScorerSettings.Apply(section, options));
            options.ApiKey ??= "k";
            Assert.Empty(HttpScorerOptionsRules.Failures(options, isUsed: true));
            Assert.Empty(section.GetChildren().Select(child => child.Key).Except([.. HttpScorerSettings.Keys, "Provider"]));
        });
    }

    [Fact]
    public void Page_Tables_NameEveryDialectAndKey()
    {
        Assert.All(Enum.GetNames<RerankApi>(), dialect => Assert.Contains($"| `{dialect}` ", Page, StringComparison.Ordinal));
        Assert.All(HttpScorerSettings.Keys, key => Assert.Matches($@"(?m)^\| [^|]*`{key}`", Page));
    }

    private static HostApplicationBuilder Builder(StubServer server)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(
        [
            new("Reranking:Scorers:hosted:Provider", "Cohere"),
            new("Reranking:Scorers:hosted:Endpoint", server.Address),
            new("Reranking:Scorers:hosted:Model", "m"),
        ]);
        return builder;
    }

    private static string[] Blocks(string language) => [.. Readme.Split($"```{language}\n").Skip(1).Select(block => block.Split("```")[0])];

    // Indentation is the only thing that may differ.
    private static string Squeeze(string text) =>
        string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));

    private static string FindRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Plugin.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }

        return folder;
    }

    private sealed class AuditHandler : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Add("X-Audit", "audited");
            return base.SendAsync(request, cancellationToken);
        }
    }
}
