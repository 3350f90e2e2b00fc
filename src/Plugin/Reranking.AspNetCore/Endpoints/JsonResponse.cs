using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Reranking.AspNetCore.Endpoints;

/// <summary>Sends JSON that is written already, with its length.</summary>
internal static class JsonResponse
{
    public static async Task SendAsync(HttpContext context, int status, ArrayBufferWriter<byte> json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.WrittenCount;
        await context.Response.Body.WriteAsync(json.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
    }
}
