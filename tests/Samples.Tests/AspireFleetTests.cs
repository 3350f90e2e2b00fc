using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Reranking.Serve.Tests.Support;
using Reranking.Tests;

namespace Samples.Tests;

/// <summary>The app host, with the real nginx, Redis and replicas that it starts.</summary>
public sealed class AspireFleetTests
{
    private const int Ports = 8;

    private static readonly string[] Documents = ["Security Best Practices. Use at least 14 characters.", "Password Reset Guide. Choose 'Forgot password'."];

    [Fact]
    public async Task Run_NginxAndRedisInstalled_RanksThroughEachReplicaAndLeavesNothingBehind()
    {
        Assert.SkipUnless(IsInstalled("redis-server") && IsInstalled("nginx"), "redis-server or nginx is not installed.");
        int port = FreePorts();
        var output = new StringBuilder();
        using Process host = Start(port, output);
        try
        {
            using var http = new HttpClient();
            await WaitUntilReadyAsync(http, port, host, output);

            // Through nginx, and to each replica itself.
            foreach (int replica in (int[])[0, 1, 2, 3])
            {
                using HttpResponseMessage response = await http.PostAsJsonAsync(
                    $"http://127.0.0.1:{port + replica}/v2/rerank",
                    new
                    {
                        query = "How do I reset my password?",
                        documents = Documents,
                    });
                JsonElement results = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("results");
                Assert.Equal(1, results[0].GetProperty("index").GetInt32());
            }

            // Two texts were scored; the other replicas found the scores in Redis.
            Assert.Equal(2, await RedisServer.CountKeysAsync(port + 4));
            using HttpResponseMessage dashboard = await http.GetAsync($"http://127.0.0.1:{port + 5}/login");
            Assert.Equal(HttpStatusCode.OK, dashboard.StatusCode);
        }
        finally
        {
            using (Process kill = Process.Start("kill", ["-TERM", host.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            {
                await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
            }

            await host.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(0, host.ExitCode);
        for (int i = 0; i <= 4; i++)
        {
            while (await LoopbackPort.IsListeningAsync(port + i))
            {
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
        }
    }

    private static Process Start(int port, StringBuilder output)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", SampleProgram.PathOf("09-AspireFleet"), $"--Port={port}"])
        {
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                // What the launch settings say, on ports of the test.
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
                ["DOTNET_ENVIRONMENT"] = "Development",
                ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port + 5}",
                ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = $"http://127.0.0.1:{port + 6}",
                ["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = $"http://127.0.0.1:{port + 7}",
                ["ASPIRE_ALLOW_UNSECURED_TRANSPORT"] = "true",
            },
        };
        Process process = Process.Start(start)!;
        void Keep(object sender, DataReceivedEventArgs line)
        {
            lock (output)
            {
                output.AppendLine(line.Data);
            }
        }

        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task WaitUntilReadyAsync(HttpClient http, int port, Process host, StringBuilder output)
    {
        while (true)
        {
            try
            {
                using HttpResponseMessage ready = await http.GetAsync($"http://127.0.0.1:{port}/health/ready", TestContext.Current.CancellationToken);
                if (ready.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not there yet.
            }

            if (host.HasExited)
            {
                host.WaitForExit();
                Assert.Fail($"The app host ended before the fleet was ready:\n{output}");
            }

            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Returns the first of a row of ports that nobody listens on.</summary>
    private static int FreePorts()
    {
        while (true)
        {
            int first = Random.Shared.Next(20_000, 30_000);   // below the ports that systems choose by themselves
            if (Enumerable.Range(first, Ports).All(IsFree))
            {
                return first;
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") + Path.PathSeparator + "/usr/sbin").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)));
}
