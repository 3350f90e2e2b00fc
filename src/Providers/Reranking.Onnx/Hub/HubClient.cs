using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Reranking.Onnx.Hub;

/// <summary>A file of a model at an endpoint.</summary>
/// <param name="Plan">The model.</param>
/// <param name="Revision">The revision in the address.</param>
/// <param name="Path">The path within the repository.</param>
/// <param name="Uri">The address at the endpoint.</param>
/// <param name="Address">What messages call it: without what can be a secret; addresses of other hosts, which can be signed, are not shown at all.</param>
internal sealed record HubRequest(ModelPlan Plan, string Revision, string Path, Uri Uri, Uri Address)
{
    public RelevanceScoringException Missing() =>
        new(
            $"Model '{Plan.Repository}' has no file '{Path}' at revision '{Revision}' ('{Address}' returned 404). "
            + "Check the settings Model, Revision and ModelFile.");

    /// <summary>Creates the error about a response that is something else than the file; nothing of it is kept.</summary>
    public RelevanceScoringException NotTheFile(string problem, ModelStoreOptions options) =>
        new(
            $"'{Address}' {problem}; expected '{Path}' of model '{Plan.Repository}'. Nothing of it was kept. "
            + $"Check {options.SettingsPath}:Endpoint and the proxies between it and this machine.");
}

/// <summary>Asks an endpoint shaped like the Hugging Face hub for files.</summary>
/// <remarks>It follows redirects itself: the token goes to the endpoint and to no other host, and what the endpoint says of a file is kept.</remarks>
/// <param name="http">Sends; it should not follow redirects.</param>
/// <param name="options">The endpoint and the token.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class HubClient(HttpClient http, ModelStoreOptions options, TimeProvider timeProvider)
{
    private const int MaxRedirects = 5;

    /// <summary>Asks what a file is.</summary>
    /// <returns>What the endpoint says, or <see langword="null"/> if the revision has no such file.</returns>
    public async Task<HubFile?> FindAsync(HubRequest request, CancellationToken cancellationToken)
    {
        var file = new HubFile();
        using HttpResponseMessage response = await SendAsync(HttpMethod.Head, request, from: 0, file, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        if (!IsRedirect(response))
        {
            ThrowIfFailed(response, request);
            ThrowIfPage(response, request);
        }

        return file;
    }

    /// <summary>Asks for the content of a file.</summary>
    /// <param name="request">The file.</param>
    /// <param name="file">What is known of it.</param>
    /// <param name="from">The first byte wanted.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <returns>The response, whose body is still to be read: 206 with the rest, 200 with all of it, or 416.</returns>
    public async Task<HttpResponseMessage> OpenAsync(HubRequest request, HubFile file, long from, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await SendAsync(HttpMethod.Get, request, from, file, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && from > 0)
        {
            return response;
        }

        try
        {
            ThrowIfFailed(response, request);
            ThrowIfPage(response, request);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>Runs a step of a transfer and stops it if the endpoint is silent for too long.</summary>
    public async Task<T> GuardAsync<T>(HubRequest request, Func<CancellationToken, ValueTask<T>> step, CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(options.Timeout, timeProvider);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        try
        {
            return await step(stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            string seconds = options.Timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            throw new TransientHubException(
                $"'{request.Address}' was silent for {seconds} s. "
                + $"Check {options.SettingsPath}:Endpoint and the network, or raise {options.SettingsPath}:Timeout.",
                ExceptionRedactor.Redact(exception));
        }
        catch (HttpRequestException exception)
        {
            throw new TransientHubException(
                $"'{request.Address}' can't be reached ({exception.HttpRequestError}). Check {options.SettingsPath}:Endpoint and the network.",
                ExceptionRedactor.Redact(exception))
            {
                IsWorthRetrying = exception.HttpRequestError is not (HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError),
            };
        }
        catch (IOException exception)
        {
            throw new TransientHubException($"The connection to '{request.Address}' was lost. Check the network.", ExceptionRedactor.Redact(exception));
        }
    }

    public HubRequest RequestOf(ModelPlan plan, string revision, string path)
    {
        return new HubRequest(plan, revision, path, At(options.Endpoint), At(options.PublicEndpoint));

        Uri At(Uri endpoint) => new($"{endpoint.AbsoluteUri.TrimEnd('/')}/{plan.Repository}/resolve/{revision}/{path}");
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, HubRequest target, long from, HubFile file, CancellationToken cancellationToken)
    {
        Uri uri = target.Uri;
        for (int redirects = 0; ; redirects++)
        {
            using HttpRequestMessage request = CreateRequest(method, uri, from, file.ETag);
            HttpResponseMessage response = await GuardAsync(
                target,
                async stop => await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false);
            if (method == HttpMethod.Head)
            {
                file.Take(response);
            }

            if (!IsRedirect(response) || (method == HttpMethod.Head && file.IsComplete))
            {
                return response;
            }

            using (response)
            {
                uri = Next(target, uri, response);
            }

            if (redirects == MaxRedirects)
            {
                throw new RelevanceScoringException(
                    $"'{target.Address}' led through more than {MaxRedirects} redirects. Check {options.SettingsPath}:Endpoint.");
            }
        }
    }

    private HttpRequestMessage CreateRequest(HttpMethod method, Uri uri, long from, string? etag)
    {
        var request = new HttpRequestMessage(method, uri);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Reranking.Onnx", null));
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));   // lengths and ranges are those of the file
        bool atEndpoint = uri.Scheme == options.Endpoint.Scheme && uri.Authority == options.Endpoint.Authority;
        if (atEndpoint && options.Token is { Length: > 0 } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (from > 0)
        {
            request.Headers.Range = new RangeHeaderValue(from, null);

            // Another host has an ETag of its own for the same content; there, the hash tells.
            if (atEndpoint && etag is not null && !etag.StartsWith("W/", StringComparison.Ordinal))
            {
                request.Headers.TryAddWithoutValidation("If-Range", etag);
            }
        }

        return request;
    }

    private Uri Next(HubRequest target, Uri from, HttpResponseMessage response)
    {
        Uri? next = response.Headers.Location is { } location && Uri.TryCreate(from, location, out Uri? resolved) ? resolved : null;
        return next is { Scheme: "https" } || (next is { Scheme: "http" } && (next.IsLoopback || options.AllowInsecureHttp))
            ? next
            : throw new RelevanceScoringException(
                $"'{target.Address}' redirects to {(next is null ? "no address" : "an address without https")}; "
                + $"expected one with https. Check {options.SettingsPath}:Endpoint.");
    }

    private static bool IsRedirect(HttpResponseMessage response) => (int)response.StatusCode is 301 or 302 or 303 or 307 or 308;

    private void ThrowIfFailed(HttpResponseMessage response, HubRequest request)
    {
        int status = (int)response.StatusCode;
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        string returned = string.Create(CultureInfo.InvariantCulture, $"'{request.Address}' returned {status}");
        throw status switch
        {
            401 or 403 => new RelevanceScoringException(
                $"{returned}: model '{request.Plan.Repository}' is private, gated or misspelled, or the token is not valid for it. "
                + $"Accept its conditions at '{options.PublicEndpoint.AbsoluteUri.TrimEnd('/')}/{request.Plan.Repository}' "
                + $"and set {options.SettingsPath}:Token."),
            404 => request.Missing(),
            408 or 429 or >= 500 => new TransientHubException($"{returned}. Check {options.SettingsPath}:Endpoint, or try later.")
            {
                RetryAfter = RetryAfter(response),
            },
            _ => new RelevanceScoringException($"{returned}; expected the file. Check {options.SettingsPath}:Endpoint."),
        };
    }

    // A sign-in page, or the error of a proxy, with the status of success.
    private void ThrowIfPage(HttpResponseMessage response, HubRequest request)
    {
        if (response.Content.Headers.ContentType?.MediaType is { } type
            && (type.Equals("text/html", StringComparison.OrdinalIgnoreCase) || type.Equals("application/xhtml+xml", StringComparison.OrdinalIgnoreCase)))
        {
            throw request.NotTheFile("is an HTML page", options);
        }
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        TimeSpan? asked = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - timeProvider.GetUtcNow(),
            _ => null,
        };
        return asked < TimeSpan.Zero ? TimeSpan.Zero : asked;
    }
}
