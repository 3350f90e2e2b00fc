using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Reranking.Integration.Tests;

/// <summary>Runs the settings that the READMEs show.</summary>
public class ReadmeTests
{
    [Fact]
    public async Task Readme_AppSettings_StartAndRerank()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        AddJson(builder, FirstJson("README.md"));

        builder.Services.AddReranking(builder.Configuration.GetSection("Reranking")).AddOnnx().AddCohere();

        using IHost host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        RerankingResult<string> result = await host.Services.GetRequiredService<Reranker>().RerankAsync(
            "How do I reset my password?",
            ["Use at least 14 characters.", "Choose 'Forgot password' on the sign-in page."],
            new RerankingOptions { Timeout = Timeout.InfiniteTimeSpan });
        Assert.Equal(("local", 1), (result.ScorerName, result.Ranking[0].Index));
    }

    [Theory]
    [InlineData("docs/fleet/README.md")]
    [InlineData("samples/SwapProviders/appsettings.json")]
    [InlineData("src/Providers/Reranking.Onnx.MiniLM.Screening/README.md")]
    public async Task Readme_OtherSettings_Start(string file)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        AddJson(builder, file.EndsWith(".json", StringComparison.Ordinal) ? File.ReadAllText(Path.Combine(FindRoot(), file)) : FirstJson(file));
        builder.Services.AddReranking(builder.Configuration.GetSection("Reranking")).AddOnnx().AddCohere();

        using IHost host = builder.Build();

        await host.StartAsync(TestContext.Current.CancellationToken);
    }

    private static void AddJson(HostApplicationBuilder builder, string json) =>
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json)));

    // Some show the section alone.
    private static string FirstJson(string file)
    {
        string json = File.ReadAllText(Path.Combine(FindRoot(), file)).Split("```json\n")[1].Split("```")[0].Trim();
        return json.StartsWith('{') ? json : $"{{ {json} }}";
    }

    private static string FindRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Plugin.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }

        return folder;
    }
}
