using Microsoft.AspNetCore.Http;

namespace Reranking.Tool.Serving;

/// <summary>Refuses what a page of another site asks for: a browser names it, and no other client does.</summary>
/// <remarks>
/// Beside the check of the Host header, which keeps out names that only pretend to be this machine. The scheme does not count: a balancer that ends TLS makes
/// http of https, and another site has another name.
/// </remarks>
internal static class OriginCheck
{
    public static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        string origin = context.Request.Headers.Origin.ToString();
        if (origin.Length > 0 && !IsOf(origin, context.Request.Host.ToString()))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""{"message":"Pages of other sites may not ask this server."}""", context.RequestAborted).ConfigureAwait(false);
            return;
        }

        await next(context).ConfigureAwait(false);
    }

    private static bool IsOf(string origin, string host) =>
        string.Equals(origin, "http://" + host, StringComparison.OrdinalIgnoreCase)
        || string.Equals(origin, "https://" + host, StringComparison.OrdinalIgnoreCase);
}
