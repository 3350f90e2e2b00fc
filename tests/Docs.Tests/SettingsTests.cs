using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Reranking;

namespace Docs.Tests;

/// <summary>Settings that a page shows are settings that an application accepts.</summary>
public sealed class SettingsTests
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = false };

    public static TheoryData<string> Pages => [.. Repository.Manual.Where(static page => new MarkdownPage(page).Blocks("json").Any())];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Json_OfEveryPage_ParsesAndStarts(string page)
    {
        foreach ((string code, int line) in new MarkdownPage(page).Blocks("json"))
        {
            // Some show a section alone.
            string json = code.TrimStart().StartsWith('{') ? code : $"{{ {code} }}";
            try
            {
                using var document = JsonDocument.Parse(json, Lenient);
                if (document.RootElement.TryGetProperty("Reranking", out JsonElement section) && section.TryGetProperty("Scorers", out _))
                {
                    await StartAsync(json);
                }
            }
            catch (Exception exception)
            {
                Assert.Fail($"{page}:{line}: {exception.Message}");
            }
        }
    }

    private static async Task StartAsync(string json)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json)));
        builder.Configuration.AddInMemoryCollection([new("Reranking:WarmUp", nameof(RerankingWarmUp.OnFirstCall))]);
        foreach (IConfigurationSection scorer in builder.Configuration.GetSection("Reranking:Scorers").GetChildren())
        {
            // What a page leaves to its reader: a secret, and a folder that is not here.
            if (scorer["Provider"] != "Onnx")
            {
                scorer["ApiKey"] = "key";
            }
            else if (scorer["ModelPath"] is not null)
            {
                scorer["ModelPath"] = Path.Combine(Repository.Root, "models", "ms-marco-MiniLM-L-12-v2-int8");
            }
        }

        builder.Services.AddReranking(builder.Configuration.GetSection("Reranking")).AddOnnx().AddHttp();

        using IHost host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
    }
}
