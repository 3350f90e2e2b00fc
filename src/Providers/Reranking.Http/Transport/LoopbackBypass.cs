using System.Net;

namespace Reranking.Http.Transport;

/// <summary>The default proxy, but not for this machine: what is sent to an endpoint on this machine must not leave it.</summary>
/// <remarks>The proxy that environment variables name has no such exception.</remarks>
internal sealed class LoopbackBypass : IWebProxy
{
    public ICredentials? Credentials
    {
        get => HttpClient.DefaultProxy.Credentials;
        set => HttpClient.DefaultProxy.Credentials = value;
    }

    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : HttpClient.DefaultProxy.GetProxy(destination);

    public bool IsBypassed(Uri host) => host.IsLoopback || HttpClient.DefaultProxy.IsBypassed(host);
}
