using Microsoft.Playwright;
using Reranking.AspNetCore.Tests;
using static Microsoft.Playwright.Assertions;

namespace Reranking.Browser.Tests;

/// <summary>The playground by keyboard, by screen reader, on a telephone and in the dark.</summary>
public sealed class PlaygroundAccessTests(Chromium chromium, ModelServer server)
{
    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 360)]
    public async Task Page_InEachState_IsAccessibleAndFits(ColorScheme scheme, int width)
    {
        await using RerankServer stub = await RerankServer.StartAsync(
            add: static builder => builder
                .AddScorer("model", static _ => new StubScorer(StubScorer.Length))
                .AddScorer("another-model-whose-name-has-no-space-and-goes-on-and-on", static _ => new StubScorer(static (_, text) => -text.Length))
                .Use("model"),
            configure: static options => options.MaxDocuments = 20,
            map: ModelServer.Map);
        await using BrowserPage page = await chromium.OpenAsync(stub.Address, Options(scheme, width));
        await page.AssertAccessibleAsync("at first");

        await page.RerankSampleAsync("model", "another-model-whose-name-has-no-space-and-goes-on-and-on");
        await page.AssertAccessibleAsync("two models");

        foreach (ILocator summary in await page["summary"].AllAsync())
        {
            if (await summary.Locator("xpath=..").GetAttributeAsync("open") is null)
            {
                await summary.ClickAsync();
            }
        }

        await page.AssertAccessibleAsync("code");
        await page.RerankAsync("q", [$"window {new string('m', 2_000)} end", "long " + new string('W', 700), "\u05D0\u05D1\u05D2"]);
        await page.AssertAccessibleAsync("windows, words without end, cut texts");
        await page.RerankAsync("", ["a"]);
        await page.AssertAccessibleAsync("no query");
        await page.RerankAsync("q", Enumerable.Repeat("x", 21));
        await page.AssertAccessibleAsync("refused");
    }

    [Fact]
    public async Task Page_InTheDark_IsDark()
    {
        await using BrowserPage page = await chromium.OpenAsync(server.Address, Options(ColorScheme.Light, 1280));
        double light = await BrightnessAsync(page);

        await page.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });

        Assert.InRange(await BrightnessAsync(page), 0, 40);
        Assert.InRange(light, 240, 255);

        static Task<double> BrightnessAsync(BrowserPage page) => page.Page.EvaluateAsync<double>(
            "Math.max(...getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number))");
    }

    [Fact]
    public async Task Keyboard_Alone_IsEnough()
    {
        await using BrowserPage page = await chromium.OpenAsync(
            server.Address, new() { Permissions = ["clipboard-read", "clipboard-write"] });
        IKeyboard keyboard = page.Page.Keyboard;
        await Expect(page["#other-field"]).ToBeVisibleAsync();

        Assert.Equal("skip", await TabAsync());
        Assert.Equal("query", await TabAsync());
        Assert.Equal("documents", await TabAsync());
        Assert.Equal("sample", await TabAsync());
        await keyboard.PressAsync("Enter");
        Assert.Equal("model", await TabAsync());
        await keyboard.PressAsync("ArrowDown");
        Assert.Equal("other", await TabAsync());
        Assert.Equal("rerank", await TabAsync());
        await keyboard.PressAsync("Enter");
        await page.AnsweredAsync();
        await Expect(page["#rankings h3"]).ToHaveTextAsync("minilm");
        await Expect(page["ol.ranking > li"].First).ToContainTextAsync("Lost deliveries");

        Assert.Equal("summary curl", await TabAsync());
        Assert.Equal("copy curl", await TabAsync());
        await keyboard.PressAsync("Enter");
        await Expect(page["#copied"]).ToHaveTextAsync("Copied.");
        Assert.Equal(await page["#curl"].TextContentAsync(), await page.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        Assert.Equal("region curl", await TabAsync());
        Assert.Equal("summary C#", await TabAsync());
        await keyboard.PressAsync("Enter");
        Assert.Equal("copy csharp", await TabAsync());

        await page["#documents"].FocusAsync();
        await page["#documents"].FillAsync("one\ntwo");
        await keyboard.PressAsync("Control+Enter");
        await Expect(page["ol.ranking > li"]).ToHaveCountAsync(2);

        await page["body"].PressAsync("Home");
        await page["a.skip"].FocusAsync();
        await keyboard.PressAsync("Enter");
        await Expect(page["#results"]).ToBeFocusedAsync();
        page.AssertQuiet();

        // Moves on, and says where to, if that can be seen.
        async Task<string> TabAsync()
        {
            await keyboard.PressAsync("Tab");
            return await page.Page.EvaluateAsync<string>(
                """
                () => {
                    const node = document.activeElement;
                    const style = getComputedStyle(node);
                    return style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2 ? `${node.id || node.tagName} without an outline`
                        : node.id || (node.dataset.copy ? `copy ${node.dataset.copy}` : '') || node.className
                        || (node.tagName === 'SUMMARY' ? `summary ${node.textContent}` : `${node.getAttribute('role')} ${node.getAttribute('aria-label')}`);
                }
                """);
        }
    }

    [Fact]
    public async Task ScreenReader_NamesStatesAndChanges_AreThere()
    {
        await using BrowserPage page = await chromium.OpenAsync(server.Address);
        IPage reader = page.Page;
        await Expect(reader.GetByRole(AriaRole.Status).First).ToHaveTextAsync("Nothing reranked yet.");
        await Expect(reader.GetByRole(AriaRole.Textbox, new() { Name = "Documents" })).ToHaveAccessibleDescriptionAsync(
            "One a line, or with blank lines between them. Ctrl + Enter reranks. No documents");

        await page.RerankSampleAsync("minilm", "minilm-windows");

        await Expect(reader.GetByRole(AriaRole.Region, new() { Name = "Ranking" })).ToBeVisibleAsync();
        await Expect(reader.GetByRole(AriaRole.List, new() { Name = "minilm", Exact = true }).GetByRole(AriaRole.Listitem)).ToHaveCountAsync(12);
        await Expect(reader.GetByRole(AriaRole.List, new() { Name = "minilm-windows" }).GetByRole(AriaRole.Listitem).First).ToContainTextAsync("score ");
        await Expect(reader.GetByRole(AriaRole.Button, new() { Name = "Copy C#" })).ToHaveCountAsync(0);   // folded away
        await Expect(reader.GetByRole(AriaRole.Button, new() { Name = "Copy curl" })).ToBeVisibleAsync();

        await reader.GetByLabel("Query").FillAsync("");
        await page.RerankAsync();

        await Expect(reader.GetByRole(AriaRole.Alert)).ToHaveTextAsync("Write a query first.");
        await Expect(reader.GetByLabel("Query")).ToBeFocusedAsync();
        await Expect(reader.GetByLabel("Query")).ToHaveAttributeAsync("aria-invalid", "true");
    }

    [Fact]
    public async Task Motion_WhereItIsWelcome_EndsAtTheRanking()
    {
        await using BrowserPage page = await chromium.OpenAsync(server.Address, new() { ReducedMotion = ReducedMotion.NoPreference });

        await page.RerankSampleAsync();
        await page.Page.EvaluateAsync("() => Promise.all(document.getAnimations().map(animation => animation.finished))");

        double[] tops = await page["ol.ranking > li"].EvaluateAllAsync<double[]>("items => items.map(item => item.getBoundingClientRect().top)");
        Assert.Equal(tops.Order(), tops);
        page.AssertQuiet();
    }

    [Fact]
    public async Task JavaScript_Off_IsSaid()
    {
        await using BrowserPage page = await chromium.OpenAsync(server.Address, new() { JavaScriptEnabled = false });

        await Expect(page["noscript p"]).ToHaveTextAsync("This page asks the server by JavaScript, which is off in this browser.");
    }

    private static BrowserNewContextOptions Options(ColorScheme scheme, int width) => new()
    {
        ColorScheme = scheme,
        ViewportSize = new() { Width = width, Height = 800 },
    };
}
