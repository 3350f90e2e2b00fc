using System.Diagnostics;
using System.Globalization;
using Reranking.Onnx;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Benchmarks;

/// <summary>What reading in windows finds in long documents, beside what is left of them when they are cut.</summary>
internal static class LongDocumentReport
{
    public static async Task WriteAsync(TextWriter output, int count, int? windowTokens)
    {
        OnnxScorerOptions options = new() { LongDocuments = LongDocumentMode.Windows };
        options.WindowTokens = windowTokens ?? options.WindowTokens;
        using var truncating = new OnnxRelevanceScorer();
        using var windowed = new OnnxRelevanceScorer(options);
        Tokenizer tokenizer = TokenizerFile.Load(Path.Combine(BenchmarkData.ModelFolder, "tokenizer.json"));
        IReadOnlyList<LongDocumentRequest> requests = LongDocumentSet.Make(Path.Combine(AppContext.BaseDirectory, "knowledge"), tokenizer, count);
        List<Result> results = [];
        foreach (LongDocumentRequest request in requests)
        {
            // Where the passage alone is not first, there is nothing to find.
            if (await request.IsPassageFirstAsync(truncating))
            {
                results.Add(await MeasureAsync(request, truncating, windowed));
                await Console.Error.WriteLineAsync($"{results.Count}: {results[^1]}");
            }
        }

        int[] tokens = [.. requests.SelectMany(request => request.Documents).Select(document => LongDocumentSet.CountTokens(document, tokenizer))];
        await output.WriteLineAsync(Invariant(
            $"{count} queries, {requests[0].Documents.Length} documents each of {tokens.Min()} to {tokens.Max()} tokens, {tokens.Average():0} in the mean; ")
            + Invariant($"windows of {options.WindowTokens}, overlap {options.WindowOverlap}; model {Path.GetFileName(BenchmarkData.ModelFolder)}; ")
            + Invariant($"{Machine.Describe()}; commit {await Machine.CommitAsync()}"));
        await output.WriteLineAsync();
        await output.WriteLineAsync(
            "| of the queries whose passage alone is first | | `Truncate` puts its document first | `Windows` puts its document first | " +
            "and the best window holds the paragraph that answers | or the whole passage | ms a document, `Truncate` | ms a document, `Windows` |");
        await output.WriteLineAsync("|---|---|---|---|---|---|---|---|");
        await WriteRowAsync("all", results);
        await WriteRowAsync("questions of people", results.FindAll(static result => result.IsQuestion));
        await WriteRowAsync("titles", results.FindAll(static result => !result.IsQuestion));

        Task WriteRowAsync(string name, List<Result> rows)
        {
            List<Result> found = rows.FindAll(static row => row.IsFirstWindowed);
            return output.WriteLineAsync(
                $"| {name} | {rows.Count} | {Share(rows, static row => row.IsFirstTruncated)} | {Share(rows, static row => row.IsFirstWindowed)} " +
                $"| {Share(found, static row => row.HoldsAnswer)} | {Share(found, static row => row.HoldsPassage)} | " +
                $"{Milliseconds(static row => row.Truncate)} | {Milliseconds(static row => row.Windows)} |");

            string Milliseconds(Func<Result, TimeSpan> time) =>
                Invariant($"{rows.Average(row => time(row).TotalMilliseconds) / requests[0].Documents.Length:0}");
        }

        static string Share(List<Result> rows, Func<Result, bool> isSo) => Invariant($"{rows.Count(isSo)} ({(double)rows.Count(isSo) / rows.Count:0.0 %})");
    }

    private static async Task<Result> MeasureAsync(LongDocumentRequest request, OnnxRelevanceScorer truncating, OnnxRelevanceScorer windowed)
    {
        long start = Stopwatch.GetTimestamp();
        RelevanceScores cut = await truncating.ScoreAsync(request.Query, request.Documents);
        TimeSpan truncate = Stopwatch.GetElapsedTime(start);
        start = Stopwatch.GetTimestamp();
        RelevanceScores whole = await windowed.ScoreAsync(request.Query, request.Documents);
        TimeSpan windows = Stopwatch.GetElapsedTime(start);
        Range best = whole[request.Right].BestWindow!.Value;
        return new Result(
            request.IsQuestion,
            request.IsRightFirst(cut),
            request.IsRightFirst(whole),
            LongDocumentRequest.Holds(best, await request.FindAnswerAsync(truncating)),
            LongDocumentRequest.Holds(best, request.Passage),
            truncate,
            windows);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Result(
        bool IsQuestion, bool IsFirstTruncated, bool IsFirstWindowed, bool HoldsAnswer, bool HoldsPassage, TimeSpan Truncate, TimeSpan Windows);
}
