using System.Security.Cryptography;
using System.Text;

namespace Reranking.Http.Protocol;

/// <summary>The address that requests go to.</summary>
internal sealed class RerankEndpoint
{
    private RerankEndpoint(Uri address)
    {
        Address = address;
        Public = new Uri(address.GetLeftPart(UriPartial.Path));
        Identity = address.Query.Length == 0 ? $"{Public}" : $"{Public}?{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(address.Query)).AsSpan(0, 4))}";
    }

    /// <summary>Gets the address in full.</summary>
    public Uri Address { get; }

    /// <summary>Gets the address without the query, which may hold a secret.</summary>
    public Uri Public { get; }

    /// <summary>Gets what tells the address from others: a query, which may choose a deployment, counts by its hash.</summary>
    public string Identity { get; }

    public bool IsLoopback => Address.IsLoopback;

    /// <summary>Returns the address of requests, or <see langword="null"/> if the options have none and the API has no vendor.</summary>
    public static RerankEndpoint? From(HttpScorerOptions options, RerankDialect dialect)
    {
        Uri? address = options.Endpoint ?? (dialect.Host is { } host ? new Uri(host) : null);
        if (address is not { IsAbsoluteUri: true })
        {
            return null;
        }

        if (address.AbsolutePath.EndsWith('/'))
        {
            address = new UriBuilder(address) { Path = address.AbsolutePath + dialect.Path }.Uri;
        }

        return new RerankEndpoint(address);
    }
}
