using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Reranking.AspNetCore.Tests;

/// <summary>Requests that can't be answered: always a 4xx in the shape of the path, never a 5xx, and no text in the log.</summary>
public sealed class MalformedRequestTests
{
    private const string Canary = "canary-7f3a";

    private static readonly Uri Rerank = new("/v2/rerank", UriKind.Relative);

    private static readonly string[] Paths = ["/v2/rerank", "/v1/rerank", "/rerank", "/reranking", "/v1/reranking", "/v3/rerank"];

    // A value of each JSON kind, and numbers that no integer holds.
    private static readonly string[] Values =
    [
        "1", "-1", "0.5", "1e999", "123456789012345678901234567890", "true", "false", "\"\"", $"\"{Canary}\"", "[]", "[[]]", "[1]", "[null]", "[true]", "[{}]",
        $"[\"{Canary}\", 1]", "{}", "{\"text\": 1}", "\"\\ud800\"", "[\"\\ud800\"]", "[\"a\", \"\\udc00x\"]",
    ];

    private static readonly string[] Fields =
        ["top_n", "top_k", "return_documents", "return_details", "return_text", "raw_scores", "truncate", "truncation", "rank_fields", "model"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_GeneratedRequests_AreRefusedInTheShapeOfTheirPath()
    {
        await using RerankServer server = await RerankServer.StartAsync(configure: static options =>
        {
            options.MaxDocuments = 3;
            options.MaxQueryLength = 50;
            options.MaxDocumentLength = 50;
        });
        int count = 0;
        foreach (string path in Paths)
        {
            foreach (string body in Bodies())
            {
                (HttpStatusCode status, JsonNode? error, _) = await server.PostAsync(path, body);
                if (status == HttpStatusCode.OK)
                {
                    continue;   // another shape of the same path reads it
                }

                count++;
                Assert.True((int)status is >= 400 and < 500, $"{path} {body}: {status}");
                AssertError(path, body, error);
                Assert.DoesNotContain(Canary, error!.ToJsonString(), StringComparison.Ordinal);
            }
        }

        Assert.InRange(count, 400, int.MaxValue);
        Assert.DoesNotContain(Canary, server.AllLogs(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v2/rerank", """{ "documents": ["a"] }""", 400, "message", "query is missing.")]
    [InlineData("/v2/rerank", """{ "query": " ", "documents": ["a"] }""", 400, "message", "query is blank; expected a text.")]
    [InlineData("/v2/rerank", """{ "query": "q" }""", 400, "message", "documents is missing.")]
    [InlineData("/v2/rerank", """{ "query": "q", "documents": [{ "text": "a" }] }""", 400, "message", "documents[0] is an object; expected a string.")]
    [InlineData(
        "/v2/rerank", """{ "query": "q", "documents": ["a"], "top_n": 0 }""",
        400, "message", "top_n is out of range; expected an integer from 1 to 2147483647.")]
    [InlineData(
        "/v2/rerank", """{ "query": "q", "query": "q", "documents": ["a"] }""",
        400, "message", "The body has the field query twice; expected it once.")]
    [InlineData("/v2/rerank", """[1]""", 400, "message", "The body is an array; expected an object.")]
    [InlineData("/v2/rerank", """{ "query": """, 400, "message", "The body is not JSON that can be read, at line 1, byte 12.")]
    [InlineData(
        "/v1/rerank", """{ "query": "q", "documents": ["a"], "texts": ["b"] }""",
        400, "message", "The body has documents and texts; expected one of them.")]
    [InlineData("/v1/rerank", """{ "query": "q", "documents": [{ "title": "a" }] }""", 400, "detail", "documents[0] has no text.")]
    [InlineData("/rerank", """{ "query": "q", "texts": [] }""", 400, "error", "texts is empty; expected at least one.")]
    [InlineData("/rerank", """{ "query": "q", "texts": [1] }""", 422, "error", "texts[0] is a number; expected a string.")]
    [InlineData(
        "/rerank", """{ "query": "q", "documents": ["a"], "top_k": 0 }""", 400, "detail", "top_k is out of range; expected an integer from 1 to 2147483647.")]
    public async Task Post_RequestThatCantBeAnswered_SaysWhatWasFound(string path, string body, int expected, string field, string message)
    {
        await using RerankServer server = await RerankServer.StartAsync();

        (HttpStatusCode status, JsonNode? error, _) = await server.PostAsync(path, body);

        Assert.Equal((expected, message), ((int)status, (string?)error![field]));
    }

    [Fact]
    public async Task Post_TooMuch_SaysHowMuchIsAllowed()
    {
        await using RerankServer server = await RerankServer.StartAsync(configure: static options =>
        {
            options.MaxDocuments = 2;
            options.MaxQueryLength = 5;
            options.MaxDocumentLength = 7;
        });

        Assert.Equal(
            "documents has 3 documents; expected at most 2. Send them in several requests.",
            await MessageAsync("""{ "query": "q", "documents": ["a", "b", "c"] }"""));
        Assert.Equal("query has 6 characters; expected at most 5.", await MessageAsync("""{ "query": "123456", "documents": ["a"] }"""));
        Assert.Equal("documents[1] has 8 characters; expected at most 7.", await MessageAsync("""{ "query": "q", "documents": ["a", "12345678"] }"""));

        async Task<string?> MessageAsync(string body)
        {
            (HttpStatusCode status, JsonNode? error, _) = await server.PostAsync("/v2/rerank", body);
            Assert.Equal(HttpStatusCode.BadRequest, status);
            return (string?)error!["message"];
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_BodyTooLong_Is413WhetherItsLengthIsDeclaredOrNot(bool isDeclared)
    {
        await using RerankServer server = await RerankServer.StartAsync(configure: static options => options.MaxBodyBytes = 1_000);
        byte[] body = Encoding.UTF8.GetBytes($$"""{ "query": "q", "documents": ["{{new string('a', 100_000)}}"] }""");
        using HttpContent content = isDeclared ? new ByteArrayContent(body) : new StreamContent(new OneWayStream(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        using HttpResponseMessage response = await server.Client.PostAsync(Rerank, content, Cancellation);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("expected at most 1000 bytes", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/plain", null)]
    [InlineData("application/x-www-form-urlencoded", null)]
    [InlineData("multipart/form-data; boundary=x", null)]
    [InlineData(null, null)]
    [InlineData("application/json", "gzip")]
    public async Task Post_OtherTypesAndEncodings_Are415(string? type, string? encoding)
    {
        await using RerankServer server = await RerankServer.StartAsync();
        using var content = new ByteArrayContent("""{ "query": "q", "documents": ["a"] }"""u8.ToArray());
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        using HttpResponseMessage response = await server.Client.PostAsync(Rerank, content, Cancellation);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Theory]
    [InlineData("Content-Length: 5\r\nContent-Length: 6\r\n")]
    [InlineData("Content-Length: -1\r\n")]
    [InlineData("Content-Length: 99999999999999999999\r\n")]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n")]
    [InlineData("Transfer-Encoding: xchunked\r\n")]
    public async Task Post_SmuggledLengths_AreRefusedByTheConnection(string headers)
    {
        await using RerankServer server = await RerankServer.StartAsync();

        string response = await SendRawAsync(server, $"POST /v2/rerank HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{headers}\r\n{{}}\r\n\r\n");

        Assert.Matches("^HTTP/1.1 4[0-9][0-9] ", response);
    }

    [Fact]
    public async Task Post_InvalidUtf8_IsRefused()
    {
        await using RerankServer server = await RerankServer.StartAsync();
        byte[][] bodies =
        [
            [.. "{ \"query\": \""u8, 0xFF, .. "\", \"documents\": [\"a\"] }"u8],
            [.. "{ \"query\": \"q\", \"documents\": [\""u8, 0xC0, 0x80, .. "\"] }"u8],
            [.. "{ \"query\": \"q\", \"documents\": [\""u8, 0xED, 0xA0, 0x80, .. "\"] }"u8],
            [0xFE, 0xFF, 0x00, 0x7B],
        ];
        foreach (byte[] body in bodies)
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using HttpResponseMessage response = await server.Client.PostAsync(Rerank, content, Cancellation);

            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        }
    }

    private static IEnumerable<string> Bodies()
    {
        yield return "";
        yield return "{";
        yield return "null";
        yield return "NaN";
        yield return $"\"{Canary}\"";
        yield return "{ \"query\": \"q\", \"documents\": [\"a\"], }";
        yield return "{ \"query\": \"q\", \"documents\": [\"a\"] } trailing";
        yield return "{ \"query\": \"q\", \"documents\": " + new string('[', 200) + new string(']', 200) + " }";
        yield return "{ \"\\ud800\": 1, \"query\": \"q\", \"documents\": [\"a\"] }";
        yield return "{ \"query\": \"q\", \"documents\": [{ \"text\": \"a\", \"\\ud800\": 1 }] }";
        yield return "{ \"query\": \"q\", \"input\": [{ \"\\ud800\": 1 }] }";
        yield return $$"""{ "query": "q", "documents": ["a", "b", "c", "{{Canary}}"] }""";
        yield return $$"""{ "query": "q", "documents": ["{{new string('x', 60)}}{{Canary}}"] }""";
        foreach (string list in (string[])["documents", "texts", "input"])
        {
            yield return $$"""{ "{{list}}": ["{{Canary}}"] }""";
            yield return $$"""{ "query": "{{Canary}}", "{{list}}": ["a"], "{{list}}": ["a"] }""";
            foreach (string value in Values)
            {
                yield return $$"""{ "query": {{value}}, "{{list}}": ["a"] }""";
                yield return $$"""{ "query": "{{Canary}}", "{{list}}": {{value}} }""";
                foreach (string field in Fields)
                {
                    yield return $$"""{ "query": "{{Canary}}", "{{list}}": ["a"], "{{field}}": {{value}} }""";
                }
            }
        }
    }

    private static void AssertError(string path, string body, JsonNode? error)
    {
        JsonObject fields = Assert.IsType<JsonObject>(error);
        bool isCohere = fields.ContainsKey("message") && fields.ContainsKey("id");
        bool isDetail = fields.ContainsKey("detail");
        bool isTei = fields.ContainsKey("error") && fields.ContainsKey("error_type");
        Assert.True(path == "/v2/rerank" ? isCohere && !isDetail && !isTei : isCohere || isDetail || isTei, $"{path} {body}: {error}");
        Assert.All(fields, field => Assert.NotEqual("", (string?)field.Value));
    }

    private static async Task<string> SendRawAsync(RerankServer server, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Address.Port, Cancellation);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Cancellation);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return await reader.ReadLineAsync(Cancellation) ?? "";
    }

    /// <summary>A stream whose length nobody knows, so that it is sent in chunks.</summary>
    private sealed class OneWayStream(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
    }
}
