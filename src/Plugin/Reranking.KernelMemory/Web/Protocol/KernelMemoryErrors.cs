using System.Net;

namespace Reranking.KernelMemory.Web.Protocol;

/// <summary>
/// Creates the exceptions of the web search. Each message says what was found, what was expected and which option to change; none has a text or the key in it.
/// </summary>
internal sealed class KernelMemoryErrors(Uri address, string keyHeader, bool hasKey)
{
    private const string Options = nameof(KernelMemorySearchOptions);
    private const string Endpoint = $"{Options}.{nameof(KernelMemorySearchOptions.Endpoint)}";
    private const string Key = $"{Options}.{nameof(KernelMemorySearchOptions.ApiKey)}";
    private const string MaxResponseBytes = $"{Options}.{nameof(KernelMemorySearchOptions.MaxResponseBytes)}";
    private const string KeyHeader = $"{Options}.{nameof(KernelMemorySearchOptions.ApiKeyHeader)}";

    private readonly string _service = $"Kernel Memory at {address.Authority}";

    public static ArgumentException EndpointInvalid(Uri? endpoint, string paramName) =>
        new($"{Endpoint} is {Describe(endpoint)}; expected an absolute http or https address without user, query and fragment.", paramName);

    public static ArgumentException EndpointInsecure(Uri endpoint, string paramName) => new(
        $"{Endpoint} sends texts and key unencrypted to '{endpoint.Authority}'; "
        + $"expected https://, or {Options}.{nameof(KernelMemorySearchOptions.AllowInsecureHttp)} to be true.",
        paramName);

    public static ArgumentException MaxResponseBytesInvalid(int value, string paramName) =>
        new($"{MaxResponseBytes} is {value}; expected 1 or more.", paramName);

    public static ArgumentException KeyInvalid(string paramName) =>
        new($"{Key} has a character that no header can carry; expected visible ASCII characters.", paramName);

    public static ArgumentException KeyHeaderInvalid(string? name, string paramName) =>
        new($"{KeyHeader} is '{name}'; expected the name of a request header, such as Authorization.", paramName);

    public HttpRequestException Refused(HttpStatusCode status, string? problem)
    {
        string name = Enum.IsDefined(status) ? $"{(int)status} ({status})" : $"{(int)status}";
        string detail = problem is null ? "" : $": {problem.TrimEnd('.', ' ')}";
        return new HttpRequestException($"{_service} answered {name}{detail}.{Advice(status)}", inner: null, status);
    }

    public HttpRequestException NoSearchResult(string? mediaType) => new(
        HttpRequestError.InvalidResponse,
        $"{_service} returned {ExceptionRedactor.MediaType(mediaType)} that is not a search result; expected JSON with 'results'. "
        + $"Check {Endpoint}: its path '{AddressRedactor.Path(address)}' was requested.");

    public HttpRequestException TooLong(int maxResponseBytes) => new(
        HttpRequestError.ConfigurationLimitExceeded,
        $"{_service} answered more than {maxResponseBytes} bytes. "
        + $"Lower {nameof(RerankingOptions)}.{nameof(RerankingOptions.CandidateCount)}, or raise {MaxResponseBytes}.");

    public HttpRequestException Unreachable(HttpRequestException cause) => new(
        cause.HttpRequestError,
        $"The connection to {_service} failed{(cause.HttpRequestError == HttpRequestError.Unknown ? "" : $" ({cause.HttpRequestError})")}. "
        + $"Check {Endpoint} and the network.",
        ExceptionRedactor.Redact(cause),
        cause.StatusCode);

    public TimeoutException TimedOut(TimeSpan timeout, Exception cause) => new(
        $"{_service} did not answer within {timeout}. "
        + $"Raise the Timeout of the HttpClient, or lower {nameof(RerankingOptions)}.{nameof(RerankingOptions.CandidateCount)}.",
        ExceptionRedactor.Redact(cause));

    // What is no address of a server can be anything; what comes before an @ or after a ? can be a secret.
    private static string Describe(Uri? endpoint) =>
        endpoint is null ? "not set"
        : !endpoint.IsAbsoluteUri ? "relative"
        : endpoint.Scheme != Uri.UriSchemeHttp && endpoint.Scheme != Uri.UriSchemeHttps ? $"one of the scheme '{endpoint.Scheme}'"
        : $"'{AddressRedactor.Redact(endpoint)}'"
            + (endpoint.UserInfo + endpoint.Query + endpoint.Fragment is "" ? "" : " and more");

    private string Advice(HttpStatusCode status) => (int)status switch
    {
        401 or 403 when !hasKey => $" No key was sent: set {Key}.",
        401 or 403 => $" A key was sent in the header '{keyHeader}': check {Key} and {KeyHeader}.",
        404 or 405 or (>= 300 and < 400) => $" The path was '{AddressRedactor.Path(address)}': check {Endpoint}.",
        >= 500 => " See the log of the service for the cause.",
        _ => "",
    };
}
