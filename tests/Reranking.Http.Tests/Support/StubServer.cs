using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Reranking.Http.Tests;

/// <summary>An HTTP/1.1 server on a socket of its own, so that everything a network does to a client can be done here.</summary>
public sealed class StubServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<StubRequest> _arrivals = Channel.CreateUnbounded<StubRequest>();
    private readonly ConcurrentQueue<StubRequest> _requests = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Func<StubRequest, StubResponse> _respond;
    private readonly Task _accepting;
    private int _accepted;

    /// <summary>Starts a server that responds to each request by a function.</summary>
    public StubServer(Func<StubRequest, StubResponse> respond)
    {
        _respond = respond;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Starts a server that returns the responses in turn, the last one again and again.</summary>
    public StubServer(params StubResponse[] responses)
        : this(InTurn(responses))
    {
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Authority => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    public Uri Endpoint => new(Address);

    public string Address => $"http://{Authority}";

    /// <summary>Gets how many connections came in; each one that did not exist before a call means that the call reached the network.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    public IReadOnlyList<StubRequest> Requests => [.. _requests];

    /// <summary>Gets a value indicating whether the requests are remembered; a test that sends very many measures its own memory otherwise.</summary>
    public bool KeepsRequests { get; init; } = true;

    /// <summary>Waits for the next request that was not waited for.</summary>
    public ValueTask<StubRequest> NextAsync() => _arrivals.Reader.ReadAsync();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Stop();
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private static Func<StubRequest, StubResponse> InTurn(StubResponse[] responses)
    {
        int next = -1;
        return _ => responses[Math.Min(Interlocked.Increment(ref next), responses.Length - 1)];
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Interlocked.Increment(ref _accepted);
                _connections.Add(ServeAsync(client));
            }
        }
        catch (OperationCanceledException)
        {
            // stopped
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                client.NoDelay = true;
                NetworkStream stream = client.GetStream();
                while (await ReadAsync(stream) is { } request)
                {
                    if (KeepsRequests)
                    {
                        _requests.Enqueue(request);
                        _arrivals.Writer.TryWrite(request);
                    }

                    if (!await _respond(request).Send(stream, _stop.Token))
                    {
                        break;
                    }
                }

                client.Client.LingerState = new LingerOption(enable: false, seconds: 0);
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
            {
                // the other side went, or the server stops
            }
        }
    }

    private async Task<StubRequest?> ReadAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (head.Count < 4 || !(head[^4] == '\r' && head[^3] == '\n' && head[^2] == '\r' && head[^1] == '\n'))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
            {
                return null;
            }

            head.Add(one[0]);
        }

        string[] lines = Encoding.Latin1.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Dictionary<string, string> headers = lines.Skip(1)
            .Select(line => line.Split(": ", 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, _stop.Token);
        return new StubRequest(lines[0], headers, Encoding.UTF8.GetString(body));
    }
}
