using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Reranking.AspNetCore.Endpoints;

namespace Reranking.AspNetCore.Playground;

/// <summary>A file of the playground, which is part of the assembly.</summary>
internal sealed class PlaygroundFile
{
    // What the page is made of and whom it asks is this server alone; nothing may run in it, frame it or be sent by it that did not come with it.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'";

    private readonly byte[] _content;
    private readonly string _contentType;
    private readonly EntityTagHeaderValue _tag;

    private PlaygroundFile(byte[] content, string contentType)
    {
        (_content, _contentType) = (content, contentType);
        _tag = new EntityTagHeaderValue($"\"{Convert.ToHexString(SHA256.HashData(content))[..32]}\"");
    }

    public static PlaygroundFile Page { get; } = Load("playground.html", "text/html");

    public static PlaygroundFile Style { get; } = Load("playground.css", "text/css");

    public static PlaygroundFile Script { get; } = Load("playground.js", "text/javascript");

    /// <summary>Answers the page, whose references are relative: where the path does not end with a slash, it leads to the one that does.</summary>
    public static Task InvokePageAsync(HttpContext context)
    {
        string path = $"{context.Request.PathBase}{context.Request.Path}";
        if (path.EndsWith('/'))
        {
            return Page.InvokeAsync(context);
        }

        // Relative too, since a proxy may have taken a part of the path away. The dot keeps a segment with a colon from being read as a scheme.
        context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        context.Response.Headers.Location = $"./{Uri.EscapeDataString(path[(path.LastIndexOf('/') + 1)..])}/";
        return Task.CompletedTask;
    }

    /// <summary>Answers the file, or that it has not changed.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-cache";   // kept, and asked about each time: a new version of the package shows at once
        headers.ETag = _tag.ToString();
        if (context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(_tag, useStrongComparison: false) || known == EntityTagHeaderValue.Any))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = $"{_contentType}; charset=utf-8";
        context.Response.ContentLength = _content.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(_content, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static PlaygroundFile Load(string name, string contentType) => new(EmbeddedFile.Read(typeof(PlaygroundFile), name), contentType);
}
