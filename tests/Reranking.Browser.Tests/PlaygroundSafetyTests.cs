using Reranking.AspNetCore.Tests;
using static Microsoft.Playwright.Assertions;

namespace Reranking.Browser.Tests;

/// <summary>Whatever a text says, it stays a text.</summary>
public sealed class PlaygroundSafetyTests(Chromium chromium, ModelServer server)
{
    private static readonly string[] Hostile =
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(2)>",
        "\"><svg onload=alert(3)>",
        "</p></li></textarea><iframe srcdoc='<script>alert(4)</script>'></iframe>",
        "<a href=\"javascript:alert(5)\">free refunds</a>",
        "<style>body{display:none}</style><link rel=stylesheet href=//example.invalid/x.css>",
        "<meta http-equiv=refresh content='0;url=//example.invalid'><base href=//example.invalid>",
        "${alert(6)} {{constructor.constructor('alert(7)')()}}",
        "&lt;b&gt;entities stay too&lt;/b&gt;",
        "\u202Eright to left\u202C and a \u0000 and a \uD83D\uDE00",
    ];

    [Fact]
    public async Task HostileTexts_InDocumentsAndQuery_StayTexts()
    {
        await using BrowserPage page = await chromium.OpenAsync(server.Address);
        string[] documents = [.. Hostile.Select(static text => text.Replace("\0", "", StringComparison.Ordinal))];

        await page.RerankAsync("<img src=x onerror=alert(8)> refund?", documents);

        Assert.Equal(documents.Order(StringComparer.Ordinal), (await page["ol.ranking .text"].AllTextContentsAsync()).Order(StringComparer.Ordinal));
        await AssertNoForeignElements(page);
        page.AssertQuiet();
    }

    [Fact]
    public async Task HostileTexts_InLongDocumentsWithAWindow_StayTexts()
    {
        await using RerankServer stub = await RerankServer.StartAsync(map: ModelServer.Map);
        await using BrowserPage page = await chromium.OpenAsync(stub.Address);
        string document = $"window <img src=x onerror=alert(1)>{new string('x', 600)}<script>alert(2)</script>.";

        await page.RerankAsync("q", [document]);
        await page["ol.ranking button"].ClickAsync();

        await Expect(page[".text"]).ToHaveTextAsync(document);
        await Expect(page["mark"]).ToHaveTextAsync(document[7..^1]);
        await AssertNoForeignElements(page);
        page.AssertQuiet();
    }

    [Fact]
    public async Task HostileTexts_InNamesOfModels_StayTexts()
    {
        const string Name = "<img src=x onerror=alert(1)>";
        await using RerankServer stub = await RerankServer.StartAsync(
            add: static builder => builder
                .AddScorer(Name, static _ => new StubScorer(StubScorer.Length))
                .AddScorer("b'</script>", static _ => new StubScorer(StubScorer.Length))
                .Use(Name),
            map: ModelServer.Map);
        await using BrowserPage page = await chromium.OpenAsync(stub.Address);

        await page.RerankAsync("q", ["a", "bb"], Name, "b'</script>");

        await Expect(page["#rankings h3"]).ToHaveTextAsync([Name, "b'</script>"]);
        await AssertNoForeignElements(page);
        page.AssertQuiet();
    }

    [Fact]
    public async Task Policy_ScriptsAndRequestsThatAreNotThePages_AreBlocked()
    {
        await using BrowserPage page = await chromium.OpenAsync(server.Address);

        // As if a text had got through: what it would do is forbidden all the same.
        string[] blocked = await page.Page.EvaluateAsync<string[]>(
            """
            async () => {
                const seen = [];
                document.addEventListener('securitypolicyviolation', e => seen.push(e.effectiveDirective));
                document.body.insertAdjacentHTML('beforeend',
                    '<img src="https://example.invalid/x.png" onerror="document.title = 1"><iframe src="/"></iframe><p style="color:red">');
                const script = document.createElement('script');
                script.textContent = 'document.title = 2';
                document.body.append(script);
                await fetch('https://example.invalid/').catch(() => null);
                await new Promise(done => setTimeout(done, 200));
                return [...new Set(seen)].sort().concat(document.title);
            }
            """);

        Assert.Equal(
            ["connect-src", "frame-src", "img-src", "script-src-attr", "script-src-elem", "style-src-attr", "Reranking playground"], blocked);
    }

    private static async Task AssertNoForeignElements(BrowserPage page)
    {
        Assert.Equal(0, await page["img, iframe, svg, style, base, body a:not(.skip), body script, meta[http-equiv]"].CountAsync());
        Assert.Equal("Reranking playground", await page.Page.TitleAsync());
    }
}
