using System.Net.Sockets;
using System.Security.Authentication;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Timeout;

namespace Reranking.Http.Protocol;

/// <summary>Failures without the words of the other side, which can be those of the query, the documents or the key.</summary>
internal static class OwnWords
{
    /// <summary>Returns a failure to chain in place of one, or <see langword="null"/> if nothing of it is known to be of this side.</summary>
    public static Exception? Of(Exception? failure) => failure switch
    {
        RelevanceScoringException => failure,
        HttpRequestException request => new HttpRequestException(
            request.HttpRequestError, $"The request failed ({request.HttpRequestError}).", Of(request.InnerException), request.StatusCode),
        SocketException => failure,                                                   // the text of the operating system
        AuthenticationException => new AuthenticationException(failure.Message),      // a text of .NET; what it chains need not be one
        TimeoutRejectedException late => new TimeoutRejectedException($"The attempt took longer than {late.Timeout}.", late.Timeout),
        RateLimiterRejectedException { RetryAfter: { } wait } => new RateLimiterRejectedException(wait),
        RateLimiterRejectedException => new RateLimiterRejectedException(),
        BrokenCircuitException => new BrokenCircuitException(),
        OperationCanceledException canceled => new OperationCanceledException("The request was canceled.", Of(canceled.InnerException), canceled.CancellationToken),
        IOException io => new IOException("The connection broke off.", Of(io.InnerException)),
        TimeoutException => new TimeoutException("The request took too long."),
        _ => null,
    };
}
