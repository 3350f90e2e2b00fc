using Microsoft.AspNetCore.Http;

namespace Reranking.Tool.Serving;

/// <summary>Refuses what a page of another site asks for: a browser names it, and no other client does.</summary>
/// <remarks>Beside the check of the Host header, which keeps out names that only pretend to be this machine.</remarks>
internal static class OriginCheck
{
    public static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        string origin = context.Request.Headers.Origin.ToString();
        if (origin.Length > 0 && !string.Equals(origin, $"{context.Request.Scheme}://{context.Request.Host}", StringComparison.OrdinalIgnoreCase))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""{"message":"Pages of other sites may not ask this server."}""", context.RequestAborted).ConfigureAwait(false);
            return;
        }

        await next(context).ConfigureAwait(false);
    }
}
