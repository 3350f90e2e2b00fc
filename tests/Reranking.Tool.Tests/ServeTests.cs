using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Reranking.Tool.Tests.Support;

namespace Reranking.Tool.Tests;

/// <summary><c>rerank serve</c>, as a process: what it answers, whom it refuses, and how it ends.</summary>
public sealed class ServeTests
{
    private const string Query = "How do I reset my password?";
    private const string Guide = "Password Reset Guide. Open the sign-in page, choose 'Forgot password' and follow the link.";
    private const string Security = "Password Security Best Practices. Use at least 14 characters and never reuse a password.";

    private static readonly string[] Documents = [Security, Guide];

    [Fact]
    public async Task Serve_NoSettings_AnswersEveryShapeWithTheModelInside()
    {
        await using ServerProcess server = await ServerProcess.StartAsync();

        (HttpStatusCode Status, JsonNode? Body)[] answers =
        [
            await server.PostAsync("/v2/rerank", new { query = Query, documents = Documents, top_n = 1 }),
            await server.PostAsync("/v1/rerank", new { query = Query, documents = Documents }),
            await server.PostAsync("/rerank", new { query = Query, texts = Documents }),
            await server.PostAsync("/rerank", new { query = Query, documents = Documents, top_k = 2 }),
            await server.PostAsync("/v1/reranking", new { query = Query, input = Documents }),
        ];

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        JsonNode[] best = [.. answers.Select(static answer => (answer.Body as JsonArray ?? answer.Body!["results"] ?? answer.Body["data"])!.AsArray()[0]!)];
        Assert.All(best, static result => Assert.Equal(1, (int)result["index"]!));
        Assert.Single(best.Select(static result => (double)(result["relevance_score"] ?? result["score"])!).Distinct());
        Assert.Single(answers[0].Body!["results"]!.AsArray());
        Assert.Equal("bundled", (string?)JsonNode.Parse(await server.Client.GetStringAsync("/v1/models"))!["data"]![0]!["id"]);
        Assert.DoesNotContain("Password", server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_CollectorInTheEnvironment_SendsSpansUnderItsNameAndNoText()
    {
        using HttpListener collector = Listen(out int port);
        await using ServerProcess server = await ServerProcess.StartAsync(new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{port}",
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-key=k1",
            ["OTEL_SERVICE_NAME"] = "rerank-west",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "50",
        });
        await server.PostAsync("/v2/rerank", new { query = Query, documents = Documents });

        string spans = "";
        while (!spans.Contains("rerank ms-marco", StringComparison.Ordinal))
        {
            HttpListenerContext context = await collector.GetContextAsync();
            Assert.Equal("k1", context.Request.Headers["x-key"]);
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body, TestContext.Current.CancellationToken);
            context.Response.Close();
            if (context.Request.Url!.AbsolutePath == "/v1/traces")
            {
                spans += Encoding.Latin1.GetString(body.ToArray());
            }
        }

        Assert.Contains("rerank-west", spans, StringComparison.Ordinal);
        Assert.DoesNotContain("assword", spans, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_MetricsReferenceAndDescription_AreThereAndNeedNoNetwork()
    {
        await using ServerProcess server = await ServerProcess.StartAsync();
        await server.PostAsync("/v2/rerank", new { query = Query, documents = Documents });

        string metrics = await server.Client.GetStringAsync("/metrics");
        string reference = await server.Client.GetStringAsync("/docs");
        JsonNode description = JsonNode.Parse(await server.Client.GetStringAsync("/openapi.json"))!;

        Assert.Contains("<title>", await server.Client.GetStringAsync("/"), StringComparison.Ordinal);
        Assert.Contains("reranking_server_queue_tokens", metrics, StringComparison.Ordinal);
        Assert.Contains("gen_ai_client_operation_duration_seconds_count", metrics, StringComparison.Ordinal);
        Assert.Contains("http_server_request_duration_seconds_count", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("assword", metrics, StringComparison.Ordinal);
        Assert.DoesNotMatch("(src|href)=[\"']?https?://", reference);
        Assert.Matches("\"?telemetry\"?: ?false", reference);   // on in Scalar unless it is told not to
        Assert.Matches("\"?agent\"?: ?{[^}]*\"?disabled\"?: ?true", reference);   // a chat of its maker
        using HttpResponseMessage page = await server.Client.GetAsync("/docs");
        Assert.Contains("connect-src 'self';", Assert.Single(page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.NotNull(description["paths"]!["/v2/rerank"]);
    }

    [Theory]
    [InlineData("Host", "attacker.example", HttpStatusCode.BadRequest)]
    [InlineData("Host", "localhost", HttpStatusCode.OK)]
    [InlineData("Origin", "http://attacker.example", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "null", HttpStatusCode.Forbidden)]
    public async Task Serve_PageOfAnotherSite_IsRefused(string header, string value, HttpStatusCode expected)
    {
        await using ServerProcess server = await ServerProcess.StartAsync();

        (HttpStatusCode status, _) = await server.PostAsync("/v2/rerank", new { query = Query, documents = Documents }, (header, value));

        Assert.Equal(expected, status);
        string own = server.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);
        foreach (string origin in (string[])[own, own.Replace("http:", "https:", StringComparison.Ordinal)])   // as behind a balancer that ends TLS
        {
            Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/v2/rerank", new { query = Query, documents = Documents }, ("Origin", origin))).Status);
        }
    }

    [Fact]
    public async Task Serve_PublicAddressWithAKey_AsksForIt()
    {
        const string Key = "a long random key";
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)));
        await using ServerProcess server = await ServerProcess.StartAsync("--host", "0.0.0.0", "--api-key-hash", hash);
        var body = new { query = Query, documents = Documents };

        Assert.Equal(HttpStatusCode.Unauthorized, (await server.PostAsync("/v2/rerank", body)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.PostAsync("/v2/rerank", body, ("Authorization", "Bearer wrong"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/v2/rerank", body, ("Authorization", "Bearer " + Key))).Status);
        Assert.Equal(HttpStatusCode.OK, await server.StatusAsync("/health/live"));
        Assert.Equal(HttpStatusCode.NotFound, await server.StatusAsync("/"));   // the playground is for servers without keys
        Assert.DoesNotContain(Key, server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_ChangedSettings_TakeEffectWithoutARestart()
    {
        using var folder = new TempFolder();
        string config = folder.Write("appsettings.json", Settings(longest: "a"));
        await using ServerProcess server = await ServerProcess.StartAsync("--config", config);
        Assert.Equal("a", (string?)(await Ask()).Body!["model"]);

        folder.Write("appsettings.json", Settings(longest: "b"));
        while ((string?)(await Ask()).Body!["model"] != "b")
        {
            await Task.Delay(50);
        }

        (HttpStatusCode status, JsonNode? body) = await server.PostAsync("/v1/rerank", new { model = "no such", query = Query, documents = Documents });
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Equal("There is no such model; expected a, b.", (string?)body!["message"]);

        Task<(HttpStatusCode Status, JsonNode? Body)> Ask() => server.PostAsync("/v1/rerank", new { query = Query, documents = Documents });

        static string Settings(string longest) =>
            $$"""{ "Reranking": { "Use": "{{longest}}", "Scorers": { "a": { "Provider": "Onnx" }, "b": { "Provider": "Onnx" } } } }""";
    }

    [Fact]
    public async Task Serve_TermInTheMiddle_AnswersWhatWasAccepted()
    {
        using var folder = new TempFolder();
        string config = folder.Write("appsettings.json", """
            { "Reranking": { "Scorers": { "a": { "Provider": "Onnx" } } }, "RerankingServer": { "RequestTimeout": "01:00:00" } }
            """);
        await using ServerProcess server = await ServerProcess.StartAsync("--config", config);
        string[] many = [.. Enumerable.Range(0, 40).Select(i => $"Passage {i}. {Guide} {Security}")];
        Task<(HttpStatusCode Status, JsonNode? Body)>[] requests =
            [.. Enumerable.Range(0, 4).Select(_ => server.PostAsync("/v2/rerank", new { query = Query, documents = many }))];
        await server.WaitForWorkAsync();

        await server.SignalAsync();

        Assert.All(await Task.WhenAll(requests), answer =>
        {
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            Assert.Equal(many.Length, answer.Body!["results"]!.AsArray().Count);
        });
        Assert.Equal(0, await server.WaitForExitAsync());
    }

    [Fact]
    public async Task Serve_Drain_IsNotReadyButStillAnswers()
    {
        await using ServerProcess server = await ServerProcess.StartAsync("--drain-seconds", "3600");

        await server.SignalAsync();
        while (await server.StatusAsync("/health/ready") == HttpStatusCode.OK)
        {
            await Task.Delay(20);
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await server.StatusAsync("/health/ready"));
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/v2/rerank", new { query = Query, documents = Documents })).Status);
    }

    [Fact]
    public async Task Health_ServerAndNoServer_SaysWhichByItsExitCode()
    {
        await using ServerProcess server = await ServerProcess.StartAsync();
        string address = server.Client.BaseAddress!.ToString();

        (int exitCode, _, string errors) = await ToolProcess.RunAsync("", "health", "localhost:8080");
        Assert.Equal((2, "rerank: The address is 'localhost:8080'; expected one such as http://127.0.0.1:8080.\n"), (exitCode, errors));
        Assert.Equal((0, "ready\n", ""), await ToolProcess.RunAsync("", "health", address));
        Assert.Equal((0, Json("ready"), ""), await ToolProcess.RunAsync("", "health", address, "--json"));
        await server.SignalAsync();
        await server.WaitForExitAsync();
        Assert.Equal((3, "", $"rerank: No server answers at {address}.\n"), await ToolProcess.RunAsync("", "health", address));
        Assert.Equal(
            (3, Json("unreachable"), $"rerank: No server answers at {address}.\n"), await ToolProcess.RunAsync("", "health", address, "--json"));

        string Json(string state) => $"{{\n  \"address\": \"{address}\",\n  \"state\": \"{state}\"\n}}\n";
    }

    [Theory]
    [InlineData(2, "--host is '0.0.0.0', which other machines reach, and no key is asked for;", "--host", "0.0.0.0")]
    [InlineData(2, "--host is '::', which other machines reach, and no key is asked for;", "--host", "::")]
    [InlineData(2, "--host is 'example.com'; expected an address such as 127.0.0.1", "--host", "example.com")]
    [InlineData(2, "--port is 65536; expected 0 to 65535.", "--port", "65536")]
    [InlineData(2, "--port is -1; expected 0 to 65535.", "--port", "-1")]
    [InlineData(2, "--drain-seconds is -1; expected 0 to 3600.", "--drain-seconds", "-1")]
    [InlineData(2, "--otlp is 'collector'; expected an address such as", "--otlp", "collector")]
    [InlineData(2, "--redis cannot be read; expected hosts", "--redis", "redis:6379,no=such,password=the key itself")]
    [InlineData(2, "--redis cannot be read; expected hosts", "--redis", "")]
    [InlineData(2, "--config and --model were both given;", "--config", "x.json", "--model", "y")]
    [InlineData(2, "--model names 'bundled' twice;", "--model", "bundled", "--model", "bundled")]
    [InlineData(1, "--config is 'absent.json', which does not exist;", "--config", "absent.json")]
    [InlineData(1, "The model is 'no-such-model', which is neither a folder nor a file here,", "--model", "no-such-model")]
    [InlineData(1, "RerankingServer:ApiKeyHashes:0 is not a SHA-256 hash;", "--api-key-hash", "the key itself")]
    public async Task Serve_ArgumentsThatCannotBe_EndWithALineThatSaysWhat(int exitCode, string message, params string[] arguments)
    {
        (int actual, string output, string errors) = await ToolProcess.RunAsync("", ["serve", .. arguments]);

        Assert.Equal((exitCode, ""), (actual, output));
        Assert.StartsWith("rerank: " + message, errors, StringComparison.Ordinal);
        Assert.Equal(1, errors.Count(static c => c == '\n'));
        Assert.DoesNotContain("the key itself", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"Reranking\": ", "is not JSON: ")]
    [InlineData("{}", "has no scorers; expected the section Reranking:Scorers")]
    [InlineData("""{ "Reranking": { "Scorers": { "a": { "Provider": "Onyx" } } } }""", "Reranking:Scorers:a:Provider")]
    [InlineData("""{ "Reranking": { "Scorers": { "a": { "Provider": "Onnx" } } }, "RerankingServer": { "MaxDocument": 5 } }""", "MaxDocument")]
    [InlineData("""{ "Reranking": { "Scorers": { "a": { "Provider": "Onnx" } } }, "RerankingServer": { "MaxDocuments": 0 } }""", "MaxDocuments is 0; expected")]
    public async Task Serve_SettingsThatCannotBe_EndWithALineThatSaysWhat(string settings, string message)
    {
        using var folder = new TempFolder();
        string config = folder.Write("appsettings.json", settings);

        (int exitCode, _, string errors) = await ToolProcess.RunAsync("", "serve", "--port", "0", "--config", config);

        Assert.Equal(1, exitCode);
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.Equal(1, errors.Count(static c => c == '\n'));
    }

    [Fact]
    public async Task Serve_AddressOfAnotherMachine_EndsWithALineThatSaysSo()
    {
        (int exitCode, string output, string errors) = await ToolProcess.RunAsync("", "serve", "--host", "192.0.2.1", "--port", "9", "--allow-anyone");

        Assert.Equal((1, ""), (exitCode, output));
        Assert.StartsWith("rerank: --host 192.0.2.1 with --port 9 can't be listened on: ", errors, StringComparison.Ordinal);
        Assert.Equal(1, errors.Count(static c => c == '\n'));
    }

    [Fact]
    public async Task Serve_PortInUse_EndsWithALineThatSaysSo()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

        (int exitCode, _, string errors) = await ToolProcess.RunAsync("", "serve", "--port", port);

        Assert.Equal(1, exitCode);
        Assert.Contains($"127.0.0.1:{port}", errors, StringComparison.Ordinal);
        Assert.Contains("address already in use", errors, StringComparison.Ordinal);
    }

    private static HttpListener Listen(out int port)
    {
        while (true)
        {
            port = Random.Shared.Next(20_000, 30_000);   // an HttpListener cannot choose a free one itself
            var listener = new HttpListener();
            listener.Prefixes.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
            try
            {
                listener.Start();
                return listener;
            }
            catch (HttpListenerException)
            {
                listener.Close();
            }
        }
    }
}
