namespace Reranking.Browser.Tests;

/// <summary>
/// Writes the pictures of the READMEs. Explicit, as they change files of the repository:
/// <c>dotnet test tests/Reranking.Browser.Tests -- xUnit.Explicit=only</c>.
/// </summary>
public sealed class ScreenshotTests(Chromium chromium, ModelServer server, HelpCenterReport report) : IClassFixture<HelpCenterReport>
{
    private const int MaxBytes = 200_000;

    [Fact(Explicit = true)]
    public async Task Playground_TwoModels_IsThePictureOfTheReadme()
    {
        await using BrowserPage page = await chromium.OpenAsync(server.Address, new() { ViewportSize = new() { Width = 1280, Height = 900 } });

        await page.RerankSampleAsync("minilm", "screening");
        await page.RerankAsync();   // again: the first run of a model is not what it takes
        await page["#results-title"].FocusAsync();

        await WriteAsync(page, "playground.png");
    }

    [Fact(Explicit = true)]
    public async Task Report_OfTheHelpCenter_IsThePictureOfTheReadme()
    {
        await using BrowserPage page = await chromium.OpenAsync(
            await report.AddressAsync(questionCount: int.MaxValue), new() { ViewportSize = new() { Width = 1200, Height = 1300 } });

        await WriteAsync(page, "eval-report.png");
    }

    private static async Task WriteAsync(BrowserPage page, string name)
    {
        byte[] picture = await page.Page.ScreenshotAsync();
        Assert.InRange(picture.Length, 1, MaxBytes);
        await File.WriteAllBytesAsync(Path.Combine(Images(), name), picture, TestContext.Current.CancellationToken);
    }

    private static string Images()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Plugin.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }

        return Directory.CreateDirectory(Path.Combine(folder, "docs", "images")).FullName;
    }
}
