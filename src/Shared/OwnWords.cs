using System.Net.Sockets;
using System.Security.Authentication;

namespace Reranking;

/// <summary>Failures and types of content without the words of the other side, which can be those of the query, the documents or the key.</summary>
internal static class OwnWords
{
    private static readonly string[] MediaTypes =
    [
        "application/json", "application/problem+json", "application/xml", "application/octet-stream", "application/x-ndjson",
        "text/event-stream", "text/html", "text/plain", "text/xml",
    ];

    /// <summary>Returns a failure to chain in place of one, or <see langword="null"/> if it may hold words of the other side.</summary>
    public static Exception? Of(Exception? failure) => failure switch
    {
        HttpRequestException request => new HttpRequestException(
            request.HttpRequestError, $"The request failed ({request.HttpRequestError}).", Of(request.InnerException), request.StatusCode),
        SocketException => failure,                                                // the text of the operating system
        AuthenticationException => new AuthenticationException(failure.Message),   // a text of .NET; what it chains need not be one
        OperationCanceledException canceled =>
            new OperationCanceledException("The request was canceled.", Of(canceled.InnerException), canceled.CancellationToken),
        IOException => new IOException("The connection broke off.", Of(failure.InnerException)),
        TimeoutException => new TimeoutException("The request took too long."),
        _ => null,
    };

    /// <summary>Returns what messages call a media type.</summary>
    public static string MediaType(string? mediaType) =>
        mediaType is null ? "no media type"
        : MediaTypes.FirstOrDefault(known => known.Equals(mediaType, StringComparison.OrdinalIgnoreCase)) ?? "an unknown media type";
}
