using System.Diagnostics;
using System.Globalization;
using Reranking.Onnx;
using Reranking.Onnx.Pairs;
using Reranking.Onnx.Scoring;

namespace Reranking.Benchmarks;

/// <summary>Measures the engine and its baselines in turns, in one run, and writes the table of the README.</summary>
public static class Report
{
    private const int Rounds = 11;
    private const int Count = 100;

    public static async Task WriteAsync(TextWriter output, bool withNode)
    {
        (string query, string[] documents, string source) = BenchmarkData.Passages(Count);
        using CrossEncoder encoder = await BenchmarkData.LoadAsync();
        using var scorer = new OnnxRelevanceScorer();
        await scorer.ScoreAsync(query, documents);
        string memory = await MemoryReport.MeasureAsync(scorer, query);   // before the baselines take theirs
        using PairInputs inputs = PairInputs.Encode(encoder.Format, new PairQuery(query), documents, CancellationToken.None);
        using var bare = new BareLoop(encoder.Profile, inputs.Inputs);
        using var padded = new PaddedBatches(encoder.Profile, inputs.Inputs);
        using var small = new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = "models/minilm-l4-screening-int8" });
        using NodePeer? node = withNode ? await NodePeer.StartAsync(BenchmarkData.ModelFolder, query, documents) : null;

        List<TimeSpan> engineTimes = [];
        List<TimeSpan> bareTimes = [];
        List<TimeSpan> paddedTimes = [];
        List<TimeSpan> smallTimes = [];
        List<TimeSpan> nodeTimes = [];
        for (int round = -2; round < Rounds; round++)   // the first two warm up
        {
            Add(bareTimes, Time(bare.Run));
            Add(engineTimes, await TimeAsync(() => scorer.ScoreAsync(query, documents)));
            Add(paddedTimes, Time(padded.Run));
            Add(smallTimes, await TimeAsync(() => small.ScoreAsync(query, documents)));
            if (node is not null)
            {
                Add(nodeTimes, node.Run());
            }

            void Add(List<TimeSpan> times, TimeSpan time)
            {
                if (round >= 0)
                {
                    times.Add(time);
                }
            }
        }

        TimeSpan engine = Median(engineTimes);
        double tokens = Enumerable.Range(0, inputs.Inputs.Count).Average(inputs.Inputs.Length);
        await output.WriteLineAsync(Invariant(
            $"{Count} {source}, {tokens:0} tokens a pair, median of {Rounds} rounds; model {encoder.Profile.Folder.ModelId}; ")
            + Invariant($"{Machine.Describe()}; commit {await Machine.CommitAsync()}"));
        await output.WriteLineAsync();
        await output.WriteLineAsync("| | ms | times the engine |");
        await output.WriteLineAsync("|---|---|---|");
        await WriteRowAsync("this engine, tokenization included", engine);
        await WriteRowAsync("bare ONNX Runtime loop, same settings, inputs ready", Median(bareTimes));
        await WriteRowAsync("padded batches of 8, default settings, inputs ready", Median(paddedTimes));
        if (node is not null)
        {
            await WriteRowAsync("`@huggingface/transformers` 4.3.1 (npm), one padded batch", Median(nodeTimes));
        }

        await WriteRowAsync("this engine, the 4-layer model of `Reranking.Onnx.MiniLM.Screening`", Median(smallTimes));
        await output.WriteLineAsync();
        await output.WriteLineAsync(Invariant($"Managed allocation: {await AllocationAsync(scorer, query, documents):0} bytes a pair."));
        await output.WriteLineAsync(memory);

        Task WriteRowAsync(string name, TimeSpan time) => output.WriteLineAsync(Invariant($"| {name} | {time.TotalMilliseconds:0} | {time / engine:0.00} |"));
    }

    private static async Task<double> AllocationAsync(OnnxRelevanceScorer scorer, string query, string[] documents)
    {
        const int Calls = 10;
        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < Calls; i++)
        {
            await scorer.ScoreAsync(query, documents);
        }

        return (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)(Calls * documents.Length);
    }

    private static TimeSpan Time(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start);
    }

    private static async Task<TimeSpan> TimeAsync(Func<Task> action)
    {
        long start = Stopwatch.GetTimestamp();
        await action();
        return Stopwatch.GetElapsedTime(start);
    }

    private static TimeSpan Median(List<TimeSpan> times) => times.Order().ElementAt(times.Count / 2);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
