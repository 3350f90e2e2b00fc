using System.Net.Sockets;
using System.Security.Authentication;

namespace Reranking;

/// <summary>Makes exceptions and media types fit for messages, logs and spans: a server chooses their text, and may echo query, documents or key.</summary>
internal static class ExceptionRedactor
{
    private static readonly string[] MediaTypes =
    [
        "application/json", "application/problem+json", "application/xml", "application/octet-stream", "application/x-ndjson",
        "text/event-stream", "text/html", "text/plain", "text/xml",
    ];

    /// <summary>Returns an exception to chain in place of another one, or <see langword="null"/> if its text may be that of the server.</summary>
    public static Exception? Redact(Exception? failure) => failure switch
    {
        HttpRequestException request => new HttpRequestException(
            request.HttpRequestError, $"The request failed ({request.HttpRequestError}).", Redact(request.InnerException), request.StatusCode),
        SocketException => failure,                                                // the text of the operating system
        AuthenticationException => new AuthenticationException(failure.Message),   // a text of .NET; what it chains need not be one
        OperationCanceledException canceled =>
            new OperationCanceledException("The request was canceled.", Redact(canceled.InnerException), canceled.CancellationToken),
        IOException => new IOException("The connection broke off.", Redact(failure.InnerException)),
        TimeoutException => new TimeoutException("The request took too long."),
        _ => null,
    };

    /// <summary>Returns what messages call a media type.</summary>
    public static string MediaType(string? mediaType) =>
        mediaType is null ? "no media type"
        : MediaTypes.FirstOrDefault(known => known.Equals(mediaType, StringComparison.OrdinalIgnoreCase)) ?? "an unknown media type";
}
