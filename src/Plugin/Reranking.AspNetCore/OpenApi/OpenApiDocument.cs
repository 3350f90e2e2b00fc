using Microsoft.AspNetCore.Http;

namespace Reranking.AspNetCore.OpenApi;

/// <summary>The description of the endpoints; written by hand, since the shapes are those of others, and held to the endpoints by a test.</summary>
internal static class OpenApiDocument
{
    private static readonly Lazy<byte[]> Content = new(static () =>
    {
        using Stream stream = typeof(OpenApiDocument).Assembly.GetManifestResourceStream("Reranking.AspNetCore.OpenApi.openapi.json")!;
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    });

    /// <summary>Answers with the description.</summary>
    public static async Task SendAsync(HttpContext context)
    {
        byte[] content = Content.Value;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = content.Length;
        await context.Response.Body.WriteAsync(content, context.RequestAborted).ConfigureAwait(false);
    }
}
