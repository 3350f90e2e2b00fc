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
        Identity = address.Query.Length == 0 ? $"{Public}" : $"{Public}?{Hash(address.Query)}";
    }

    /// <summary>Gets the full address.</summary>
    public Uri Address { get; }

    /// <summary>Gets the address without the query, which can hold a secret.</summary>
    public Uri Public { get; }

    /// <summary>Gets what tells the address from others: a query, which can choose a deployment, counts by its hash.</summary>
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

    private static string Hash(string query) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(query)).AsSpan(0, 4));
}
