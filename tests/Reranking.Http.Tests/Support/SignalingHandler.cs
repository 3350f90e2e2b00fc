namespace Reranking.Http.Tests;

/// <summary>Tells when the headers of a response are there, and remembers what it was asked to send.</summary>
internal sealed class SignalingHandler : DelegatingHandler
{
    private readonly TaskCompletionSource _headers = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SignalingHandler(HttpMessageHandler? inner = null)
        : base(inner ?? new SocketsHttpHandler { AllowAutoRedirect = false })
    {
    }

    public Task Headers => _headers.Task;

    public bool IsDisposed { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        _headers.TrySetResult();
        return response;
    }

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
