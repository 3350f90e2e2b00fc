using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Reranking.KernelMemory.Tests;

/// <summary>
/// A service on a loopback socket that speaks the contract of Kernel Memory's <c>/search</c>: the bare key in a header, problem+json, files that group
/// partitions, limits that count files.
/// </summary>
public sealed class KernelMemoryServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Memory[] _memories;

    private KernelMemoryServer(WebApplication app, IEnumerable<Memory> memories)
    {
        _app = app;
        _memories = [.. memories];
    }

    /// <summary>Gets or sets the key, or <see langword="null"/> where authorization is off.</summary>
    public string? Key { get; set; }

    public string KeyHeader { get; set; } = "Authorization";

    /// <summary>Gets or sets what the service does instead of answering.</summary>
    public Func<HttpContext, Task>? Script { get; set; }

    /// <summary>Gets the bodies that came in.</summary>
    public ConcurrentQueue<JsonNode> Requests { get; } = [];

    public Uri Address => new(_app.Urls.Single());

    public static async Task<KernelMemoryServer> StartAsync(IEnumerable<Memory> memories, string prefix = "")
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new KernelMemoryServer(builder.Build(), memories);
        server._app.MapPost($"{prefix}/search", server.AnswerAsync);
        await server._app.StartAsync();
        return server;
    }

    public static Task ProblemAsync(HttpContext context, int status, string title, string detail)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new JsonObject { ["title"] = title, ["status"] = status, ["detail"] = detail }, options: null, "application/problem+json");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static JsonObject Citation(IGrouping<string, (Memory Memory, int Number)> file) => new JsonObject
    {
        ["link"] = $"help/{file.Key}/{file.Key}.md",
        ["index"] = "help",
        ["documentId"] = file.Key,
        ["fileId"] = $"{file.Key}.md",
        ["sourceContentType"] = "text/markdown",
        ["sourceName"] = $"{file.Key}.md",
        ["sourceUrl"] = $"/download?index=help&documentId={file.Key}&filename={file.Key}.md",
        ["partitions"] = new JsonArray([.. file.Select(static partition => (JsonNode)new JsonObject
        {
            ["text"] = partition.Memory.Text,
            ["relevance"] = partition.Memory.Relevance,
            ["partitionNumber"] = partition.Number,
            ["sectionNumber"] = 3,
            ["lastUpdate"] = "2025-05-08T10:00:00+00:00",
            ["tags"] = new JsonObject { ["__document_id"] = new JsonArray(partition.Memory.File), ["user"] = new JsonArray("7", null) },
        })]),
    };

    private async Task AnswerAsync(HttpContext context)
    {
        if (Key is not null && !context.Request.Headers.ContainsKey(KeyHeader))
        {
            await ProblemAsync(context, StatusCodes.Status401Unauthorized, "Unauthorized", "Missing API Key HTTP header");
            return;
        }

        if (Key is not null && context.Request.Headers[KeyHeader] != Key)
        {
            await ProblemAsync(context, StatusCodes.Status403Forbidden, "Forbidden", "Invalid API Key");
            return;
        }

        JsonNode request = (await JsonNode.ParseAsync(context.Request.Body))!;
        Requests.Enqueue(request);
        if (Script is not null)
        {
            await Script(context);
            return;
        }

        int limit = (int)request["limit"]!;
        JsonObject[] citations =
        [
            .. _memories
                .Where(memory => memory.Relevance >= (double)request["minRelevance"]!)
                .GroupBy(static memory => memory.File)
                .Select(
                    static file =>
                        Citation(file.Select(static (memory, number) => (memory, number)).GroupBy(static partition => partition.memory.File).Single()))
                .Take(limit > 0 ? limit : 100),
        ];
        await context.Response.WriteAsJsonAsync(
            new JsonObject { ["query"] = (string)request["query"]!, ["noResult"] = citations.Length == 0, ["results"] = new JsonArray(citations) });
    }
}
