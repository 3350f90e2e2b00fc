using System.Globalization;
using Reranking.Onnx;

namespace Reranking.Benchmarks;

/// <summary>
/// How small a gain a number of labeled queries can show: half of the 95 % interval's width of a paired difference of nDCG@10, by drawing queries from TREC
/// DL19.
/// </summary>
internal static class HalfWidthReport
{
    public const int Draws = 400;

    /// <summary>The standard deviation of differences that Qdrant's numbers come of, by the width of an interval of so many values.</summary>
    private const double QdrantDeviation = 0.12;

    /// <summary>What Qdrant found in August 2026, for a small cross-encoder against tuned fusion.</summary>
    public static IReadOnlyList<(int Queries, double HalfWidth)> Qdrant { get; } = [(25, 0.047), (50, 0.035), (100, 0.025), (200, 0.018)];

    public static async Task WriteAsync(TextWriter output)
    {
        if (SharedData.Dl19 is not { } path)
        {
            await output.WriteLineAsync("TREC DL19 is not here: its MS MARCO passages are for research only and not part of the repository.");
            return;
        }

        using var teacher = new OnnxRelevanceScorer();
        using var student = new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = "models/minilm-l4-screening-int8" });
        EvaluationReport report = await new RerankingEvaluation(
            EvaluationSet.Load(path),
            FirstStage.Given("BM25"),
            [new EvaluatedScorer("bundled", teacher), new EvaluatedScorer("4 layers", student)],
            new RerankingEvaluationOptions { Metrics = [RankingMetric.NdcgAt10], CandidateCounts = [100], IncludeTexts = false }).RunAsync();
        double[] reranking = [.. report.Queries.Select(query => Value(query, "bundled") - query.FirstStage["nDCG@10"])];
        double[] models = [.. report.Queries.Select(query => Value(query, "bundled") - Value(query, "4 layers"))];

        await output.WriteLineAsync(Invariant(
            $"TREC DL19, {report.QueryCount} queries of 100 BM25 candidates; {Draws} draws; {Machine.Describe()}; commit {await Machine.CommitAsync()}"));
        await output.WriteLineAsync(Invariant(
            $"Standard deviation of the differences: {Deviation(reranking):0.000} (bundled and BM25), {Deviation(models):0.000} (bundled and 4 layers)"));
        await output.WriteLineAsync();
        double[] scaled = [.. reranking.Select(difference => difference * QdrantDeviation / Deviation(reranking))];
        await output.WriteLineAsync(
            Invariant($"| labeled queries | bundled and BM25 | bundled and 4 layers | the first at a deviation of {QdrantDeviation} ")
            + "| Qdrant, reranking and tuned fusion |");
        await output.WriteLineAsync("|---|---|---|---|---|");
        foreach ((int queries, double qdrant) in Qdrant)
        {
            await output.WriteLineAsync(Invariant(
                $"| {queries} | {Mean(reranking, queries):0.000} | {Mean(models, queries):0.000} | {Mean(scaled, queries):0.000} | {qdrant:0.000} |"));
        }

        await output.WriteLineAsync();
        await output.WriteLineAsync("Differences between bundled and BM25: "
            + string.Join(", ", reranking.Select(difference => difference.ToString("0.000", CultureInfo.InvariantCulture))));
    }

    /// <summary>Returns the mean half-width of sets of so many queries, drawn with replacement.</summary>
    public static double Mean(IReadOnlyList<double> differences, int queries)
    {
        var random = new Random(queries);
        double sum = 0;
        for (int draw = 0; draw < Draws; draw++)
        {
            double[] drawn = [.. Enumerable.Range(0, queries).Select(_ => differences[random.Next(differences.Count)])];
            sum += PairedComparison.Compare(new double[queries], drawn, seed: draw).Interval!.Value.HalfWidth;
        }

        return sum / Draws;
    }

    private static double Value(QueryReport query, string scorer) => query.Scorers[scorer]["nDCG@10"];

    private static double Deviation(double[] values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
