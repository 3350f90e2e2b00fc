using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Reranking.VectorData.Tests;

namespace Reranking.KernelMemory.Tests;

public sealed class KernelMemoryFailureTests
{
    private const string Key = "k-3f9a1c27d5e84b60";
    private const string Query = "the secret of the red apple tree";

    [Theory]
    [InlineData("Authorization")]
    [InlineData("X-Api-Key")]
    public async Task SearchAsync_Key_GoesBareInTheHeader(string header)
    {
        await using KernelMemoryServer server = await KernelMemoryServer.StartAsync([new Memory("a", "b", 1)]);
        (server.Key, server.KeyHeader) = (Key, header);
        using var client = new HttpClient();

        Assert.Single((await NewSearch(client, server, options => (options.ApiKey, options.ApiKeyHeader) = ($" {Key}\n", header)).SearchAsync(Query)).Results);
        Assert.Empty(client.DefaultRequestHeaders);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    public async Task SearchAsync_NoKey_NamesTheSetting(string? key)
    {
        await using KernelMemoryServer server = await KernelMemoryServer.StartAsync([]);
        server.Key = Key;

        HttpRequestException exception = await FailAsync(server, options => options.ApiKey = key);

        Assert.Equal(HttpStatusCode.Unauthorized, exception.StatusCode);
        Assert.Equal(
            $"Kernel Memory at {server.Address.Authority} answered 401 (Unauthorized): Missing API Key HTTP header. "
            + "No key was sent: set KernelMemorySearchOptions.ApiKey.",
            exception.Message);
    }

    [Fact]
    public async Task SearchAsync_WrongKey_NamesTheSettingAndNotTheKey()
    {
        await using KernelMemoryServer server = await KernelMemoryServer.StartAsync([]);
        server.Key = "another";

        HttpRequestException exception = await FailAsync(server, static options => options.ApiKey = Key);

        Assert.Equal(HttpStatusCode.Forbidden, exception.StatusCode);
        Assert.Equal(
            $"Kernel Memory at {server.Address.Authority} answered 403 (Forbidden): Invalid API Key. A key was sent in the header 'Authorization': " +
            "check KernelMemorySearchOptions.ApiKey and KernelMemorySearchOptions.ApiKeyHeader.",
            exception.Message);
    }

    [Fact]
    public async Task SearchAsync_Unavailable_SaysWhatTheServiceSays()
    {
        Assert.Equal(
            "answered 503 (ServiceUnavailable): the vector store is down. See the log of the service for the cause.",
            await FailWithProblemAsync(StatusCodes.Status503ServiceUnavailable, "the vector\nstore is down."));
    }

    [Fact]
    public async Task SearchAsync_BadRequest_SaysWhatTheServiceSays() => Assert.Equal(
        "answered 400 (BadRequest): no index.", await FailWithProblemAsync(StatusCodes.Status400BadRequest, "no index"));

    /// <summary>Servers echo what they refuse. A message with a piece of a text or of the key is withheld as a whole.</summary>
    [Theory]
    [InlineData("could not embed 'the secret of the red apple tree'")]
    [InlineData("could not embed 'SECRET OF THE'...")]
    [InlineData("could not embed 'the secret\\u0020of'")]
    [InlineData("the filter customer-4711-acme matches nothing")]
    [InlineData("the key k-3f9a1c27d5e84b60 is unknown")]
    [InlineData("the key ...d5e84b60 is unknown")]
    [InlineData("could not embed 'dGhlIHNlY3JldCBvZiB0aGUgcmVk'")]
    [InlineData("could not embed '%74%68%65%20%73%65%63%72%65%74%20%6f%66'")]
    [InlineData("could not embed 'the&#32;secret&#32;of'")]
    [InlineData("could not embed ['the', 'secr', '##et', 'of']")]
    public async Task SearchAsync_ProblemThatRepeatsWhatWasSent_IsLeftOut(string detail) =>
        Assert.Equal(
            "answered 503 (ServiceUnavailable): (message withheld). See the log of the service for the cause.",
            await FailWithProblemAsync(StatusCodes.Status503ServiceUnavailable, detail));

    [Fact]
    public async Task SearchAsync_LongProblem_IsCut()
    {
        string message = await FailWithProblemAsync(StatusCodes.Status503ServiceUnavailable, new string('x', 299) + "\U0001F333 and more");

        Assert.Equal($"answered 503 (ServiceUnavailable): {new string('x', 299)}…. See the log of the service for the cause.", message);
    }

    [Fact]
    public async Task SearchAsync_PageOfAProxy_SaysTheStatus()
    {
        await using KernelMemoryServer server = await KernelMemoryServer.StartAsync([]);
        server.Script = static context =>
        {
            context.Response.StatusCode = StatusCodes.Status502BadGateway;
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<h1>Bad gateway</h1>");
        };

        Assert.Equal(
            $"Kernel Memory at {server.Address.Authority} answered 502 (BadGateway). See the log of the service for the cause.",
            (await FailAsync(server, static _ => { })).Message);
    }

    [Fact]
    public async Task SearchAsync_ProblemWithoutDetail_SaysItsTitle()
    {
        await using KernelMemoryServer server = await KernelMemoryServer.StartAsync([]);
        server.Script = static context =>
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return context.Response.WriteAsync("""{"title":"Busy"}""");
        };

        Assert.Equal(
            $"Kernel Memory at {server.Address.Authority} answered 503 (ServiceUnavailable): Busy. See the log of the service for the cause.",
            (await FailAsync(server, static _ => { })).Message);
    }

    /// <summary>The server writes for as long as somebody reads.</summary>
    [Theory]
    [InlineData(
        StatusCodes.Status200OK,
        "answered more than 100000 bytes. Lower RerankingOptions.CandidateCount, or raise KernelMemorySearchOptions.MaxResponseBytes.")]
    [InlineData(StatusCodes.Status503ServiceUnavailable, "answered 503 (ServiceUnavailable). See the log of the service for the cause.")]
    public async Task SearchAsync_EndlessAnswer_IsNotReadToItsEnd(int status, string message)
    {
        await using KernelMemoryServer server = await KernelMemoryServer.StartAsync([]);
        server.Script = async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("{\"title\":\"");
            string run = new('x', 10_000);
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.WriteAsync(run, context.RequestAborted);
            }
        };

        HttpRequestException exception = await FailAsync(server, static options => options.MaxResponseBytes = 100_000);
        Assert.Equal($"Kernel Memory at {server.Address.Authority} {message}", exception.Message);
    }

    [Fact]
    public void Constructor_MaxResponseBytesOutOfRange_NamesIt()
    {
        using var client = new HttpClient();
        using var scorer = new WordOverlapScorer();
        Assert.Equal(
            "KernelMemorySearchOptions.MaxResponseBytes is 0; expected 1 or more. (Parameter 'options')",
            Assert.Throws<ArgumentException>(() => new RerankedKernelMemorySearch(
                client, new Reranker(scorer), new() { Endpoint = new Uri("http://127.0.0.1:1"), MaxResponseBytes = 0 })).Message);
    }

    [Fact]
    public async Task SearchAsync_KeyInThePath_IsNotShown()
    {
        await using KernelMemoryServer server = await KernelMemoryServer.StartAsync([], "/memory");

        Assert.Equal(
            $"Kernel Memory at {server.Address.Authority} answered 404 (NotFound). "
            + "The path was '/.../memory/search': check KernelMemorySearchOptions.Endpoint.",
            (await FailAsync(server, options => options.Endpoint = new Uri(server.Address, "/Quetzalcoatl98765/memory"))).Message);
    }

    [Fact]
    public async Task SearchAsync_WrongPath_NamesItAndTheSetting()
    {
        await using KernelMemoryServer server = await KernelMemoryServer.StartAsync([], "/memory");

        Assert.Equal(
            $"Kernel Memory at {server.Address.Authority} answered 404 (NotFound). The path was '/search': check KernelMemorySearchOptions.Endpoint.",
            (await FailAsync(server, static _ => { })).Message);
    }

    [Theory]
    [InlineData("/memory")]
    [InlineData("/memory/")]
    public async Task SearchAsync_PathPrefix_PrecedesTheRoute(string prefix)
    {
        await using KernelMemoryServer server = await KernelMemoryServer.StartAsync([new Memory("a", "b", 1)], "/memory");
        using var client = new HttpClient();

        Assert.Single((await NewSearch(client, server, options => options.Endpoint = new Uri(server.Address, prefix)).SearchAsync(Query)).Results);
    }

    [Theory]
    [InlineData("<html/>")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"results":[null]}""")]
    [InlineData("""{"results":[{"partitions":null}]}""")]
    [InlineData("""{"results":[{"partitions":[null]}]}""")]
    [InlineData("""{"results":[{"partitions":[{"text":"the secret of the red apple tree","relevance":"high"}]}]}""")]
    [InlineData("""{"results":[{"link":"cut of""")]
    public async Task SearchAsync_AnswerOfSomethingElse_Throws(string body)
    {
        await using KernelMemoryServer server = await KernelMemoryServer.StartAsync([]);
        server.Script = context =>
        {
            context.Response.ContentType = "text/plain";
            return context.Response.WriteAsync(body);
        };

        HttpRequestException exception = await FailAsync(server, static _ => { });

        Assert.Equal(HttpRequestError.InvalidResponse, exception.HttpRequestError);
        Assert.Equal(
            $"Kernel Memory at {server.Address.Authority} returned text/plain that is not a search result; expected JSON with 'results'. " +
            "Check KernelMemorySearchOptions.Endpoint: its path '/search' was requested.",
            exception.Message);
        Assert.Null(exception.InnerException);
    }

    [Fact]
    public async Task SearchAsync_NothingListens_NamesTheSetting()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var endpoint = new Uri($"http://{listener.LocalEndpoint}");
        listener.Stop();
        using var client = new HttpClient();
        var search = new RerankedKernelMemorySearch(client, new Reranker(new WordOverlapScorer()), new KernelMemorySearchOptions { Endpoint = endpoint });

        HttpRequestException exception = await Assert.ThrowsAsync<HttpRequestException>(() => search.SearchAsync(Query));

        Assert.Equal(
            $"The connection to Kernel Memory at {endpoint.Authority} failed (ConnectionError). Check KernelMemorySearchOptions.Endpoint and the network.",
            exception.Message);
        Assert.Equal(HttpRequestError.ConnectionError, exception.HttpRequestError);
    }

    [Fact]
    public async Task SearchAsync_ClientTimeout_SaysWhatToRaise()
    {
        await using KernelMemoryServer server = await KernelMemoryServer.StartAsync([]);
        server.Script = static context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        using var client = new HttpClient { Timeout = TimeSpan.FromMilliseconds(50) };

        TimeoutException exception = await Assert.ThrowsAsync<TimeoutException>(() => NewSearch(client, server, static _ => { }).SearchAsync(Query));

        Assert.Equal(
            $"Kernel Memory at {server.Address.Authority} did not answer within 00:00:00.0500000. "
            + "Raise the Timeout of the HttpClient, or lower RerankingOptions.CandidateCount.",
            exception.Message);
    }

    [Theory]
    [InlineData(null, "not set")]
    [InlineData("memory", "relative")]
    [InlineData("ftp://user:secret@km.example/a", "one of the scheme 'ftp'")]
    [InlineData("kernel-memory:9001/search", "one of the scheme 'kernel-memory'")]
    [InlineData("urn:a:b", "one of the scheme 'urn'")]
    [InlineData("https://km.example/secret0123456789/a#secret", "'https://km.example/.../a' and more")]
    [InlineData("http://user:secret@km.example/a?key=secret#secret", "'http://km.example/a' and more")]
    public void Constructor_Endpoint_IsRefusedWithoutItsSecrets(string? endpoint, string shown)
    {
        using var client = new HttpClient();
        var options = new KernelMemorySearchOptions { Endpoint = endpoint is null ? null : new Uri(endpoint, UriKind.RelativeOrAbsolute) };

        ArgumentException exception =
            Assert.Throws<ArgumentException>("options", () => new RerankedKernelMemorySearch(client, new Reranker(new WordOverlapScorer()), options));

        Assert.Equal(
            $"KernelMemorySearchOptions.Endpoint is {shown}; expected an absolute http or https address without user, query and fragment. "
            + "(Parameter 'options')",
            exception.Message);
    }

    [Fact]
    public void Constructor_PlainHttpToAnotherMachine_IsRefusedUnlessAllowed()
    {
        using var client = new HttpClient();
        var options = new KernelMemorySearchOptions { Endpoint = new Uri("http://km.example:9001/memory") };

        ArgumentException exception = Assert.Throws<ArgumentException>(
            "options", () => new RerankedKernelMemorySearch(client, new Reranker(new WordOverlapScorer()), options));

        Assert.Equal(
            "KernelMemorySearchOptions.Endpoint sends texts and key unencrypted to 'km.example:9001'; " +
            "expected https://, or KernelMemorySearchOptions.AllowInsecureHttp to be true. (Parameter 'options')",
            exception.Message);
        options.AllowInsecureHttp = true;
        Assert.NotNull(new RerankedKernelMemorySearch(client, new Reranker(new WordOverlapScorer()), options));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("Content-Type")]
    public void Constructor_ApiKeyHeader_IsRefused(string header)
    {
        using var client = new HttpClient();
        var options = new KernelMemorySearchOptions { Endpoint = new Uri("https://km.example"), ApiKeyHeader = header };

        ArgumentException exception =
            Assert.Throws<ArgumentException>("options", () => new RerankedKernelMemorySearch(client, new Reranker(new WordOverlapScorer()), options));

        Assert.Equal(
            $"KernelMemorySearchOptions.ApiKeyHeader is '{header}'; expected the name of a request header, such as Authorization. (Parameter 'options')",
            exception.Message);
    }

    [Theory]
    [InlineData("k-3f9a\nb")]
    [InlineData("k-3f9a\u00e9")]
    public void Constructor_ApiKey_IsRefusedAndNotShown(string key)
    {
        using var client = new HttpClient();
        var options = new KernelMemorySearchOptions { Endpoint = new Uri("https://km.example"), ApiKey = key };

        ArgumentException exception =
            Assert.Throws<ArgumentException>("options", () => new RerankedKernelMemorySearch(client, new Reranker(new WordOverlapScorer()), options));

        Assert.Equal(
            "KernelMemorySearchOptions.ApiKey has a character that no header can carry; expected visible ASCII characters. (Parameter 'options')",
            exception.Message);
    }

    private static async Task<HttpRequestException> FailAsync(KernelMemoryServer server, Action<KernelMemorySearchOptions> configure)
    {
        using var client = new HttpClient();
        return await Assert.ThrowsAsync<HttpRequestException>(
            () => NewSearch(client, server, configure).SearchAsync(Query, filters: [new() { { "customer", "customer-4711-acme" } }]));
    }

    private static async Task<string> FailWithProblemAsync(int status, string detail)
    {
        await using KernelMemoryServer server = await KernelMemoryServer.StartAsync([]);
        server.Script = context => KernelMemoryServer.ProblemAsync(context, status, "Title", detail);
        string who = $"Kernel Memory at {server.Address.Authority} ";
        string message = (await FailAsync(server, static options => options.ApiKey = Key)).Message;
        Assert.StartsWith(who, message, StringComparison.Ordinal);
        return message[who.Length..];
    }

    private static RerankedKernelMemorySearch NewSearch(HttpClient client, KernelMemoryServer server, Action<KernelMemorySearchOptions> configure)
    {
        var options = new KernelMemorySearchOptions { Endpoint = server.Address };
        configure(options);
        return new RerankedKernelMemorySearch(client, new Reranker(new WordOverlapScorer()), options);
    }
}
