using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Playwright;
using Reranking.AspNetCore.Tests;
using static Microsoft.Playwright.Assertions;

namespace Reranking.Browser.Tests;

/// <summary>The playground, as a person uses it.</summary>
public sealed partial class PlaygroundTests(Chromium chromium, ModelServer server)
{
    [Fact]
    public async Task Sample_Reranked_PutsTheDeepAnswerFirst()
    {
        await using BrowserPage page = await chromium.OpenAsync(server.Address);

        await page.RerankSampleAsync();

        ILocator items = page["ol.ranking > li"];
        await Expect(items).ToHaveCountAsync(12);
        await Expect(items.First).ToContainTextAsync("Lost deliveries");
        await Expect(items.First.Locator(".move")).ToHaveTextAsync("▲ up 10, was 11");
        await Expect(page["#status"]).ToHaveTextAsync("12 documents reranked. The best one was 11th before.");
        await Expect(page["#rankings h3"]).ToHaveTextAsync("Default of the server");
        Assert.Matches(FactsPattern(), await page["#rankings section > .facts"].InnerTextAsync());
        double[] scores = [.. (await page[".score"].AllInnerTextsAsync()).Select(ParseScore)];
        Assert.Equal(scores.OrderDescending(), scores);
        Assert.All(scores, static score => Assert.InRange(score, 0, 1));
        int[] moves = [.. await page["ol.ranking > li"].EvaluateAllAsync<int[]>("items => items.map((item, place) => Number(item.dataset.index) - place)")];
        Assert.Equal(moves.Select(Describe), await page[".move"].AllTextContentsAsync());
        page.AssertQuiet();

        string Describe(int move, int place) => move switch
        {
            0 => "stays",
            > 0 => $"▲ up {move}, was {place + move + 1}",
            _ => $"▼ down {-move}, was {place + move + 1}",
        };
    }

    [Fact]
    public async Task TwoModels_SideBySide_AreNamedAndCompared()
    {
        await using RerankServer stub = await RerankServer.StartAsync(
            add: static builder => builder
                .AddScorer("longest", static _ => new StubScorer(StubScorer.Length))
                .AddScorer("shortest", static _ => new StubScorer(static (_, document) => -document.Length))
                .Use("longest"),
            map: ModelServer.Map);
        await using BrowserPage page = await chromium.OpenAsync(stub.Address);
        await Expect(page["#model option"]).ToHaveTextAsync(["Default of the server", "longest", "shortest"]);

        await page.RerankAsync("q", ["a", "bb", "ccc", "dddd", "eeeee", "ffffff", "ggggggg"], "longest", "shortest");

        await Expect(page["#rankings h3"]).ToHaveTextAsync(["longest", "shortest"]);
        Assert.Equal(["ggggggg", "ffffff", "eeeee", "dddd", "ccc", "bb", "a"], await Ranking(page, 1).Locator(".text").AllTextContentsAsync());
        Assert.Equal(["a", "bb", "ccc", "dddd", "eeeee", "ffffff", "ggggggg"], await Ranking(page, 2).Locator(".text").AllTextContentsAsync());
        await Expect(page["#status"]).ToHaveTextAsync("7 documents reranked. The best 5 of both have 3 in common, and another is first.");

        await Ranking(page, 1).Locator("li").First.HoverAsync();

        await Expect(page["li.same"]).ToHaveTextAsync([TwinPattern(), TwinPattern()]);
        page.AssertQuiet();
    }

    [Fact]
    public async Task BundledModel_UnderTwoNames_RanksTheSame()
    {
        await using BrowserPage page = await chromium.OpenAsync(server.Address);

        await page.RerankSampleAsync("minilm", "minilm-windows");

        Assert.Equal(await Ranking(page, 1).Locator(".text").AllTextContentsAsync(), await Ranking(page, 2).Locator(".text").AllTextContentsAsync());
        await Expect(page["#status"]).ToHaveTextAsync("12 documents reranked. The best 5 of both have 5 in common, and the same is first.");
        page.AssertQuiet();
    }

    [Fact]
    public async Task LongDocument_BestWindowAndTruncation_AreShown()
    {
        const string Answer = "A lost parcel is refunded in full after ten days.";
        string filler = string.Concat(Enumerable.Range(1, 150).Select(static i => $"Shelf {i} holds boxes of paper and ink. "));
        await using BrowserPage page = await chromium.OpenAsync(server.Address);

        await page.RerankAsync("Is a lost parcel refunded?", [$"{filler}\n{Answer}\n{filler}", "Ink is black."], "minilm-windows", "minilm");

        ILocator windowed = Ranking(page, 1).Locator("li[data-index='0']");
        await Expect(windowed.Locator("mark")).ToContainTextAsync(Answer);
        await Expect(windowed).ToContainTextAsync("best window: characters ");
        Assert.InRange((await windowed.Locator(".text").InnerTextAsync()).Length, Answer.Length, 1_000);
        ILocator cut = Ranking(page, 2).Locator("li[data-index='0']");
        await Expect(cut.Locator(".cut")).ToHaveTextAsync("cut: longer than the model reads");
        await Expect(cut.Locator("mark")).ToHaveCountAsync(0);
        await Expect(page[".warnings"]).ToHaveTextAsync("1 of 2 documents were longer than the model reads and were cut.");

        ILocator button = windowed.GetByRole(AriaRole.Button);
        await button.ClickAsync();

        await Expect(button).ToHaveAttributeAsync("aria-expanded", "true");
        Assert.True((await windowed.Locator(".text").TextContentAsync())!.Length > 2 * filler.Length - 10);
        page.AssertQuiet();
    }

    [Fact]
    public async Task ManyDocuments_TheFirstHundredAreShownAndTheOthersOnDemand()
    {
        await using RerankServer stub = await RerankServer.StartAsync(map: ModelServer.Map);
        await using BrowserPage page = await chromium.OpenAsync(stub.Address);

        await page.RerankAsync("q", Enumerable.Range(1, 250).Select(static i => new string('x', i)));
        await Expect(page["ol.ranking > li"]).ToHaveCountAsync(100);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Show the other 150" }).ClickAsync();

        await Expect(page["ol.ranking > li"]).ToHaveCountAsync(250);
        await Expect(page["ol.ranking > li:nth-child(101)"]).ToBeFocusedAsync();
    }

    [Theory]
    [InlineData("one\ntwo\n\n\n  \n", 2, "2 documents")]
    [InlineData("one\ntwo\n\nthree\n", 2, "2 documents")]
    [InlineData("one\r\n \r\ntwo\n\t\nthree", 3, "3 documents")]
    [InlineData("only", 1, "1 document")]
    [InlineData(" \n \n", 0, "No documents")]
    public async Task Documents_LinesOrBlankLines_AreCountedAsTheyAreSent(string text, int count, string shown)
    {
        await using RerankServer stub = await RerankServer.StartAsync(map: ModelServer.Map);
        await using BrowserPage page = await chromium.OpenAsync(stub.Address);

        await page.Page.GetByLabel("Query").FillAsync("q");
        await page.Page.GetByLabel("Documents").FillAsync(text);
        await Expect(page["#documents-count"]).ToHaveTextAsync(shown);
        await page.RerankAsync();

        await Expect(page["ol.ranking > li"]).ToHaveCountAsync(count);
        await Expect(page["#error"]).ToHaveTextAsync(count == 0 ? "Paste at least one document first." : "");
    }

    [Fact]
    public async Task ServerError_IsShownAndGoesWithTheNextAnswer()
    {
        await using RerankServer stub = await RerankServer.StartAsync(configure: static options => options.MaxDocuments = 3, map: ModelServer.Map);
        await using BrowserPage page = await chromium.OpenAsync(stub.Address);

        await page.RerankSampleAsync();

        await Expect(page.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync(
            "The server answered 400: documents has 12 documents; expected at most 3. Send them in several requests.");
        page.AssertQuiet(refusals: 1);
        await page.RerankAsync("q", ["a", "b"]);
        await Expect(page.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("");
        await Expect(page["ol.ranking > li"]).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task Rerank_WhileTheServerStillScores_GivesTheFirstRequestUp()
    {
        var begun = new TaskCompletionSource();
        var left = new TaskCompletionSource();
        await using RerankServer stub = await RerankServer.StartAsync(
            before: async cancellationToken =>
            {
                await using CancellationTokenRegistration registration = cancellationToken.Register(() => left.TrySetResult());
                if (begun.TrySetResult())
                {
                    await left.Task;
                }
            },
            map: ModelServer.Map);
        await using BrowserPage page = await chromium.OpenAsync(stub.Address);
        await page.Page.GetByLabel("Query").FillAsync("q");
        await page.Page.GetByLabel("Documents").FillAsync("a\nbb");
        ILocator button = page.Page.GetByRole(AriaRole.Button, new() { Name = "Rerank", Exact = true });
        await button.ClickAsync();
        await begun.Task;
        await Expect(page["#status"]).ToHaveTextAsync("Reranking 2 documents…");

        await page.Page.GetByLabel("Query").FillAsync(" ");
        await button.ClickAsync();

        await left.Task;
        await Expect(page.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("Write a query first.");
        await Expect(page["#results[aria-busy]"]).ToHaveCountAsync(0);
        await page.RerankAsync("q", ["a", "bb", "ccc"]);
        await Expect(page["ol.ranking > li"]).ToHaveCountAsync(3);
        page.AssertQuiet();
    }

    [Fact]
    public async Task ServerGone_IsSaidPlainly()
    {
        RerankServer stub = await RerankServer.StartAsync(map: ModelServer.Map);
        await using BrowserPage page = await chromium.OpenAsync(stub.Address);
        await Expect(page["#model option"]).ToHaveCountAsync(1);
        await stub.DisposeAsync();

        await page.RerankSampleAsync();

        await Expect(page.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("The server did not answer. Is it still running?");
    }

    [Fact]
    public async Task NoEndpoints_IsSaidPlainly()
    {
        await using RerankServer stub = await RerankServer.StartAsync(map: static app => app.MapRerankingPlayground());
        await using BrowserPage page = await chromium.OpenAsync(stub.Address);

        await Expect(page.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync(
            "The server answered 404. Are the rerank endpoints mapped beside this page?");
    }

    [Fact]
    public async Task ServerWithKeys_TheKeyIsAskedForAndSent()
    {
        const string Key = "a long random key";
        string hash = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Key)));
        await using RerankServer stub = await RerankServer.StartAsync(configure: options => options.ApiKeyHashes.Add(hash), map: ModelServer.Map);
        await using BrowserPage page = await chromium.OpenAsync(stub.Address);
        ILocator key = page.Page.GetByLabel("API key");
        await Expect(key).ToBeVisibleAsync();
        await Expect(page.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync(
            "The server answered 401: The API key is missing or wrong. Send it as Authorization: Bearer KEY.");

        await page.RerankSampleAsync();
        await Expect(key).ToBeFocusedAsync();
        page.AssertQuiet(refusals: 2);
        await key.FillAsync(Key);
        await page.RerankAsync();

        await Expect(page["ol.ranking > li"]).ToHaveCountAsync(12);
        await Expect(page["#curl"]).ToContainTextAsync("-H \"Authorization: Bearer $RERANKING_KEY\"");
        Assert.DoesNotContain(Key, await page.Page.ContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Group_PageWithoutItsSlash_Works()
    {
        await using RerankServer stub = await RerankServer.StartAsync(map: static app =>
        {
            RouteGroupBuilder group = app.MapGroup("/tools");
            group.MapReranking();
            group.MapRerankingPlayground();
        });
        await using BrowserPage page = await chromium.OpenAsync(new Uri(stub.Address, "/tools"));

        await page.RerankSampleAsync();

        await Expect(page["ol.ranking > li"]).ToHaveCountAsync(12);
        await Expect(page["#curl"]).ToContainTextAsync($"curl '{stub.Address}tools/v2/rerank'");
        page.AssertQuiet();
    }

    private static ILocator Ranking(BrowserPage page, int number) => page[$"#rankings > section:nth-of-type({number})"];

    private static double ParseScore(string text) => double.Parse(text.Replace("score", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\d+ ms on the server · \d+ ms round trip · [\d,]+ tokens$")]
    private static partial Regex FactsPattern();

    [GeneratedRegex("ggggggg")]
    private static partial Regex TwinPattern();
}
