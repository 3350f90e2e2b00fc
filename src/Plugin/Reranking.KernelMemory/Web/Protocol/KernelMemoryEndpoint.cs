using System.Net.Http.Json;
using System.Text.Json;

namespace Reranking;

/// <summary>Sends searches to the service and reads its answers.</summary>
internal sealed class KernelMemoryEndpoint
{
    private readonly HttpClient _client;
    private readonly Uri _address;
    private readonly string? _key;
    private readonly string _keyHeader;
    private readonly KernelMemoryErrors _failures;

    public KernelMemoryEndpoint(HttpClient client, KernelMemorySearchOptions options)
    {
        Uri endpoint = CheckedEndpoint(options);
        _client = client;
        _address = new Uri(endpoint.AbsolutePath.EndsWith('/') ? endpoint : new Uri(endpoint.AbsoluteUri + "/"), "search");
        _key = CheckedKey(options);
        _keyHeader = CheckedHeader(options);
        _failures = new KernelMemoryErrors(_address, _keyHeader, _key is not null);
    }

    public async Task<IReadOnlyList<KernelMemoryCitation>> SearchAsync(SearchRequest request, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw _failures.Refused(response.StatusCode, await ReadProblemAsync(response.Content, request, cancellationToken).ConfigureAwait(false));
        }

        try
        {
            SearchResponse? answer = await response.Content.ReadFromJsonAsync(KernelMemoryJson.Default.SearchResponse, cancellationToken).ConfigureAwait(false);
            return Citations(answer) ?? throw _failures.NoSearchResult(response.Content.Headers.ContentType?.MediaType);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)   // the latter for a character set that does not exist
        {
            throw _failures.NoSearchResult(response.Content.Headers.ContentType?.MediaType);
        }
    }

    // The service leaves out what is null, and JSON of something else may lack anything.
    private static IReadOnlyList<KernelMemoryCitation>? Citations(SearchResponse? answer) =>
        answer?.Results is not { } results ? (answer?.NoResult == true ? [] : null)
        : results.All(static citation => citation?.Partitions is { } partitions && partitions.All(static partition => partition is not null)) ? results
        : null;

    private static Uri CheckedEndpoint(KernelMemorySearchOptions options) =>
        options.Endpoint is { IsAbsoluteUri: true, UserInfo: "", Query: "", Fragment: "" } endpoint && (endpoint.Scheme == Uri.UriSchemeHttp || endpoint.Scheme == Uri.UriSchemeHttps)
            ? endpoint
            : throw new ArgumentException(
                $"{nameof(KernelMemorySearchOptions)}.{nameof(options.Endpoint)} is {Shown(options.Endpoint)}; expected an absolute http or https address without user, query and fragment.",
                nameof(options));

    // What stands before an @ or after a ? may be a secret.
    private static string Shown(Uri? endpoint) =>
        endpoint is null ? "not set"
        : !endpoint.IsAbsoluteUri ? "relative"
        : $"'{endpoint.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)}'{(endpoint.UserInfo + endpoint.Query + endpoint.Fragment is "" ? "" : " and more")}";

    private static string? CheckedKey(KernelMemorySearchOptions options) =>
        string.IsNullOrWhiteSpace(options.ApiKey) ? null
        : options.ApiKey.Trim() is var key && key.All(static character => character is >= ' ' and <= '~') ? key
        : throw new ArgumentException(
            $"{nameof(KernelMemorySearchOptions)}.{nameof(options.ApiKey)} has a character that no header can carry; expected visible ASCII characters.", nameof(options));

    private static string CheckedHeader(KernelMemorySearchOptions options)
    {
        using var message = new HttpRequestMessage();
        return !string.IsNullOrWhiteSpace(options.ApiKeyHeader) && message.Headers.TryAddWithoutValidation(options.ApiKeyHeader, "key")
            ? options.ApiKeyHeader
            : throw new ArgumentException(
                $"{nameof(KernelMemorySearchOptions)}.{nameof(options.ApiKeyHeader)} is '{options.ApiKeyHeader}'; expected the name of a request header, such as Authorization.", nameof(options));
    }

    private async Task<HttpResponseMessage> SendAsync(SearchRequest request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, _address) { Content = JsonContent.Create(request, KernelMemoryJson.Default.SearchRequest) };
        if (_key is not null)
        {
            message.Headers.TryAddWithoutValidation(_keyHeader, _key);
        }

        try
        {
            // The body is waited for as well, so that the timeout of the client holds for all of the answer.
            return await _client.SendAsync(message, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException exception)
        {
            throw _failures.Unreachable(exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw _failures.TookTooLong(_client.Timeout, exception);
        }
    }

    private async Task<string?> ReadProblemAsync(HttpContent content, SearchRequest request, CancellationToken cancellationToken)
    {
        try
        {
            ProblemResponse? problem = await content.ReadFromJsonAsync(KernelMemoryJson.Default.ProblemResponse, cancellationToken).ConfigureAwait(false);
            return ProblemText.Clean(problem?.Detail ?? problem?.Title, request, _key);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;   // a page of a proxy: the status says it all
        }
    }
}
