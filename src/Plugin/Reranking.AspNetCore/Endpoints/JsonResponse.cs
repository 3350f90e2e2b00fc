using Microsoft.AspNetCore.Http;

namespace Reranking.AspNetCore.Endpoints;

/// <summary>Sends JSON that is written already, with its length.</summary>
internal static class JsonResponse
{
    /// <summary>Sends an answer.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The status of the answer.</param>
    /// <param name="json">The body.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task SendAsync(HttpContext context, int status, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, cancellationToken).ConfigureAwait(false);
    }
}
