using System.Net;
using System.Net.Sockets;

namespace Reranking.Serve.Tests.Support;

/// <summary>The ports of this machine.</summary>
internal static class LoopbackPort
{
    /// <summary>Returns whether somebody accepts connections.</summary>
    public static async Task<bool> IsListeningAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
