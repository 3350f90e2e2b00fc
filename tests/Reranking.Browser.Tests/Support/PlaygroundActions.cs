using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Reranking.Browser.Tests;

/// <summary>What a person does on the playground.</summary>
internal static class PlaygroundActions
{
    public const string SampleQuestion = "My parcel never arrived. Do I get a refund?";
    public const int SampleAnswer = 10;   // the position of the passage that answers it

    /// <summary>Loads the sample and reranks it.</summary>
    public static async Task RerankSampleAsync(this BrowserPage page, string? model = null, string? other = null)
    {
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Load the sample" }).ClickAsync();
        await page.ChooseAsync(model, other);
        await page.RerankAsync();
    }

    /// <summary>Fills in a query and documents, and reranks them.</summary>
    public static async Task RerankAsync(this BrowserPage page, string query, IEnumerable<string> documents, string? model = null, string? other = null)
    {
        await page.Page.GetByLabel("Query").FillAsync(query);
        await page.Page.GetByLabel("Documents").FillAsync(string.Join("\n\n", documents));
        await page.ChooseAsync(model, other);
        await page.RerankAsync();
    }

    /// <summary>Presses the button, and waits until there is an answer or an error.</summary>
    public static async Task RerankAsync(this BrowserPage page)
    {
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Rerank", Exact = true }).ClickAsync();
        await page.AnsweredAsync();
    }

    /// <summary>Waits until there is an answer or an error.</summary>
    public static async Task AnsweredAsync(this BrowserPage page)
    {
        await Expect(page["#results[aria-busy]"]).ToHaveCountAsync(0);
        await Expect(page["ol.ranking > li, #error > p"]).Not.ToHaveCountAsync(0);
    }

    private static async Task ChooseAsync(this BrowserPage page, string? model, string? other)
    {
        if (model is not null)
        {
            await page.Page.GetByLabel("Model", new() { Exact = true }).SelectOptionAsync(model);
        }

        if (other is not null)
        {
            await page.Page.GetByLabel("Side by side with").SelectOptionAsync(other);
        }
    }
}
