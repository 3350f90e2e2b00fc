using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Reranking.Tool.Tests.Support;

/// <summary>A request for a chat completion.</summary>
/// <param name="Authorization">The header.</param>
/// <param name="Model">The name of the model.</param>
/// <param name="Temperature">The temperature, if there is one.</param>
/// <param name="Instructions">The message of the system.</param>
/// <param name="Text">The message of the user.</param>
internal sealed record ChatServerRequest(string Authorization, string Model, double? Temperature, string Instructions, string Text);

/// <summary>A server on this machine that speaks <c>/v1/chat/completions</c>, over a real socket.</summary>
internal sealed class ChatServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private int _count;

    private ChatServer(WebApplication application) => _application = application;

    public string Endpoint => $"{_application.Urls.First()}/v1";

    public ConcurrentQueue<ChatServerRequest> Requests { get; } = [];

    /// <summary>Gets or sets what is done instead of answering, by the number of the request from 1; it returns whether it has.</summary>
    public Func<HttpContext, int, Task<bool>> Instead { get; set; } = static (_, _) => Task.FromResult(false);

    /// <summary>Gets or sets what the model writes.</summary>
    public Func<ChatServerRequest, string> Answer { get; set; } = AnswerByTopic;

    public static async Task<ChatServer> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, port: 0));
        WebApplication application = builder.Build();
        var server = new ChatServer(application);
        application.MapPost("/v1/chat/completions", server.AnswerAsync);
        await application.StartAsync();
        return server;
    }

    /// <summary>Returns an answer as servers write it, with more around the message than is needed.</summary>
    public static string Completion(string content) => JsonSerializer.Serialize(new
    {
        id = "c1",
        @object = "chat.completion",
        choices = new[] { new { index = 0, message = new { role = "assistant", content }, finish_reason = "stop" } },
        usage = new { prompt_tokens = 1, completion_tokens = 1, total_tokens = 2 },
    });

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    // Passages are about the last word of their first sentence; a passage answers a question if it has its last word.
    private static string AnswerByTopic(ChatServerRequest request)
    {
        using JsonDocument json = JsonDocument.Parse(request.Text);
        if (json.RootElement.TryGetProperty("passage", out JsonElement passage))
        {
            return JsonSerializer.Serialize(new { question = $"Who can tell me more about {LastWord(passage.GetString()!)}?" });
        }

        string topic = LastWord(json.RootElement.GetProperty("question").GetString()!);
        return JsonSerializer.Serialize(new
        {
            grades = json.RootElement.GetProperty("passages").EnumerateArray().Select(text => LastWord(text.GetString()!) == topic ? 2 : 0),
        });
    }

    private static string LastWord(string text) => text.Split('.', '?')[0].Split(' ')[^1];

    private async Task AnswerAsync(HttpContext context)
    {
        using JsonDocument json = await JsonDocument.ParseAsync(context.Request.Body);
        JsonElement root = json.RootElement;
        JsonElement[] messages = [.. root.GetProperty("messages").EnumerateArray()];
        var request = new ChatServerRequest(
            context.Request.Headers.Authorization.ToString(),
            root.GetProperty("model").GetString()!,
            root.TryGetProperty("temperature", out JsonElement temperature) ? temperature.GetDouble() : null,
            messages.Single(message => message.GetProperty("role").GetString() == "system").GetProperty("content").GetString()!,
            messages.Single(message => message.GetProperty("role").GetString() == "user").GetProperty("content").GetString()!);
        Requests.Enqueue(request);
        if (!await Instead(context, Interlocked.Increment(ref _count)))
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(Completion(Answer(request)));
        }
    }
}
