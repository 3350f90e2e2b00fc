namespace Reranking.Http.Tests;

/// <summary>Responses that break HTTP, or say nothing, with an echo of what they were sent where .NET's exceptions quote it.</summary>
internal static class MalformedResponses
{
    /// <summary>Gets them by the place of the echo, which has to be one word.</summary>
    public static IReadOnlyDictionary<string, Func<string, StubResponse>> WithEcho { get; } = new Dictionary<string, Func<string, StubResponse>>
    {
        ["line"] = static echo => StubResponse.Raw($"{echo}\r\n\r\n"),
        ["status line"] = static echo => StubResponse.Raw($"HTTP/1.1 {echo} OK\r\n\r\n"),
        ["version"] = static echo => StubResponse.Raw($"HTTP/{echo} 200 OK\r\nContent-Length: 0\r\n\r\n"),
        ["reason"] = static echo => StubResponse.Raw($"HTTP/1.1 400 {echo}\r\nContent-Length: 0\r\n\r\n"),
        ["header without a colon"] = static echo => StubResponse.Raw($"HTTP/1.1 200 OK\r\n{echo}\r\n\r\n"),
        ["header name"] = static echo => StubResponse.Raw($"HTTP/1.1 200 OK\r\n{echo} x: 1\r\n\r\n"),
        ["Content-Length"] = static echo => StubResponse.Raw($"HTTP/1.1 200 OK\r\nContent-Length: {echo}\r\n\r\n"),
        ["chunk"] = static echo => StubResponse.Raw($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{echo}\r\n"),
    };
}
