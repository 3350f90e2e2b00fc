using System.Security.Cryptography;
using System.Text;

namespace Reranking.Http.Protocol;

/// <summary>The address that requests go to.</summary>
internal sealed class RerankEndpoint
{
    private RerankEndpoint(Uri address)
    {
        Address = address;
        string[] segments = address.AbsolutePath.Split('/');
        ShownPath = AddressRedactor.Path(address);
        Public = AddressRedactor.Redact(address);
        string hidden = ShownPath == address.AbsolutePath ? address.Query : address.PathAndQuery;
        Identity = hidden.Length == 0 ? $"{Public}" : $"{Public}?{Hash(hidden)}";
        Secrets =
        [
            .. segments.Where(AddressRedactor.IsSecret),
            .. address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
                .Select(static parameter => parameter.Split('=', 2))
                .Where(static parameter => !parameter[0].Contains("version", StringComparison.OrdinalIgnoreCase))
                .Select(static parameter => Uri.UnescapeDataString(parameter[^1])),
        ];
    }

    /// <summary>Gets the full address.</summary>
    public Uri Address { get; }

    /// <summary>Gets the address without what can be a secret: the query, and parts of the path that look like keys.</summary>
    public Uri Public { get; }

    /// <summary>Gets the path without what can be a secret.</summary>
    public string ShownPath { get; }

    /// <summary>Gets the parts of the address that can be secrets.</summary>
    public IReadOnlyList<string> Secrets { get; }

    /// <summary>Gets what tells the address from others: what is hidden of it, which can choose a deployment, counts by its hash.</summary>
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

    private static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 4));
}
