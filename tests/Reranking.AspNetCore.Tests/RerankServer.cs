using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Reranking.AspNetCore.Tests;

/// <summary>The endpoints on a socket of Kestrel's, over a scorer of the test.</summary>
internal sealed class RerankServer : IAsyncDisposable
{
    private RerankServer(WebApplication app, Uri address)
    {
        (App, Address) = (app, address);
        Client = new HttpClient { BaseAddress = address };
    }

    public WebApplication App { get; }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public FakeLogCollector Logs => App.Services.GetFakeLogCollector();

    public static async Task<RerankServer> StartAsync(
        Func<string, string, double>? score = null,
        Action<RerankingServerOptions>? configure = null,
        Func<CancellationToken, Task>? before = null,
        Action<RerankingBuilder>? add = null,
        Action<WebApplication>? map = null,
        IConfigurationSection? section = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddFakeLogging().SetMinimumLevel(LogLevel.Trace);
        RerankingBuilder reranking = section is null ? builder.Services.AddReranking() : builder.Services.AddReranking(section);
        if (add is null)
        {
            reranking.AddScorer(new StubScorer(score ?? StubScorer.Length, before));
        }
        else
        {
            add(reranking);
        }

        builder.Services.AddRerankingServer(configure ?? (static _ => { }));
        WebApplication app = builder.Build();
        (map ?? (static app => app.MapReranking()))(app);
        app.MapRerankingOpenApi();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new RerankServer(app, new Uri(app.Urls.Single()));
    }

    /// <summary>Posts a body, and returns the status and what came back.</summary>
    public async Task<(HttpStatusCode Status, JsonNode? Body, HttpResponseMessage Response)> PostAsync(string path, string body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (key is not null)
        {
            request.Headers.Authorization = new("Bearer", key);
        }

        HttpResponseMessage response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text), response);
    }

    public async Task<(HttpStatusCode Status, JsonNode? Body)> GetAsync(string path)
    {
        using HttpResponseMessage response = await Client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    /// <summary>Returns all that was logged so far.</summary>
    public string AllLogs() => string.Join('\n', Logs.GetSnapshot().Select(record =>
        $"{record.Message} {record.Exception} {JsonSerializer.Serialize(record.StructuredState)}"));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
    }
}
