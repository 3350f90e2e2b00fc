using System.Diagnostics;
using System.Net;

namespace Reranking.Benchmarks;

/// <summary><c>rerank serve</c> with the bundled model, on loopback, in a process of its own.</summary>
internal sealed class ToolServer : IDisposable
{
    private readonly Process _process;

    private ToolServer(Process process, Uri address)
    {
        _process = process;
        Client = new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
    }

    public HttpClient Client { get; }

    public long WorkingSet
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts it, and waits until it is ready.</summary>
    /// <param name="settings">Settings of the server, as <c>RerankingServer__MaxQueuedTokens</c>.</param>
    public static async Task<ToolServer> StartAsync(params IEnumerable<(string Name, string Value)> settings)
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        string tool = Path.Combine(new DirectoryInfo(AppContext.BaseDirectory).Parent!.Parent!.FullName, "Reranking.Tool", configuration, "rerank.dll");
        var start = new ProcessStartInfo("dotnet", ["exec", "--roll-forward", "Major", tool, "serve", "--port", "0"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach ((string name, string value) in settings)
        {
            start.Environment[name] = value;
        }

        var address = new TaskCompletionSource<Uri>();
        Process process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data?.Split(' ') is ["rerank", "serves", string url, ..])
            {
                address.TrySetResult(new Uri(url));
            }
        };
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => address.TrySetException(new InvalidOperationException("The server ended before it listened."));
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var server = new ToolServer(process, await address.Task);
        try
        {
            while ((await server.Client.GetAsync("health/ready")).StatusCode != HttpStatusCode.OK)
            {
                await Task.Delay(50);
            }
        }
        catch
        {
            server.Dispose();
            throw;
        }

        return server;
    }

    public void Dispose()
    {
        Client.Dispose();
        _process.Kill();
        _process.Dispose();
    }
}
