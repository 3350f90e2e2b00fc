using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Reranking.Http.Tests;

/// <summary>What the stub does with a request.</summary>
/// <param name="Send">Writes to the connection; whether it stays open is what comes back.</param>
public sealed record StubResponse(Func<NetworkStream, CancellationToken, Task<bool>> Send)
{
    /// <summary>Closes the connection without a byte.</summary>
    public static StubResponse HangUp { get; } = new((_, _) => Task.FromResult(false));

    /// <summary>Leaves the request without a response until the other side or the stub closes the connection.</summary>
    public static StubResponse Silence { get; } = new(async (_, stop) =>
    {
        await Task.Delay(Timeout.Infinite, stop);
        return false;
    });

    public static StubResponse Ok(string body) => Of(200, body);

    /// <summary>Sends bytes that need not be HTTP, and hangs up.</summary>
    public static StubResponse Raw(string text) => new(async (stream, stop) =>
    {
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text), stop);
        return false;
    });

    public static StubResponse Of(int status, string body = "", string headers = "") => new(async (stream, stop) =>
    {
        byte[] content = Encoding.UTF8.GetBytes(body);
        string type = headers.Contains("Content-Type", StringComparison.Ordinal) ? "" : "Content-Type: application/json\r\n";
        await stream.WriteAsync(
            Encoding.Latin1.GetBytes(
                string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Stub\r\n{type}Content-Length: {content.Length}\r\n{headers}\r\n")),
            stop);
        await stream.WriteAsync(content, stop);
        return true;
    });

    /// <summary>Announces more than it sends, and then hangs up or falls silent.</summary>
    public static StubResponse Partial(string body, int status = 200, bool hangUp = true) => new(async (stream, stop) =>
    {
        byte[] content = Encoding.UTF8.GetBytes(body);
        await stream.WriteAsync(
            Encoding.Latin1.GetBytes(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Stub\r\nContent-Length: {content.Length + 100}\r\n\r\n")),
            stop);
        await stream.WriteAsync(content, stop);
        if (!hangUp)
        {
            await Task.Delay(Timeout.Infinite, stop);
        }

        return false;
    });

    /// <summary>Sends a body of unannounced length, 1 MB after 1 MB, as long as the other side takes it.</summary>
    public static StubResponse Endless(int megabytes, int status = 200, Action<int>? onSent = null) => new(async (stream, stop) =>
    {
        await stream.WriteAsync(
            Encoding.Latin1.GetBytes(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Stub\r\nTransfer-Encoding: chunked\r\n\r\n")), stop);
        byte[] chunk = [.. "100000\r\n"u8, .. Enumerable.Repeat((byte)' ', 0x100000), .. "\r\n"u8];
        for (int i = 0; i < megabytes; i++)
        {
            await stream.WriteAsync(chunk, stop);
            onSent?.Invoke(i + 1);
        }

        await stream.WriteAsync("0\r\n\r\n"u8.ToArray(), stop);
        return true;
    });
}
