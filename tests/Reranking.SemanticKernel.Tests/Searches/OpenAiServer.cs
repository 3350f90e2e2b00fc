using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Reranking.SemanticKernel.Tests;

/// <summary>
/// A chat model on a loopback socket that speaks OpenAI's chat completions, whole and streamed. It first calls the one tool that it is offered, with the user's
/// words as the query, and then answers with the first entry of what the tool gave: as a model does that believes what comes first.
/// </summary>
public sealed class OpenAiServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OpenAiServer(WebApplication app) => _app = app;

    /// <summary>Gets the requests that came in.</summary>
    public ConcurrentQueue<JsonNode> Requests { get; } = [];

    public Uri Endpoint => new($"{_app.Urls.Single()}/v1");

    /// <summary>Gets what the tool gave, as it stood in the second request.</summary>
    public JsonArray ToolResult => JsonNode.Parse((string)ToolMessage(Requests.Last())!["content"]!)!.AsArray();

    public static async Task<OpenAiServer> StartAsync(int count)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new OpenAiServer(builder.Build());
        server._app.MapPost("/v1/chat/completions", context => server.AnswerAsync(context, count));
        await server._app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static JsonNode? ToolMessage(JsonNode request) =>
        request["messages"]!.AsArray().LastOrDefault(static message => (string?)message!["role"] == "tool");

    // The text of a result is the entry itself, or its Value.
    private static string FirstEntry(JsonNode toolMessage) =>
        JsonNode.Parse((string)toolMessage["content"]!)!.AsArray()[0] is JsonObject result
            ? (string)result["Value"]!
            : (string)JsonNode.Parse((string)toolMessage["content"]!)![0]!;

    private static JsonObject Call(JsonNode request, int count) => new()
    {
        ["index"] = 0,
        ["id"] = "call_1",
        ["type"] = "function",
        ["function"] = new JsonObject
        {
            ["name"] = (string)request["tools"]!.AsArray().Single()!["function"]!["name"]!,
            ["arguments"] = new JsonObject
            {
                ["query"] = (string)request["messages"]!.AsArray().Last(static message => (string?)message!["role"] == "user")!["content"]!,
                ["count"] = count,
            }.ToJsonString(),
        },
    };

    private static JsonObject Completion(string kind, string part, JsonObject? message, string? finishReason) => new()
    {
        ["id"] = "chat_1",
        ["object"] = kind,
        ["created"] = 0,
        ["model"] = "loopback",
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, [part] = message ?? [], ["finish_reason"] = finishReason }),
    };

    private async Task AnswerAsync(HttpContext context, int count)
    {
        JsonNode request = (await JsonNode.ParseAsync(context.Request.Body))!;
        Requests.Enqueue(request);
        JsonNode? tool = ToolMessage(request);
        bool isStream = (bool?)request["stream"] ?? false;
        if (!isStream)
        {
            JsonObject message = tool is null
                ? new() { ["role"] = "assistant", ["content"] = null, ["tool_calls"] = new JsonArray(Call(request, count)) }
                : new() { ["role"] = "assistant", ["content"] = FirstEntry(tool) };
            await context.Response.WriteAsJsonAsync(Completion("chat.completion", "message", message, tool is null ? "tool_calls" : "stop"));
            return;
        }

        context.Response.ContentType = "text/event-stream";
        IEnumerable<JsonObject> deltas = tool is null
            ? [new() { ["role"] = "assistant", ["tool_calls"] = new JsonArray(Call(request, count)) }]
            : FirstEntry(tool).Chunk(20).Select(static part => new JsonObject { ["role"] = "assistant", ["content"] = new string(part) });
        foreach (JsonObject delta in deltas)
        {
            await SendAsync(Completion("chat.completion.chunk", "delta", delta, finishReason: null).ToJsonString());
        }

        await SendAsync(Completion("chat.completion.chunk", "delta", message: null, tool is null ? "tool_calls" : "stop").ToJsonString());
        await SendAsync("[DONE]");

        async Task SendAsync(string data)
        {
            await context.Response.WriteAsync($"data: {data}\n\n");
            await context.Response.Body.FlushAsync();
        }
    }
}
