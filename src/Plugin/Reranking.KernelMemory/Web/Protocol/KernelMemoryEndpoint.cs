using System.Net.Http.Json;
using System.Text.Json;

namespace Reranking.KernelMemory.Web.Protocol;

/// <summary>Sends search requests to the web service and reads its responses.</summary>
internal sealed class KernelMemoryEndpoint
{
    // A problem is a sentence or two; whatever is longer comes from somebody else.
    private const int LongestProblem = 64 << 10;

    private readonly HttpClient _client;
    private readonly Uri _address;
    private readonly int _maxResponseBytes;
    private readonly string? _key;
    private readonly string _keyHeader;
    private readonly KernelMemoryErrors _errors;

    public KernelMemoryEndpoint(HttpClient client, KernelMemorySearchOptions options)
    {
        Uri endpoint = CheckedEndpoint(options);
        _client = client;
        _address = new Uri(endpoint.AbsolutePath.EndsWith('/') ? endpoint : new Uri(endpoint.AbsoluteUri + "/"), "search");
        _maxResponseBytes = options.MaxResponseBytes > 0
            ? options.MaxResponseBytes
            : throw KernelMemoryErrors.MaxResponseBytesInvalid(options.MaxResponseBytes, nameof(options));
        _key = CheckedKey(options);
        _keyHeader = CheckedHeader(options);
        _errors = new KernelMemoryErrors(_address, _keyHeader, _key is not null);
    }

    public async Task<IReadOnlyList<KernelMemoryCitation>> SearchAsync(SearchRequest request, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw _errors.Refused(
                response.StatusCode, await ReadProblemAsync(response.Content, request, cancellationToken).ConfigureAwait(false));
        }

        try
        {
            SearchResponse? answer = await response.Content
                .ReadFromJsonAsync(KernelMemoryJson.Default.SearchResponse, cancellationToken).ConfigureAwait(false);
            return Citations(answer) ?? throw _errors.NoSearchResult(response.Content.Headers.ContentType?.MediaType);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)   // the latter for an unknown character set
        {
            throw _errors.NoSearchResult(response.Content.Headers.ContentType?.MediaType);
        }
    }

    // The service omits null properties, and JSON that is not a search result may lack any of them.
    private static IReadOnlyList<KernelMemoryCitation>? Citations(SearchResponse? answer) =>
        answer?.Results is not { } results ? (answer?.NoResult == true ? [] : null)
        : results.All(static citation => citation?.Partitions is { } partitions && partitions.All(static partition => partition is not null)) ? results
        : null;

    private static Uri CheckedEndpoint(KernelMemorySearchOptions options) =>
        options.Endpoint is not { IsAbsoluteUri: true, UserInfo: "", Query: "", Fragment: "" } endpoint || !IsHttp(endpoint)
            ? throw KernelMemoryErrors.EndpointInvalid(options.Endpoint, nameof(options))
        : endpoint.Scheme == Uri.UriSchemeHttp && !endpoint.IsLoopback && !options.AllowInsecureHttp
            ? throw KernelMemoryErrors.EndpointInsecure(endpoint, nameof(options))
        : endpoint;

    private static bool IsHttp(Uri endpoint) => endpoint.Scheme == Uri.UriSchemeHttp || endpoint.Scheme == Uri.UriSchemeHttps;

    private static string? CheckedKey(KernelMemorySearchOptions options) =>
        string.IsNullOrWhiteSpace(options.ApiKey) ? null
        : options.ApiKey.Trim() is var key && key.All(static character => character is >= ' ' and <= '~') ? key
        : throw KernelMemoryErrors.KeyInvalid(nameof(options));

    private static string CheckedHeader(KernelMemorySearchOptions options)
    {
        using var message = new HttpRequestMessage();
        return !string.IsNullOrWhiteSpace(options.ApiKeyHeader) && message.Headers.TryAddWithoutValidation(options.ApiKeyHeader, "key")
            ? options.ApiKeyHeader
            : throw KernelMemoryErrors.KeyHeaderInvalid(options.ApiKeyHeader, nameof(options));
    }

    private async Task<HttpResponseMessage> SendAsync(SearchRequest request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, _address)
        {
            Content = JsonContent.Create(request, KernelMemoryJson.Default.SearchRequest),
        };
        if (_key is not null)
        {
            message.Headers.TryAddWithoutValidation(_keyHeader, _key);
        }

        HttpResponseMessage? response = null;
        bool isWhole = false;
        try
        {
            // The timeout of the client ends with the head, if the body is not read by it; and read by it, a body has no bound.
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(_client.Timeout);
            response = await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, timeout.Token).ConfigureAwait(false);
            isWhole = await ReadAsync(response, timeout.Token).ConfigureAwait(false);
            return isWhole ? response : throw _errors.TooLong(_maxResponseBytes);
        }
        catch (HttpRequestException exception) when (response is null)
        {
            throw _errors.Unreachable(exception);
        }
        catch (IOException exception)
        {
            HttpRequestError error = (exception as HttpIOException)?.HttpRequestError ?? HttpRequestError.Unknown;
            throw _errors.Unreachable(new HttpRequestException(error, exception.Message, exception));
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
        {
            // The client saw a token of this method, and the caller wants to recognize its own.
            throw new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
        catch (OperationCanceledException exception)
        {
            throw _errors.TimedOut(_client.Timeout, exception);
        }
        finally
        {
            if (!isWhole)
            {
                response?.Dispose();
            }
        }
    }

    /// <summary>Replaces the content of a response by its bytes. Returns false if a search result has too many; a problem that has is left out.</summary>
    private async Task<bool> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        int limit = response.IsSuccessStatusCode ? _maxResponseBytes : LongestProblem;
        Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var body = new MemoryStream(capacity: (int)Math.Min(response.Content.Headers.ContentLength ?? 0, limit));
        byte[] buffer = new byte[16 << 10];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            if (body.Length + read > limit)
            {
                if (response.IsSuccessStatusCode)
                {
                    return false;
                }

                body.SetLength(0);
                break;
            }

            body.Write(buffer, 0, read);
        }

        HttpContent head = response.Content;
        response.Content = new ByteArrayContent(body.GetBuffer(), 0, (int)body.Length);   // not a copy
        response.Content.Headers.ContentType = head.Headers.ContentType;
        head.Dispose();
        return true;
    }

    private async Task<string?> ReadProblemAsync(HttpContent content, SearchRequest request, CancellationToken cancellationToken)
    {
        try
        {
            ProblemResponse? problem = await content
                .ReadFromJsonAsync(KernelMemoryJson.Default.ProblemResponse, cancellationToken).ConfigureAwait(false);
            IEnumerable<string> filterValues = request.Filters.SelectMany(static filter => filter.Values).SelectMany(static values => values).OfType<string>();
            string? message = problem?.Detail ?? problem?.Title;
            return string.IsNullOrWhiteSpace(message) ? null
                : MessageRedactor.Redact(message, request.Query, filterValues, _key is null ? [] : [_key]) ?? MessageRedactor.Withheld;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;   // a proxy's page: the status is all there is to report
        }
    }
}
