using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Reranking.Tool.Chat;
using Reranking.Tool.Tests.Support;

namespace Reranking.Tool.Tests.Chat;

/// <summary>One question to a chat model, over a real socket.</summary>
public sealed class ChatCompletionsTests
{
    private const string Secret = "a passage that is nobody's business";

    public static TheoryData<string> PassingFaults =>
    [
        "status 429 with Retry-After", "status 429", "status 500", "status 503 with the text of the request", "cut body", "connection reset", "no JSON",
        "JSON without choices", "empty choices", "choices of null", "null content", "an array", "half of the JSON", "endless body",
    ];

    [Theory]
    [MemberData(nameof(PassingFaults))]
    public async Task Ask_FaultThatPasses_IsAskedAgain(string fault)
    {
        await using ChatServer server = await ChatServer.StartAsync();
        server.Answer = static _ => "an answer";
        server.Instead = (context, number) => number > 2 ? Task.FromResult(false) : FailAsync(context, fault);
        using ChatCompletions chat = Client(server.Endpoint);

        string answer = await chat.AskAsync("instructions", "text", CancellationToken.None);

        Assert.Equal(("an answer", 3), (answer, chat.RequestCount));
        Assert.Single(server.Requests.Distinct());   // the same each time
    }

    [Theory]
    [MemberData(nameof(PassingFaults))]
    public async Task Ask_FaultThatStays_EndsWithAMessageThatQuotesNothing(string fault)
    {
        await using ChatServer server = await ChatServer.StartAsync();
        server.Instead = (context, _) => FailAsync(context, fault);
        using ChatCompletions chat = Client(server.Endpoint);

        var exception = await Assert.ThrowsAsync<ToolException>(() => chat.AskAsync("instructions", Secret, CancellationToken.None));

        Assert.Matches(
            "^The chat endpoint http://127[.]0[.]0[.]1:[0-9]+ failed 6 times, at last with (status (429|50[03])|an answer |a failed connection )",
            exception.Message);
        Assert.EndsWith("What is done is kept: run the command again to resume.", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("nobody", exception.Message, StringComparison.Ordinal);
        Assert.Equal(ChatCompletions.Attempts, server.Requests.Count);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(422)]
    [InlineData(302)]
    [InlineData(307)]
    public async Task Ask_Refused_IsNotAskedAgainAndGoesNowhereElse(int status)
    {
        await using ChatServer other = await ChatServer.StartAsync();
        await using ChatServer server = await ChatServer.StartAsync();
        server.Instead = async (context, _) =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = other.Endpoint + "/chat/completions";
            await context.Response.WriteAsync("key k-1 is wrong for: " + Secret);
            return true;
        };
        using ChatCompletions chat = Client(server.Endpoint, key: "k-1");

        var exception = await Assert.ThrowsAsync<ToolException>(() => chat.AskAsync("instructions", Secret, CancellationToken.None));

        Assert.Equal(
            $"The chat endpoint {new Uri(server.Endpoint).GetLeftPart(UriPartial.Authority)} answered with status {status}; expected 200. "
                + "Check Endpoint, Model and ApiKey of the section Chat.",
            exception.Message);
        Assert.Equal((1, 0), (server.Requests.Count, other.Requests.Count));
    }

    [Fact]
    public async Task Ask_NobodyThere_SaysSo()
    {
        int port;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        using ChatCompletions chat = Client($"http://127.0.0.1:{port}/v1");

        var exception = await Assert.ThrowsAsync<ToolException>(() => chat.AskAsync("instructions", "text", CancellationToken.None));

        Assert.StartsWith(
            $"The chat endpoint http://127.0.0.1:{port} failed 6 times, at last with a failed connection (ConnectionError).",
            exception.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_SettingsAndTexts_AreSentAsTheyAre()
    {
        await using ChatServer server = await ChatServer.StartAsync();
        server.Answer = static request => request.Text;
        const string Text = "\"quotes\", \u00e4 \ud83d\ude00 and\nlines";
        using ChatCompletions with = Client(server.Endpoint + "/", key: "k-1", temperature: "0");
        using ChatCompletions without = Client(server.Endpoint);

        Assert.Equal(Text, await with.AskAsync("do", Text, CancellationToken.None));
        Assert.Equal(Text, await without.AskAsync("do", Text, CancellationToken.None));

        Assert.Equal([new("Bearer k-1", "m", 0, "do", Text), new("", "m", null, "do", Text)], server.Requests);
    }

    [Fact]
    public async Task Ask_CanceledWhileWaiting_Ends()
    {
        using var source = new CancellationTokenSource();
        await using ChatServer server = await ChatServer.StartAsync();
        server.Instead = async (context, _) =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "100";
            await context.Response.CompleteAsync();
            source.CancelAfter(10);
            return true;
        };
        using ChatCompletions chat = Client(server.Endpoint);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => chat.AskAsync("do", "text", source.Token));

        Assert.Single(server.Requests);
    }

    public static TheoryData<string?, string?, string?, string> WrongSettings => new()
    {
        { null, null, "m", "--chat needs an endpoint; expected --chat-endpoint http://localhost:11434/v1, or Chat:Endpoint in the file of --config." },
        { "{}", null, "m", "--chat needs an endpoint; expected --chat-endpoint http://localhost:11434/v1, or Chat:Endpoint in the file of --config." },
        { null, "https://h/v1", null, "--chat needs a model; expected --chat-model NAME, or Chat:Model in the file of --config." },
        { """{"Chat": {"Endpoint": "https://h/v1", "Model": " "}}""", null, null,
            "--chat needs a model; expected --chat-model NAME, or Chat:Model in the file of --config." },
        { null, "localhost:11434", "m", "--chat-endpoint is not an address of a server; expected one such as https://api.openai.com/v1." },
        { null, "file:///etc/passwd", "m", "--chat-endpoint is not an address of a server; expected one such as https://api.openai.com/v1." },
        { """{"Chat": {"Endpoint": "http://models.example/v1"}}""", null, "m",
            "Chat:Endpoint is on 'models.example' without encryption, and passages would go there; expected https, or http on this machine." },
        { null, "http://10.0.0.7/v1", "m",
            "--chat-endpoint is on '10.0.0.7' without encryption, and passages would go there; expected https, or http on this machine." },
        { """{"Chat": {"Endpoint": "https://h/v1", "Model": "m", "Temperature": "hot"}}""", null, null,
            "Chat:Temperature is 'hot'; expected a number from 0 to 2." },
    };

    [Theory]
    [MemberData(nameof(WrongSettings))]
    public void Settings_MissingOrNotAllowed_AreRefused(string? file, string? endpoint, string? model, string expected)
    {
        using var folder = new TempFolder();
        string? path = file is null ? null : folder.Write("appsettings.json", file);

        Assert.Equal(expected, Assert.Throws<ToolException>(() => ChatSettings.Read(path, endpoint, model)).Message);
    }

    [Fact]
    public void Settings_FileAndOptions_OptionsComeFirst()
    {
        using var folder = new TempFolder();
        string path = folder.Write(
            "appsettings.json", """{"Chat": {"Endpoint": "https://u:p@h/v1?v=1", "Model": "m", "ApiKey": "k", "Temperature": 0.5}, "Other": 1}""");

        ChatSettings file = ChatSettings.Read(path, null, null);
        ChatSettings options = ChatSettings.Read(path, "http://localhost:5/v1", "n");

        Assert.Equal(("m", "k", 0.5, "https://h"), (file.Model, file.ApiKey, file.Temperature, file.Name));
        Assert.Equal(("n", "http://localhost:5"), (options.Model, options.Name));
        foreach (string local in new[] { "http://127.0.0.1/v1", "http://[::1]:80/v1", "http://localhost/v1" })
        {
            Assert.True(ChatSettings.Read(null, local, "m").Endpoint.IsLoopback);
        }
    }

    private static ChatCompletions Client(string endpoint, string? key = null, string? temperature = null)
    {
        using var folder = new TempFolder();
        string settings = folder.Write("settings.json", JsonSerializer.Serialize(new { Chat = new { ApiKey = key, Temperature = temperature } }));
        return new ChatCompletions(ChatSettings.Read(settings, endpoint, "m")) { FirstDelay = TimeSpan.FromMilliseconds(1) };
    }

    private static async Task<bool> FailAsync(HttpContext context, string fault)
    {
        HttpResponse response = context.Response;
        switch (fault)
        {
            case "status 429 with Retry-After":
                response.StatusCode = 429;
                response.Headers.RetryAfter = "0";
                break;
            case "status 429":
                response.StatusCode = 429;
                break;
            case "status 500":
                response.StatusCode = 500;
                break;
            case "status 503 with the text of the request":
                response.StatusCode = 503;
                await response.WriteAsync(Secret);
                break;
            case "cut body":
                response.ContentLength = 10_000;
                await response.WriteAsync("{\"choices\": [");
                await response.Body.FlushAsync();
                context.Abort();
                break;
            case "connection reset":
                context.Abort();
                break;
            case "endless body":
                await response.WriteAsync(new string(' ', 3 << 20));
                break;
            case "half of the JSON":
                await response.WriteAsync(ChatServer.Completion(Secret)[..40]);
                break;
            default:
                await response.WriteAsync(fault switch
                {
                    "no JSON" => $"<html>{Secret}</html>",
                    "JSON without choices" => "{\"error\": {\"message\": \"busy\"}}",
                    "empty choices" => "{\"choices\": []}",
                    "choices of null" => "{\"choices\": [null]}",
                    "null content" => "{\"choices\": [{\"message\": {\"content\": null}}]}",
                    _ => "[1]",
                });
                break;
        }

        return true;
    }
}
