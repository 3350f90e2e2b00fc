using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Samples;

/// <summary>
/// Speaks the <c>/search</c> of Kernel Memory's web service on this machine, over the articles of the help center, so that the sample runs offline.
/// </summary>
internal sealed class KernelMemoryStandIn : IAsyncDisposable
{
    // What the service takes where no limit is given is a setting of it; this is its default.
    private const int MaxMatchesCount = 100;

    private readonly WebApplication _application;

    private KernelMemoryStandIn(WebApplication application) => _application = application;

    public Uri Address => new(_application.Urls.First());

    public static async Task<KernelMemoryStandIn> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port: 0));
        WebApplication application = builder.Build();
        application.MapPost("/search", Search);
        await application.StartAsync();
        return new KernelMemoryStandIn(application);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static IResult Search(SearchRequest request)
    {
        IReadOnlyList<Article> found = HelpCenter.Search(request.Query, request.Limit > 0 ? request.Limit : MaxMatchesCount);
        return Results.Json(new
        {
            request.Query,
            NoResult = found.Count == 0,
            Results = found.Select((article, rank) => new
            {
                Link = $"help/{rank}/content.txt",
                Index = "help",
                DocumentId = article.Title.Replace(' ', '-'),
                FileId = "content.txt",
                SourceContentType = "text/plain",
                SourceName = article.Title,
                Partitions = new[] { new { article.Text, Relevance = 1.0 / (rank + 1), PartitionNumber = 0, SectionNumber = 0 } },
            }),
        });
    }

    private sealed record SearchRequest(string Query, int Limit);
}
