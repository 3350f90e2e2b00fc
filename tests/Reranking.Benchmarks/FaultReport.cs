using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Reranking.Http.Tests;
using Reranking.Integration.Tests;

namespace Reranking.Benchmarks;

/// <summary>Runs the fault matrix by the real clock: how long the slowest call of each cell took, and whether a candidate was lost or doubled.</summary>
internal static class FaultReport
{
    private const int Calls = 10;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    public static async Task WriteAsync(TextWriter output)
    {
        string commit = await Machine.CommitAsync();
        await output.WriteLineAsync($"Deadline {Deadline:s\\ \\s}, {Calls} calls at once a cell; {Machine.Describe()}; commit {commit}");
        await output.WriteLineAsync();
        await output.WriteLineAsync($"| slowest call, ms | {string.Join(" | ", Faults.Modes)} |");
        await output.WriteLineAsync($"|---|{string.Concat(Faults.Modes.Select(static _ => "---|"))}");
        int inTime = 0;
        int whole = 0;
        int all = 0;
        foreach (string fault in Faults.Names)
        {
            List<string> cells = [];
            foreach (string mode in Faults.Modes)
            {
                (TimeSpan Took, bool IsWhole)[] calls = await RunAsync(fault, mode);
                all += calls.Length;
                inTime += calls.Count(static call => call.Took <= Deadline * 1.1);
                whole += calls.Count(static call => call.IsWhole);
                cells.Add(calls.Max(static call => call.Took).TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture));
            }

            await output.WriteLineAsync($"| {fault} | {string.Join(" | ", cells)} |");
        }

        await output.WriteLineAsync();
        await output.WriteLineAsync(
            $"{inTime} of {all} calls ended within the deadline and a tenth; {whole} of {all} had every candidate once, or threw as they were told to.");
    }

    private static async Task<(TimeSpan Took, bool IsWhole)[]> RunAsync(string fault, string mode)
    {
        await using StubServer server = Faults.OfServers.TryGetValue(fault, out Func<StubRequest, StubResponse>? answer)
            ? new StubServer(answer)
            : HostedStub.Start();
        string json = $$"""{ "Reranking": {{Faults.Configuration(server.Address, fault, mode, Deadline)}} }""";
        IConfiguration configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
        var services = new ServiceCollection();
        services.AddReranking(configuration.GetSection("Reranking")).AddCohere().AddProvider(static _ => new FaultyProvider(TimeProvider.System));
        await using ServiceProvider provider = services.BuildServiceProvider();
        Reranker reranker = provider.GetRequiredService<Reranker>();
        return await Task.WhenAll(Enumerable.Range(0, Calls).Select(async _ =>
        {
            long start = Stopwatch.GetTimestamp();
            bool isWhole;
            try
            {
                RerankingResult<string> result = await reranker.RerankAsync("query", Faults.Documents);
                isWhole = result.Ranking.Select(static ranked => ranked.Index).Order().SequenceEqual(Enumerable.Range(0, Faults.Documents.Count));
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                isWhole = mode == "Throw";
            }

            return (Stopwatch.GetElapsedTime(start), isWhole);
        }));
    }
}
