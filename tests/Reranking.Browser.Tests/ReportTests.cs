using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Reranking.Browser.Tests;

/// <summary>The page that an evaluation writes, opened as a file.</summary>
public sealed class ReportTests(Chromium chromium, HelpCenterReport report) : IClassFixture<HelpCenterReport>
{
    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 360)]
    public async Task Page_FoldedAndUnfolded_IsAccessibleAndFits(ColorScheme scheme, int width)
    {
        await using BrowserPage page = await OpenAsync(new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 800 } });
        await page.AssertAccessibleAsync("folded");

        await page.Page.EvaluateAsync("document.querySelectorAll('details').forEach(details => details.open = true)");
        await page.AssertAccessibleAsync("unfolded");
        page.AssertQuiet();
    }

    [Fact]
    public async Task Page_WithoutJavaScript_ShowsEverything()
    {
        await using BrowserPage page = await OpenAsync(new() { JavaScriptEnabled = false });

        await Expect(page["h1"]).ToHaveTextAsync("Is reranking worth it on help desk?");
        await Expect(page["tbody"].First.Locator("tr")).ToHaveCountAsync(3);
        foreach (ILocator plot in await page["svg"].AllAsync())
        {
            await Expect(plot).ToBeVisibleAsync();
        }

        ILocator query = page["details"].First;
        await Expect(query.Locator("table")).ToBeHiddenAsync();
        await query.Locator("summary").ClickAsync();
        await Expect(query.Locator("table")).ToBeVisibleAsync();
        page.AssertQuiet();
    }

    [Fact]
    public async Task Plots_TextsAndMarks_LieWithinThemAndApart()
    {
        await using BrowserPage page = await OpenAsync();

        string[] outside = await page.Page.EvaluateAsync<string[]>(
            """
            () => [...document.querySelectorAll('svg')].flatMap(svg => {
                const frame = svg.getBoundingClientRect();
                return [...svg.querySelectorAll('text, circle, rect, polyline')].filter(mark => {
                    const box = mark.getBoundingClientRect();
                    return box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
                }).map(mark => `${svg.getAttribute('aria-label')}: ${mark.tagName} ${mark.textContent}`);
            })
            """);
        string[] covered = await page.Page.EvaluateAsync<string[]>(
            """
            () => [...document.querySelectorAll('svg')].flatMap(svg => {
                const texts = [...svg.querySelectorAll('text')].map(text => ({ text: text.textContent, box: text.getBoundingClientRect() }));
                return texts.flatMap((one, i) => texts.slice(i + 1).filter(two => one.box.left < two.box.right - 1 && two.box.left < one.box.right - 1
                    && one.box.top < two.box.bottom - 3 && two.box.top < one.box.bottom - 3)
                    .map(two => `${svg.getAttribute('aria-label')}: ${one.text} / ${two.text}`));
            })
            """);

        Assert.Empty(outside);
        Assert.Empty(covered);
    }

    [Fact]
    public async Task Plots_OnATelephone_CanStillBeRead()
    {
        await using BrowserPage page = await OpenAsync(new() { ViewportSize = new() { Width = 360, Height = 800 } });

        double[] heights = await page["svg text"].EvaluateAllAsync<double[]>(
            "texts => texts.filter(text => !text.hasAttribute('transform')).map(text => text.getBoundingClientRect().height)");

        Assert.All(heights, static height => Assert.InRange(height, 10, 30));
    }

    [Fact]
    public async Task Page_InTheDark_IsDark()
    {
        await using BrowserPage page = await OpenAsync(new() { ColorScheme = ColorScheme.Dark });

        Assert.InRange(
            await page.Page.EvaluateAsync<double>("Math.max(...getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number))"), 0, 40);
    }

    [Fact]
    public async Task Page_OnPaper_IsUnfolded()
    {
        await using BrowserPage page = await OpenAsync();
        Assert.True(await page["details table"].First.EvaluateAsync<double>("table => table.getBoundingClientRect().height") == 0);

        await page.Page.EmulateMediaAsync(new() { Media = Media.Print });

        Assert.All(
            await page["details table"].EvaluateAllAsync<double[]>("tables => tables.map(table => table.getBoundingClientRect().height)"),
            static height => Assert.True(height > 20));
        page.AssertQuiet();
    }

    private async Task<BrowserPage> OpenAsync(BrowserNewContextOptions? options = null)
    {
        Chromium.SkipIfMissing();   // before the models score for nobody
        return await chromium.OpenAsync(await report.AddressAsync(), options);
    }
}
