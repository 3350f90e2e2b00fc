using System.Net.Http.Json;
using System.Text.Json;

namespace Reranking.KernelMemory.Web.Protocol;

/// <summary>Sends search requests to the web service and reads its responses.</summary>
internal sealed class KernelMemoryEndpoint
{
    private readonly HttpClient _client;
    private readonly Uri _address;
    private readonly string? _key;
    private readonly string _keyHeader;
    private readonly KernelMemoryErrors _errors;

    public KernelMemoryEndpoint(HttpClient client, KernelMemorySearchOptions options)
    {
        Uri endpoint = CheckedEndpoint(options);
        _client = client;
        _address = new Uri(endpoint.AbsolutePath.EndsWith('/') ? endpoint : new Uri(endpoint.AbsoluteUri + "/"), "search");
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

    // The service omits null properties, and JSON that is no search result may lack any of them.
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

        try
        {
            // The body is read here too, so that the timeout of the client covers the whole answer.
            return await _client.SendAsync(message, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException exception)
        {
            throw _errors.Unreachable(exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw _errors.TimedOut(_client.Timeout, exception);
        }
    }

    private async Task<string?> ReadProblemAsync(HttpContent content, SearchRequest request, CancellationToken cancellationToken)
    {
        try
        {
            ProblemResponse? problem = await content
                .ReadFromJsonAsync(KernelMemoryJson.Default.ProblemResponse, cancellationToken).ConfigureAwait(false);
            IEnumerable<string> filterValues = request.Filters.SelectMany(static filter => filter.Values).SelectMany(static values => values).OfType<string>();
            return MessageRedactor.Redact(problem?.Detail ?? problem?.Title ?? "", request.Query, filterValues, _key);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;   // a proxy's page: the status is all there is to report
        }
    }
}
