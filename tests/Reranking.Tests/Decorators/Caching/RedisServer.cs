using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Reranking.Tests;

/// <summary>A redis-server of its own on the loopback, in memory only.</summary>
internal sealed class RedisServer : IDisposable
{
    private readonly Process _process;

    private RedisServer(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Starts the server and waits until it answers; the test is skipped where it is not installed.</summary>
    /// <param name="wanted">The port, or <see langword="null"/> for a free one.</param>
    public static async Task<RedisServer> StartAsync(int? wanted = null)
    {
        string? program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? "redis-server.exe" : "redis-server"))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "redis-server is not installed. Install the package redis-server (Debian) or redis (Homebrew).");

        // The free port may be taken by somebody else before the server has it.
        for (int attempt = 0; ; attempt++)
        {
            int port = wanted ?? FreePort();
            Process process = Process.Start(
                new ProcessStartInfo(program!, ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                })!;
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            var server = new RedisServer(process, port);
            if (await server.AnswersAsync())
            {
                return server;
            }

            server.Dispose();
            Assert.True(attempt < 5, $"{program} does not start.");
        }
    }

    /// <summary>Returns how many keys the server has.</summary>
    public Task<int> CountKeysAsync() => CountKeysAsync(Port);

    /// <summary>Returns how many keys a server on a port of this machine has.</summary>
    public static async Task<int> CountKeysAsync(int port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await client.GetStream().WriteAsync("DBSIZE\r\n"u8.ToArray());
        using var reader = new StreamReader(client.GetStream());
        return int.Parse((await reader.ReadLineAsync())![1..], System.Globalization.CultureInfo.InvariantCulture);
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    /// <summary>Returns a port that nobody listens on now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<bool> AnswersAsync()
    {
        while (!_process.HasExited)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, Port);
                await client.GetStream().WriteAsync("PING\r\n"u8.ToArray());
                byte[] answer = new byte[7];
                await client.GetStream().ReadExactlyAsync(answer);
                if (Encoding.ASCII.GetString(answer) == "+PONG\r\n")
                {
                    return true;
                }
            }
            catch (Exception exception) when (exception is SocketException or IOException)
            {
                // Not listening yet: there is no signal of it but the port itself.
                await Task.Delay(20);
            }
        }

        return false;
    }
}
