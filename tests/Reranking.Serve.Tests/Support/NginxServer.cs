using System.Diagnostics;

namespace Reranking.Serve.Tests.Support;

/// <summary>nginx with the configuration of the documentation, on ports of the test.</summary>
internal sealed class NginxServer : IDisposable
{
    private readonly Process _process;
    private readonly TempFolder _folder;

    private NginxServer(Process process, TempFolder folder, Uri address) => (_process, _folder, Address) = (process, folder, address);

    public Uri Address { get; }

    /// <summary>Starts nginx before replicas on the ports; the test is skipped where it is not installed.</summary>
    public static async Task<NginxServer> StartAsync(params int[] replicas)
    {
        string? program = (Environment.GetEnvironmentVariable("PATH") + Path.PathSeparator + "/usr/sbin").Split(Path.PathSeparator)
            .Select(static folder => Path.Combine(folder, "nginx"))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "nginx is not installed. Install the package nginx-light (Debian) or nginx (Homebrew).");
        var folder = new TempFolder();
        int port = RedisServer.FreePort();
        string configuration = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "fleet", "nginx.conf"));
        for (int i = 0; i < replicas.Length; i++)
        {
            configuration = Replace(configuration, $"rerank-{i + 1}:8080", $"127.0.0.1:{replicas[i]}");
        }

        configuration = Replace(configuration, "listen 8080;", $"listen 127.0.0.1:{port};");
        foreach (string path in (string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
        {
            configuration = Replace(configuration, "http {\n", $"http {{\n    {path}_temp_path {folder.PathOf(path)};\n");
        }

        string process = $"daemon off;\nmaster_process off;\npid {folder.PathOf("nginx.pid")};\nerror_log {folder.PathOf("error.log")};\n";
        string file = folder.Write("nginx.conf", process + configuration);
        Process nginx = Process.Start(new ProcessStartInfo(program!, ["-c", file, "-p", folder.PathOf(""), "-e", folder.PathOf("error.log")]))!;
        var server = new NginxServer(nginx, folder, new Uri($"http://127.0.0.1:{port}"));
        while (!await LoopbackPort.IsListeningAsync(port))
        {
            Assert.False(nginx.HasExited, "nginx does not start.");
            await Task.Delay(20);
        }

        return server;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Dispose();
    }

    private static string Replace(string text, string old, string with)
    {
        Assert.Contains(old, text, StringComparison.Ordinal);
        return text.Replace(old, with, StringComparison.Ordinal);
    }
}
