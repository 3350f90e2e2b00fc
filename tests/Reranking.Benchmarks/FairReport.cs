using System.Diagnostics;
using System.Globalization;
using Reranking.Onnx;

namespace Reranking.Benchmarks;

/// <summary>
/// Measures what a request of ten short documents waits beside requests of a thousand long ones, and how many pairs all of them get through in a second.
/// </summary>
internal static class FairReport
{
    private const int LongDocuments = 1_000;
    private const int Words = 400;

    private static readonly string[] ShortDocuments =
    [
        .. Enumerable.Range(1, 10).Select(static i => Invariant($"To reset password {i}, open the settings and choose a new one.")),
    ];

    public static async Task WriteAsync(TextWriter output, int rounds)
    {
        using var scorer = new OnnxRelevanceScorer();
        string[] documents = [.. Enumerable.Range(0, LongDocuments).Select(Document)];
        await scorer.ScoreAsync("warm up", documents[..4]);
        TimeSpan alone = await MeasureAsync(scorer, rounds);
        TimeSpan run = await MeasureRunAsync(scorer, documents, rounds);
        await output.WriteLineAsync(Invariant(
            $"{ShortDocuments.Length} short documents beside {LongDocuments} of {Words} words, p50 of {rounds}; {Machine.Describe()}; ")
            + Invariant($"commit {await Machine.CommitAsync()}"));
        await output.WriteLineAsync(Invariant($"alone {alone.TotalMilliseconds:0} ms; one run of a long document {run.TotalMilliseconds:0} ms"));
        foreach ((int others, int factor) in ((int, int)[])[(1, 3), (20, 22)])
        {
            TimeSpan beside = await MeasureBesideAsync(scorer, documents, others, rounds);
            TimeSpan bar = (alone * factor) + run;
            await output.WriteLineAsync(
                Invariant($"beside {others}: {beside.TotalMilliseconds:0} ms; at most {factor} × alone + a run = {bar.TotalMilliseconds:0} ms: ")
                + (beside <= bar ? "met" : "MISSED"));
        }

        (double pairs, double processor) = await ThroughputAsync(scorer, documents);
        await output.WriteLineAsync(Invariant(
            $"4 requests of 60 long and 20 of 10 short documents at once: {pairs:0.00} pairs a second, {processor:0.0} ms of processor time a pair"));
    }

    private static string Document(int number) =>
        string.Join(' ', Enumerable.Range(0, Words).Select(i => Invariant($"word{(number * 7) + i % 50}")[..5]));

    private static async Task<TimeSpan> MeasureBesideAsync(OnnxRelevanceScorer scorer, string[] documents, int others, int rounds)
    {
        using var stop = new CancellationTokenSource();
        Task[] running = [.. Enumerable.Range(0, others).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await scorer.ScoreAsync("How do I reset my password?", documents, options: null, stop.Token);
            }
        }))];

        // Until all of them are tokenized and have begun to run.
        await Task.Delay(TimeSpan.FromSeconds(5 + (others * 1.5)));
        TimeSpan time = await MeasureAsync(scorer, rounds);
        await stop.CancelAsync();
        await Task.WhenAll(running).ContinueWith(static _ => { }, TaskScheduler.Default);
        return time;
    }

    private static async Task<TimeSpan> MeasureAsync(OnnxRelevanceScorer scorer, int rounds)
    {
        List<TimeSpan> times = [];
        for (int round = 0; round < rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            await scorer.ScoreAsync("How do I reset my password?", ShortDocuments);
            times.Add(Stopwatch.GetElapsedTime(start));
        }

        return Median(times);
    }

    private static async Task<TimeSpan> MeasureRunAsync(OnnxRelevanceScorer scorer, string[] documents, int rounds)
    {
        List<TimeSpan> times = [];
        for (int round = 0; round < rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            await scorer.ScoreAsync("How do I reset my password?", documents[round..(round + 1)]);
            times.Add(Stopwatch.GetElapsedTime(start));
        }

        return Median(times);
    }

    private static async Task<(double PairsPerSecond, double ProcessorTime)> ThroughputAsync(OnnxRelevanceScorer scorer, string[] documents)
    {
        const int Count = (4 * 60) + (20 * 10);
        List<TimeSpan> times = [];
        List<TimeSpan> processor = [];
        for (int round = 0; round < 3; round++)
        {
            TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
            long start = Stopwatch.GetTimestamp();
            await Task.WhenAll(
            [
                .. Enumerable.Range(0, 4).Select(i => scorer.ScoreAsync("How do I reset my password?", documents[(i * 60)..((i + 1) * 60)])),
                .. Enumerable.Range(0, 20).Select(_ => scorer.ScoreAsync("How do I reset my password?", ShortDocuments)),
            ]);
            times.Add(Stopwatch.GetElapsedTime(start));
            processor.Add(Process.GetCurrentProcess().TotalProcessorTime - before);   // which is what it costs, whatever else the machine does
        }

        return (Count / Median(times).TotalSeconds, Median(processor).TotalMilliseconds / Count);
    }

    private static TimeSpan Median(List<TimeSpan> times) => times.Order().ElementAt(times.Count / 2);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
