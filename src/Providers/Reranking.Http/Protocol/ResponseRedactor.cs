namespace Reranking.Http.Protocol;

/// <summary>
/// What a server says about a request, as far as it can be shown: nothing that shares a run of characters with the texts and secrets of the request.
/// </summary>
/// <param name="request">The request.</param>
/// <param name="secrets">The key, and what of the address can be one.</param>
internal sealed class ResponseRedactor(RerankRequest request, IReadOnlyList<string> secrets)
{
    private const int MaxModelLength = 100;
    private const int MaxCodeLength = 48;

    /// <summary>Returns a message, or that it is withheld.</summary>
    public string Message(string message) => MessageRedactor.Redact(message, request.Query, request.Texts, secrets) ?? MessageRedactor.Withheld;

    /// <summary>Returns the name of a model, or <see langword="null"/> if it can't be one.</summary>
    public string? Model(string? model) => MessageRedactor.Name(
        model,
        MaxModelLength,
        static character => char.IsAsciiLetterOrDigit(character) || ".-_/:@+".Contains(character, StringComparison.Ordinal),
        Texts,
        secrets);

    /// <summary>Returns the code or the type of an error, such as <c>INVALID_ARGUMENT</c>, or <see langword="null"/> if it does not look like one.</summary>
    public string? Code(string? code) => MessageRedactor.Name(
        code, MaxCodeLength, static character => char.IsAsciiLetter(character) || character is '_' or '.' or '-', Texts, secrets);

    /// <summary>Returns scheme, host and port of an address that a server names, or that they are withheld.</summary>
    public string Authority(Uri address)
    {
        string authority = $"{address.Scheme}://{address.Authority}";
        return MessageRedactor.Redact(authority, request.Query, request.Texts, secrets) is { } shown ? $"'{shown}'" : "an address that is withheld";
    }

    private IEnumerable<string> Texts => request.Texts.Prepend(request.Query);
}
