using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Reranking.AspNetCore.Tests;
using static Microsoft.Playwright.Assertions;

namespace Reranking.Browser.Tests;

/// <summary>Runs what the playground offers to copy.</summary>
public sealed class SnippetTests(Chromium chromium, ModelServer server)
{
    [Fact]
    public async Task Curl_OfTheSample_ReturnsTheRankingOfThePage()
    {
        await using BrowserPage page = await chromium.OpenAsync(server.Address);
        await page.RerankSampleAsync("minilm-windows");

        using JsonDocument json = JsonDocument.Parse(await RunAsync((await page["#curl"].TextContentAsync())!));

        Assert.Equal(
            await page["ol.ranking > li"].EvaluateAllAsync<int[]>("items => items.map(item => Number(item.dataset.index))"),
            json.RootElement.GetProperty("results").EnumerateArray().Select(static result => result.GetProperty("index").GetInt32()));
    }

    [Fact]
    public async Task Curl_OfTextsThatAShellWouldRead_SendsThemAsTheyAre()
    {
        string[] texts = ["it's $HOME `id` \"q\" \\n \\", "JSON", "'; exit 1; '", "\u00E4\u2028\U0001F600"];
        List<string> seen = [];
        await using RerankServer stub = await RerankServer.StartAsync(
            (query, document) =>
            {
                seen.Add($"{query}: {document}");
                return 0;
            },
            map: ModelServer.Map);
        await using BrowserPage page = await chromium.OpenAsync(stub.Address);
        await page.RerankAsync(texts[0], texts);
        string[] byPage = [.. seen];
        seen.Clear();

        await RunAsync((await page["#curl"].TextContentAsync())!);

        Assert.Equal(texts.Select(text => $"{texts[0]}: {text}"), byPage);
        Assert.Equal(byPage, seen);
    }

    [Fact]
    public async Task CSharpAndSettings_OfTheSample_AreThisCodeAndReturnTheRankingOfThePage()
    {
        await using BrowserPage page = await chromium.OpenAsync(server.Address);
        await page.RerankSampleAsync("minilm");
        string settings = (await page["#settings"].TextContentAsync())!;
        string code = (await page["#csharp"].TextContentAsync())!;
        string[] documents = (await page["#documents"].InputValueAsync()).Split('\n');
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(settings)));

        builder.Services.AddReranking(builder.Configuration.GetSection("Reranking")).AddHttp();

        await using WebApplication app = builder.Build();
        Reranker reranker = app.Services.GetRequiredService<Reranker>();

        string question = "My parcel never arrived. Do I get a refund?";
        RerankingResult<string> result = await reranker.RerankAsync(question, documents);
        foreach ((string document, int was, RelevanceScore? relevance) in result.Ranking)
        {
            Console.WriteLine($"{relevance?.Value:0.000} (was {was + 1}) {document}");
        }

        Assert.Equal((RerankingOutcome.Reranked, "server"), (result.Outcome, result.ScorerName));
        Assert.Equal(
            (await page["ol.ranking > li"].EvaluateAllAsync<int[]>("items => items.map(item => Number(item.dataset.index))")).Take(5),
            result.Ranking.Select(static ranked => ranked.Index));
        string here = Squeeze(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "SnippetTests.cs"), TestContext.Current.CancellationToken));
        Assert.All(code.Split("\n\n"), part => Assert.Contains(Squeeze(part), here, StringComparison.Ordinal));
    }

    [Fact]
    public async Task CSharp_QuestionWithEverything_IsOneLiteral()
    {
        await using RerankServer stub = await RerankServer.StartAsync(map: ModelServer.Map);
        await using BrowserPage page = await chromium.OpenAsync(stub.Address);

        await page.RerankAsync("a \"b\" \\ {c} \u0085\u2028\u2029 \u00E4", ["x"]);

        await Expect(page["#csharp"]).ToContainTextAsync("""string question = "a \"b\" \\ {c} \u0085\u2028\u2029 ä";""");
    }

    private static string Squeeze(string text) => string.Join(
        '\n', text.Split('\n').Select(static line => line.Trim()).Where(static line => line.Length > 0 && !line.StartsWith("//", StringComparison.Ordinal)));

    private static async Task<string> RunAsync(string command)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || !File.Exists("/usr/bin/curl"), "The command is for a shell with curl.");
        var start = new ProcessStartInfo("/bin/sh", ["-s"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        using Process shell = Process.Start(start)!;
        await shell.StandardInput.WriteAsync(command + "\n");
        shell.StandardInput.Close();
        Task<string> errors = shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(shell.ExitCode == 0, await errors);
        return output;
    }
}
