using Microsoft.AspNetCore.Http;

namespace Reranking.AspNetCore.Endpoints;

/// <summary>The id of a request: the client's if it is one that can stand in a header and a log, else one of ours.</summary>
internal static class RequestId
{
    public const string Header = "X-Request-Id";

    private const int MaxLength = 128;

    public static string Set(HttpContext context)
    {
        string asked = context.Request.Headers[Header].ToString();
        string id = asked.Length is > 0 and <= MaxLength && asked.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? asked
            : Guid.NewGuid().ToString("N");
        context.Response.Headers[Header] = id;
        return id;
    }
}
