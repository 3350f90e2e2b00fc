using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Reranking.Onnx.Hub;

namespace Reranking.Onnx.Tests;

/// <summary>
/// A server on this machine in the shape of the Hugging Face hub, over a real socket. Large files are told by their hash, small ones by an ETag
/// alone, as the hub does.
/// </summary>
internal sealed class HubServer : IAsyncDisposable
{
    public const string Repository = "tests/tiny-reranker";
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly WebApplication _application;

    private HubServer(WebApplication application) => _application = application;

    public Uri Endpoint { get; private set; } = null!;

    public Dictionary<string, byte[]> Files { get; } = [];

    public ConcurrentQueue<HubServerRequest> Requests { get; } = [];

    public IReadOnlyList<HubServerRequest> Gets => [.. Requests.Where(request => request.Method == "GET")];

    /// <summary>Gets or sets what is done instead of serving a file; it answers whether it has.</summary>
    public Func<HttpContext, string, Task<bool>> Instead { get; set; } = static (_, _) => Task.FromResult(false);

    /// <summary>Gets or sets a change of the bytes that go out, which leaves what is told of them.</summary>
    public Func<string, byte[], byte[]> Spoil { get; set; } = static (_, bytes) => bytes;

    /// <summary>Gets or sets after how many bytes the ONNX file stops coming, and what happens then; the answer just ends where that is nothing.</summary>
    public (int Bytes, Func<HttpContext, Task>? Then)? StopAfter { get; set; }

    /// <summary>Gets or sets what commit is told for the revision of a request.</summary>
    public Func<string, string?> TellCommit { get; set; } = static revision => ModelName.IsCommit(revision) ? revision : Commit;

    public bool TellsHash { get; set; } = true;

    public bool TellsLength { get; set; } = true;

    public bool TakesRanges { get; set; } = true;

    /// <summary>Starts a server with the tiny model of the fixtures.</summary>
    public static async Task<HubServer> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        builder.Services.AddLogging(logging => logging.ClearProviders());
        WebApplication application = builder.Build();
        var server = new HubServer(application);
        application.Run(server.AnswerAsync);
        await application.StartAsync();
        server.Endpoint = new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

        using TemporaryFolder model = TestModels.Unpack();
        server.Files["config.json"] = await File.ReadAllBytesAsync(model.File("config.json"));
        server.Files["tokenizer.json"] = await File.ReadAllBytesAsync(model.File("tokenizer.json"));
        server.Files["onnx/model.onnx"] = await File.ReadAllBytesAsync(model.File("model.onnx"));
        return server;
    }

    public long BytesServed(string file) => Gets.Where(request => request.File == file).Sum(request => request.BytesServed);

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        string[] path = context.Request.Path.Value!.Split("/resolve/", 2);
        string[] asked = path[^1].Split('/', 2);
        string file = asked[^1];
        var request = new HubServerRequest
        {
            Method = context.Request.Method,
            Path = context.Request.Path,
            Revision = asked[0],
            File = file,
            Range = context.Request.Headers.Range,
            IfRange = context.Request.Headers.IfRange,
            Authorization = context.Request.Headers.Authorization,
        };
        Requests.Enqueue(request);
        if (await Instead(context, file))
        {
            return;
        }

        if (Files.TryGetValue(file, out byte[]? content))
        {
            await ServeAsync(context, request, content);
        }
        else
        {
            context.Response.StatusCode = 404;
        }
    }

    private async Task ServeAsync(HttpContext context, HubServerRequest request, byte[] content)
    {
        bool isLarge = content.Length > 1_000_000;
        string etag = Convert.ToHexStringLower(SHA256.HashData(content));
        etag = $"\"{(isLarge ? etag : etag[..40])}\"";
        IHeaderDictionary headers = context.Response.Headers;
        if (TellCommit(request.Revision) is { } commit)
        {
            headers["X-Repo-Commit"] = commit;
        }

        headers.ETag = etag;
        if (isLarge && TellsHash)
        {
            headers["X-Linked-Etag"] = etag;
            headers["X-Linked-Size"] = $"{content.Length}";
        }

        int from = 0;
        if (TakesRanges && request.Range is { } range && (request.IfRange is null || request.IfRange == etag))
        {
            from = (int)RangeHeaderValue.Parse(range).Ranges.Single().From!.Value;
            headers.ContentRange = $"bytes {from}-{content.Length - 1}/{content.Length}";
            context.Response.StatusCode = 206;
        }

        (int Bytes, Func<HttpContext, Task>? Then)? stop = request is { File: "onnx/model.onnx", Method: "GET" } ? StopAfter : null;
        if (TellsLength && stop is not { Then: null })
        {
            headers.ContentLength = content.Length - from;
        }

        if (request.Method != "GET")
        {
            return;
        }

        ReadOnlyMemory<byte> body = Spoil(request.File, content).AsMemory(from);
        body = body[..Math.Min(body.Length, stop?.Bytes ?? int.MaxValue)];
        request.BytesServed = body.Length;
        await context.Response.Body.WriteAsync(body);
        if (stop is { Then: { } then })
        {
            await context.Response.Body.FlushAsync();
            await then(context);
        }
    }
}

/// <summary>What a request asked for and got.</summary>
internal sealed class HubServerRequest
{
    public required string Method { get; init; }

    public required string Path { get; init; }

    public required string Revision { get; init; }

    public required string File { get; init; }

    public string? Range { get; init; }

    public string? IfRange { get; init; }

    public string? Authorization { get; init; }

    public long BytesServed { get; set; }
}
