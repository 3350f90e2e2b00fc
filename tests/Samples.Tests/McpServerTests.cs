using System.Diagnostics;
using System.Net;
using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Samples.Tests;

/// <summary>The search tool, asked by the client of the SDK over both transports.</summary>
public sealed class McpServerTests
{
    private const string Question = "In which country are our notes kept, and may we choose another country?";

    [Fact]
    public async Task Search_StandardInputAndOutput_HasTheAnswerFirst()
    {
        await using McpClient client = await McpClient.CreateAsync(
            new StdioClientTransport(new StdioClientTransportOptions
            {
                Command = "dotnet",
                Arguments = ["exec", SampleProgram.PathOf("07-McpServer"), "--stdio"],
            }),
            cancellationToken: TestContext.Current.CancellationToken);

        await AssertSearchesAsync(client);
    }

    [Fact]
    public async Task Search_HttpWithoutState_HasTheAnswerFirst()
    {
        using Process server = SampleProgram.Start("07-McpServer", "--urls=http://127.0.0.1:0");
        try
        {
            Uri address = new(await SampleProgram.ListeningAsync(server), "/mcp");
            await using McpClient client = await McpClient.CreateAsync(
                new HttpClientTransport(new HttpClientTransportOptions { Endpoint = address }),
                cancellationToken: TestContext.Current.CancellationToken);
            await AssertSearchesAsync(client);

            using var foreign = new HttpRequestMessage(HttpMethod.Post, address);
            foreign.Headers.Host = "attacker.example";
            using var http = new HttpClient();
            using HttpResponseMessage refused = await http.SendAsync(foreign, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
        finally
        {
            server.Kill();
        }
    }

    private static async Task AssertSearchesAsync(McpClient client)
    {
        IList<McpClientTool> tools = await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("search", Assert.Single(tools).Name);

        CallToolResult result = await client.CallToolAsync(
            "search", new Dictionary<string, object?> { ["question"] = Question, ["count"] = 2 }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.NotEqual(true, result.IsError);
        JsonElement passages = JsonSerializer.SerializeToElement(result.StructuredContent).GetProperty("passages");
        Assert.Equal(2, passages.GetArrayLength());
        Assert.Equal("Where Your Data Is Stored", passages[0].GetProperty("title").GetString());
        Assert.InRange(passages[0].GetProperty("relevance").GetDouble(), 0.5, 1);
    }
}
