using System.Diagnostics;
using System.Globalization;
using Reranking.Onnx;

namespace Reranking.Benchmarks;

/// <summary>What reading in windows finds in long documents, beside what is left of them when they are cut.</summary>
internal static class LongDocumentReport
{
    public static async Task WriteAsync(TextWriter output, int count, Action<OnnxScorerOptions> configure)
    {
        OnnxScorerOptions options = new() { LongDocuments = LongDocumentMode.Windows };
        configure(options);
        using var truncating = new OnnxRelevanceScorer();
        using var windowed = new OnnxRelevanceScorer(options);
        Tokenizer tokenizer = Tokenizer.Load(Path.Combine(BenchmarkData.ModelFolder, "tokenizer.json"));
        IReadOnlyList<LongDocumentRequest> requests = LongDocumentSet.Make(Path.Combine(AppContext.BaseDirectory, "knowledge"), tokenizer, count);
        Result[] results = new Result[count];
        for (int i = 0; i < count; i++)
        {
            results[i] = await MeasureAsync(requests[i], truncating, windowed);
        }

        int[] tokens = [.. requests.SelectMany(request => request.Documents).Select(document => LongDocumentSet.CountTokens(document, tokenizer))];
        await output.WriteLineAsync(Invariant(
            $"{count} queries, {requests[0].Documents.Length} documents each of {tokens.Min()} to {tokens.Max()} tokens, {tokens.Average():0} in the mean; overlap {options.WindowOverlap}; model {Path.GetFileName(BenchmarkData.ModelFolder)}; {Machine.Describe()}; commit {await Machine.CommitAsync()}"));
        await output.WriteLineAsync();
        await output.WriteLineAsync("| of the queries whose passage alone is first | | `Truncate` puts its document first | `Windows` puts its document first | and its best window holds the passage | ms a document, `Truncate` | ms a document, `Windows` |");
        await output.WriteLineAsync("|---|---|---|---|---|---|---|");
        await WriteRowAsync("all", [.. results.Where(result => result.IsPassageFirst)]);
        await WriteRowAsync("questions of people", [.. results.Where((result, i) => result.IsPassageFirst && requests[i].IsQuestion)]);
        await WriteRowAsync("titles", [.. results.Where((result, i) => result.IsPassageFirst && !requests[i].IsQuestion)]);

        Task WriteRowAsync(string name, Result[] rows)
        {
            int held = rows.Count(row => row.IsWindowedFirst && row.HoldsAnswer);
            return output.WriteLineAsync(Invariant(
                $"| {name} | {rows.Length} | {Share(row => row.IsTruncatedFirst)} | {Share(row => row.IsWindowedFirst)} | {held} ({(double)held / rows.Count(row => row.IsWindowedFirst):0.0 %}) | {rows.Average(row => row.Truncate.TotalMilliseconds) / requests[0].Documents.Length:0} | {rows.Average(row => row.Windows.TotalMilliseconds) / requests[0].Documents.Length:0} |"));

            string Share(Func<Result, bool> isFirst) => Invariant($"{rows.Count(isFirst)} ({rows.Count(isFirst) / (double)rows.Length:0.0 %})");
        }
    }

    private static async Task<Result> MeasureAsync(LongDocumentRequest request, OnnxRelevanceScorer truncating, OnnxRelevanceScorer windowed)
    {
        RelevanceScores alone = await truncating.ScoreAsync(request.Query, [request.AnswerText, .. request.Rivals]);
        long start = Stopwatch.GetTimestamp();
        RelevanceScores cut = await truncating.ScoreAsync(request.Query, request.Documents);
        TimeSpan truncate = Stopwatch.GetElapsedTime(start);
        start = Stopwatch.GetTimestamp();
        RelevanceScores whole = await windowed.ScoreAsync(request.Query, request.Documents);
        TimeSpan windows = Stopwatch.GetElapsedTime(start);
        Range best = whole[request.Right].BestWindow!.Value;
        bool holdsAnswer = best.Start.Value <= request.Answer.Start.Value && best.End.Value >= request.Answer.End.Value;
        return new Result(IsFirst(alone, 0), IsFirst(cut, request.Right), IsFirst(whole, request.Right), holdsAnswer, truncate, windows);
    }

    private static bool IsFirst(RelevanceScores scores, int index) => scores.Where((_, i) => i != index).All(score => score.RawScore < scores[index].RawScore);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Result(bool IsPassageFirst, bool IsTruncatedFirst, bool IsWindowedFirst, bool HoldsAnswer, TimeSpan Truncate, TimeSpan Windows);
}
