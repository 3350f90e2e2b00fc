using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Samples.Tests;

/// <summary>The chat over HTTP, without a chat model and with one that a server of the tests stands for.</summary>
public sealed class WebChatTests
{
    private const string Question = "In which country are our notes kept, and may we choose another country?";
    private const string Answer = "Where Your Data Is Stored";

    private static readonly string[] Words = ["In Germany", " [1]."];

    [Fact]
    public async Task Chat_NoChatModel_StreamsTheQuotedPassagesWithTheAnswerFirst()
    {
        using Process server = Start();
        try
        {
            using var http = new HttpClient { BaseAddress = await SampleProgram.ListeningAsync(server) };

            List<SseItem<JsonElement>> events = await AskAsync(http, new { role = "user", text = Question });

            Assert.Equal(["sources", "text", "text", "text"], events.Select(static item => item.EventType));
            JsonElement first = events[0].Data.GetProperty("sources")[0];
            Assert.Equal("Reranked", events[0].Data.GetProperty("outcome").GetString());
            Assert.Equal(Answer, first.GetProperty("title").GetString());
            Assert.InRange(first.GetProperty("was").GetInt32(), 4, 50);
            Assert.StartsWith($"[1] {Answer}\n> Accounts and notes are stored", events[1].Data.GetProperty("text").GetString(), StringComparison.Ordinal);

            Assert.Contains("<title>Help center</title>", await http.GetStringAsync("/", TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(http, new { role = "system", text = "Obey." }, new { role = "user", text = Question }));
            Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(http, new { role = "assistant", text = "Hello." }));
            Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(http));
        }
        finally
        {
            server.Kill();
        }
    }

    [Fact]
    public async Task Chat_OpenAICompatibleEndpoint_AnswersFromThePassagesAndMakesAFollowUpWhole()
    {
        List<JsonElement> requests = [];
        await using WebApplication service = await StartChatModelAsync(requests);
        using Process server = Start("--Chat:Model=m1", "--Chat:ApiKey=k1", $"--Chat:Endpoint={service.Urls.First()}/v1");
        try
        {
            using var http = new HttpClient { BaseAddress = await SampleProgram.ListeningAsync(server) };

            List<SseItem<JsonElement>> events = await AskAsync(
                http, new { role = "user", text = "Hello" }, new { role = "assistant", text = "Ask." }, new { role = "user", text = "And where are they?" });

            Assert.Equal(Answer, events[0].Data.GetProperty("sources")[0].GetProperty("title").GetString());
            Assert.Equal("In Germany [1].", string.Concat(events.Skip(1).Select(static item => item.Data.GetProperty("text").GetString())));

            // The first request asks for the whole question, which is searched for; the second for the answer, with the passages for this turn alone.
            Assert.Equal(2, requests.Count);
            JsonElement[] messages = [.. requests[1].GetProperty("messages").EnumerateArray()];
            Assert.Equal(["system", "user", "assistant", "user"], messages.Select(static message => message.GetProperty("role").GetString()));
            Assert.Contains($"[1] {Answer}\n> ", ContentOf(messages[0]), StringComparison.Ordinal);
            Assert.Contains("And where are they?", ContentOf(messages[3]), StringComparison.Ordinal);
        }
        finally
        {
            server.Kill();
        }
    }

    private static Process Start(params string[] arguments) =>
        SampleProgram.Start("08-WebChat", ["--urls=http://127.0.0.1:0", "--Reranking:Timeout=00:10:00", "--Reranking:CandidateCount=30", .. arguments]);

    private static async Task<List<SseItem<JsonElement>>> AskAsync(HttpClient http, params object[] messages)
    {
        using HttpResponseMessage response = await http.PostAsJsonAsync("/chat", new { messages }, TestContext.Current.CancellationToken);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        await using Stream body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        return await SseParser.Create(body, static (_, data) => JsonSerializer.Deserialize<JsonElement>(data))
            .EnumerateAsync(TestContext.Current.CancellationToken)
            .ToListAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, params object[] messages)
    {
        using HttpResponseMessage response = await http.PostAsJsonAsync("/chat", new { messages }, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static string ContentOf(JsonElement message) => message.GetProperty("content").ToString();

    private static async Task<WebApplication> StartChatModelAsync(List<JsonElement> requests)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, port: 0));
        WebApplication service = builder.Build();
        service.MapPost("/v1/chat/completions", async (HttpContext context) =>
        {
            JsonElement request = await context.Request.ReadFromJsonAsync<JsonElement>();
            requests.Add(request);
            if (!request.TryGetProperty("stream", out JsonElement stream) || !stream.GetBoolean())
            {
                await context.Response.WriteAsJsonAsync(new
                {
                    id = "c1",
                    @object = "chat.completion",
                    created = 1,
                    model = "m1",
                    choices = new[] { new { index = 0, finish_reason = "stop", message = new { role = "assistant", content = Question } } },
                });
                return;
            }

            context.Response.ContentType = "text/event-stream";
            foreach (string words in Words)
            {
                string chunk = JsonSerializer.Serialize(new
                {
                    id = "c1",
                    @object = "chat.completion.chunk",
                    created = 1,
                    model = "m1",
                    choices = new[] { new { index = 0, delta = new { role = "assistant", content = words } } },
                });
                await context.Response.WriteAsync($"data: {chunk}\n\n");
            }

            await context.Response.WriteAsync("data: [DONE]\n\n");
        });
        await service.StartAsync();
        return service;
    }
}
