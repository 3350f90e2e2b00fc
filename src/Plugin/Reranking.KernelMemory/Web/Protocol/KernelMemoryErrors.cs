using System.Net;

namespace Reranking;

/// <summary>Puts failures of the service into words: what was found and expected, and the setting to change. No text of a query or document, and no key.</summary>
internal sealed class KernelMemoryErrors(Uri address, string keyHeader, bool hasKey)
{
    private const string Options = nameof(KernelMemorySearchOptions);

    private readonly string _who = $"Kernel Memory at {address.Authority}";

    public HttpRequestException Refused(HttpStatusCode status, string? problem)
    {
        string name = Enum.IsDefined(status) ? $"{(int)status} ({status})" : $"{(int)status}";
        string said = problem is null ? "" : $": {problem.TrimEnd('.', ' ')}";
        return new HttpRequestException($"{_who} answered {name}{said}.{Advice(status)}", inner: null, status);
    }

    public HttpRequestException NoSearchResult(string? mediaType) => new(
        HttpRequestError.InvalidResponse,
        $"{_who} answered {mediaType ?? "a body of no type"} that is no search result; expected JSON with 'results'. Check {Options}.{nameof(KernelMemorySearchOptions.Endpoint)}: its path '{address.AbsolutePath}' was asked.");

    public HttpRequestException Unreachable(HttpRequestException cause) => new(
        cause.HttpRequestError,
        $"The connection to {_who} failed{(cause.HttpRequestError == HttpRequestError.Unknown ? "" : $" ({cause.HttpRequestError})")}. Check {Options}.{nameof(KernelMemorySearchOptions.Endpoint)} and the network.",
        cause,
        cause.StatusCode);

    public TimeoutException TookTooLong(TimeSpan timeout, Exception cause) =>
        new($"{_who} did not answer within {timeout}. Raise the Timeout of the HttpClient, or lower {nameof(RerankingOptions)}.{nameof(RerankingOptions.CandidateCount)}.", cause);

    private string Advice(HttpStatusCode status) => (int)status switch
    {
        401 or 403 when !hasKey => $" No key was sent: set {Options}.{nameof(KernelMemorySearchOptions.ApiKey)}.",
        401 or 403 => $" A key was sent in the header '{keyHeader}': check {Options}.{nameof(KernelMemorySearchOptions.ApiKey)} and {Options}.{nameof(KernelMemorySearchOptions.ApiKeyHeader)}.",
        404 or 405 or (>= 300 and < 400) => $" The path was '{address.AbsolutePath}': check {Options}.{nameof(KernelMemorySearchOptions.Endpoint)}.",
        >= 500 => " The log of the service says why.",
        _ => "",
    };
}
