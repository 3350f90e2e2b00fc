using System.Collections.Concurrent;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Reranking.Browser.Tests;

/// <summary>A page that writes down what a page should not do: errors, dialogs, violations of its policy, requests to elsewhere.</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    private const string ReportViolations =
        "document.addEventListener('securitypolicyviolation', e => console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`))";

    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _incidents = [];

    private BrowserPage(IBrowserContext context, IPage page, Uri address)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) => NoteIf(message.Type is "error" or "warning", $"console: {message.Text}");
        page.PageError += (_, error) => _incidents.Enqueue($"error: {error}");
        page.Popup += (_, popup) => _incidents.Enqueue($"popup: {popup.Url}");
        page.Dialog += async (_, dialog) =>
        {
            _incidents.Enqueue($"dialog: {dialog.Message}");
            await dialog.DismissAsync();
        };
        context.Request += (_, request) => NoteIf(!IsOf(address, new Uri(request.Url)), $"request: {request.Url}");
    }

    public IPage Page { get; }

    public static async Task<BrowserPage> OpenAsync(IBrowserContext context, Uri address)
    {
        await context.AddInitScriptAsync(ReportViolations);
        var page = new BrowserPage(context, await context.NewPageAsync(), address);
        await page.Page.GotoAsync(address.AbsoluteUri);
        return page;
    }

    public ILocator this[string selector] => Page.Locator(selector);

    /// <summary>Fails if the page did something that it should not.</summary>
    /// <param name="refusals">How many requests the server refused on purpose, which Chromium writes to the console.</param>
    public void AssertQuiet(int refusals = 0)
    {
        string[] incidents = [.. _incidents];
        Assert.DoesNotContain(incidents, static incident => !IsRefusal(incident));
        Assert.Equal(refusals, incidents.Count(IsRefusal));

        static bool IsRefusal(string incident) => incident.StartsWith("console: Failed to load resource", StringComparison.Ordinal);
    }

    /// <summary>Fails if axe finds anything, or the page is wider than the window.</summary>
    public async Task AssertAccessibleAsync(string state)
    {
        AssertNoOverflow(state, await Page.EvaluateAsync<int[]>("[document.documentElement.scrollWidth, document.documentElement.clientWidth]"));
        AxeResult result = await Page.RunAxe();
        Assert.Empty(result.Violations.Select(violation =>
            $"{state}: {violation.Impact}, {violation.Id}: {violation.Help}: {string.Join(" | ", violation.Nodes.Select(static node => node.Html))}"));
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    private static void AssertNoOverflow(string state, int[] widths) =>
        Assert.True(widths[0] <= widths[1], $"{state}: the page is {widths[0]} px wide in a window of {widths[1]} px.");

    private static bool IsOf(Uri address, Uri request) =>
        request.Scheme == "data"
        || (address.IsFile ? request == address : request.GetLeftPart(UriPartial.Authority) == address.GetLeftPart(UriPartial.Authority));

    private void NoteIf(bool condition, string incident)
    {
        if (condition)
        {
            _incidents.Enqueue(incident);
        }
    }
}
