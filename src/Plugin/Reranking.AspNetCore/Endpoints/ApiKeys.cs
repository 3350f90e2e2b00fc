using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Reranking.AspNetCore.Endpoints;

/// <summary>The keys that may ask, as hashes.</summary>
/// <param name="hashes">SHA-256, in hexadecimal digits.</param>
internal sealed class ApiKeys(IEnumerable<string> hashes)
{
    private const string Scheme = "Bearer ";

    private readonly byte[][] _hashes = [.. hashes.Select(Convert.FromHexString)];

    /// <summary>Returns who asks: the key, as a hash, or the address where no key is needed; or <see langword="null"/> for whom may not.</summary>
    public string? Identify(HttpContext context)
    {
        if (_hashes.Length == 0)
        {
            return context.Connection.RemoteIpAddress?.ToString() ?? "";
        }

        string header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim()));
        bool isKnown = false;
        foreach (byte[] known in _hashes)
        {
            isKnown |= CryptographicOperations.FixedTimeEquals(hash, known);   // all of them, so that the time tells nothing
        }

        return isKnown ? Convert.ToHexString(hash) : null;
    }
}
