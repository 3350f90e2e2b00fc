using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Reranking.Browser.Tests.Chromium))]

namespace Reranking.Browser.Tests;

/// <summary>The Chromium of the system, started by the first test that opens a page; each page gets a context of its own.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private const float Patience = 60_000;   // milliseconds until something that hangs fails; a busy machine is not a failure

    private static readonly string[] Names = OperatingSystem.IsWindows()
        ? ["chrome.exe", "msedge.exe"]
        : ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private readonly SemaphoreSlim _gate = new(1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Opens a page; the test is skipped where no browser is installed.</summary>
    internal async Task<BrowserPage> OpenAsync(Uri address, BrowserNewContextOptions? options = null)
    {
        SkipIfMissing();
        IBrowser browser = await BrowserAsync();
        options ??= new BrowserNewContextOptions();
        options.ReducedMotion ??= ReducedMotion.Reduce;   // what moves can't be clicked
        options.Locale = "en-US";
        IBrowserContext context = await browser.NewContextAsync(options);
        context.SetDefaultTimeout(Patience);
        return await BrowserPage.OpenAsync(context, address);
    }

    /// <summary>Skips the test where no browser is installed.</summary>
    internal static void SkipIfMissing() =>
        Assert.SkipWhen(Find() is null, "Chromium is not installed. Install the package chromium (Debian) or Google Chrome.");

    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(static folder => Names.Select(name => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    private async Task<IBrowser> BrowserAsync()
    {
        await _gate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            Assertions.SetDefaultExpectTimeout(Patience);
            _playwright ??= await Playwright.CreateAsync();
            return _browser ??= await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = Find(),
                Args = ["--no-sandbox", "--disable-gpu"],   // as root in a container there is no sandbox; the pages are our own
            });
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _gate.Dispose();
    }
}
