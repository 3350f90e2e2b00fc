namespace Reranking;

/// <summary>Makes addresses fit for messages and logs: a user name, a query and a part of the path can be a key.</summary>
internal static class AddressRedactor
{
    private const int SecretLength = 16;
    private const string Hidden = "...";

    /// <summary>Returns an absolute address without what can be a secret.</summary>
    public static Uri Redact(Uri address) => new($"{address.Scheme}://{address.Authority}{Path(address)}");

    /// <summary>Returns the path of an absolute address without what can be a secret.</summary>
    public static string Path(Uri address) => string.Join('/', address.AbsolutePath.Split('/').Select(static segment => IsSecret(segment) ? Hidden : segment));

    /// <summary>Returns whether a segment of a path looks like a key.</summary>
    public static bool IsSecret(string segment) =>
        segment.Length >= SecretLength && segment.Any(char.IsAsciiDigit) && segment.Any(char.IsAsciiLetter);
}
