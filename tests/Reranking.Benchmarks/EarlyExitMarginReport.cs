using System.Globalization;
using Reranking.Onnx;
using Reranking.Onnx.EarlyExit.Fitting;
using Reranking.Onnx.Models;

namespace Reranking.Benchmarks;

/// <summary>
/// Whether it is better to let a fixed number of documents stay, or those within a margin, in errors of the probe, of the last wanted one. Each rule is chosen
/// on half of the queries, as the best of its kind within a budget of time, and measured on the other half; both ways.
/// </summary>
internal static class EarlyExitMarginReport
{
    private const int Wanted = 10;
    private const int MaxQueries = 43;

    private static readonly double[] Budgets = [0.4, 0.45, 0.5, 0.55, 0.6, 0.7];
    private static readonly double[] Shares = [.. Enumerable.Range(2, 18).Select(static step => step * 0.05)];
    private static readonly double[] Margins = [.. Enumerable.Range(1, 32).Select(static step => step * 0.15)];

    public static async Task WriteAsync(TextWriter output)
    {
        var options = new OnnxScorerOptions { EarlyExit = "On" };
        var folder = ModelFolder.Open(BenchmarkData.ModelFolder, options);
        var file = EarlyExitFile.Read(folder, "On");
        using Teacher teacher = await Teacher.LoadAsync(folder, options, file);
        await output.WriteLineAsync($"The best {Wanted} of 100 BM25 candidates; {Machine.Describe()}; commit {await Machine.CommitAsync()}");
        await output.WriteLineAsync("Agreement is the share of the best ten of the full pass that stay; time is counted in layers and tokens.");
        await output.WriteLineAsync();
        await output.WriteLineAsync("| set | budget | who stays | time | slowest | agreement | NDCG@10 | chosen |\n|---|---|---|---|---|---|---|---|");
        foreach ((string name, Dl19Query[] queries, bool isJudged) in Sets())
        {
            List<Passage> passes = [];
            foreach (Dl19Query query in queries)
            {
                TaughtPairs pairs = await teacher.ScoreAsync(query.Text, query.Documents, CancellationToken.None);
                double[][] estimates = [.. file.Probes.Select((probe, exit) =>
                    Array.ConvertAll(pairs.Features[exit], new FittedProbe(probe, Correlation: 0).Estimate))];
                passes.Add(new Passage(query, new HeldOutQuery(pairs.Logits, pairs.Tokens, estimates)));
            }

            foreach (double budget in Budgets)
            {
                foreach (bool isFixed in (bool[])[true, false])
                {
                    Outcome[] halves = [Choose(passes, 0, budget, isFixed, file), Choose(passes, 1, budget, isFixed, file)];
                    string ndcg = isJudged ? Invariant($"{halves.Average(static half => half.Ndcg):0.0000}") : "-";
                    await output.WriteLineAsync(
                        Invariant($"| {name} | {budget:0.00} | {(isFixed ? "a number" : "a margin")} | {halves.Average(static half => half.Time):0.000} | ")
                        + Invariant($"{halves.Max(static half => half.Slowest):0.000} | {halves.Average(static half => half.Agreement):0.0000} | {ndcg} | ")
                        + $"{string.Join(", ", halves.Select(static half => half.Chosen))} |");
                }
            }
        }
    }

    // The best rule of its kind on one half, on the other one.
    private static Outcome Choose(List<Passage> passes, int half, double budget, bool isFixed, EarlyExitFile file)
    {
        Passage[] training = [.. passes.Where((_, index) => index % 2 == half)];
        Passage[] testing = [.. passes.Where((_, index) => index % 2 != half)];
        double[] errors = [.. Enumerable.Range(0, 2).Select(exit => Math.Sqrt(training.Average(pass => pass.Scores.Logits
            .Zip(pass.Scores.Estimates[exit], static (logit, estimate) => (logit - estimate) * (logit - estimate)).Average())))];
        (double, double)[] rules = isFixed
            ? [.. Shares.SelectMany(static first => Shares.Where(second => second < first).Select(second => (first, second)))]
            : [.. Margins.SelectMany(static first => Margins.Select(second => (first, second)))];
        (double First, double Second) best = rules
            .Select(rule => (rule, Outcome: Measure(training, rule)))
            .Where(measured => measured.Outcome.Time <= budget)
            .OrderByDescending(static measured => measured.Outcome.Agreement)
            .ThenBy(static measured => measured.Outcome.Time)
            .Select(static measured => measured.rule)
            .FirstOrDefault(rules[0]);
        return Measure(testing, best) with { Chosen = Invariant($"{best.First:0.00} {best.Second:0.00}") };

        Outcome Measure(Passage[] measured, (double First, double Second) rule)
        {
            Outcome[] outcomes = [.. measured.Select(pass => Run(pass, [rule.First, rule.Second], isFixed, errors, file))];
            return new Outcome(
                outcomes.Average(static outcome => outcome.Time),
                outcomes.Max(static outcome => outcome.Slowest),
                outcomes.Average(static outcome => outcome.Agreement),
                outcomes.Average(static outcome => outcome.Ndcg),
                "");
        }
    }

    private static Outcome Run(Passage pass, double[] rule, bool isFixed, double[] errors, EarlyExitFile file)
    {
        int count = pass.Scores.Logits.Length;
        int[] staying = [.. Enumerable.Range(0, count)];
        int layer = 0;
        double work = 0;
        for (int exit = 0; exit < 2; exit++)
        {
            double[] estimates = pass.Scores.Estimates[exit];
            work += pass.Scores.TokensOf(staying) * (double)(file.Probes[exit].Layer - layer);
            layer = file.Probes[exit].Layer;
            int[] order = [.. staying.OrderByDescending(document => estimates[document])];
            int least = (int)Math.Min(order.Length, Wanted * 1.5);   // as in the product
            double line = estimates[order[Math.Min(Wanted, order.Length) - 1]] - (rule[exit] * errors[exit]);
            int kept = isFixed ? new EarlyExitStep(layer, rule[exit]).CountOf(count, Wanted) : order.Count(document => estimates[document] >= line);
            staying = order[..Math.Clamp(kept, least, order.Length)];
        }

        work += pass.Scores.TokensOf(staying) * (double)(file.LayerCount - layer);
        double time = work / (pass.Scores.TokensOf([.. Enumerable.Range(0, count)]) * (double)file.LayerCount);
        int[] best = [.. Enumerable.Range(0, count).OrderByDescending(document => pass.Scores.Logits[document]).Take(Wanted)];
        int[] ranking = [.. staying.OrderByDescending(document => pass.Scores.Logits[document])];
        return new Outcome(time, time, (double)best.Intersect(staying).Count() / best.Length, pass.Query.Ndcg10(ranking), "");
    }

    // Two sets that nothing was fitted to, and DL19, whose passages were among the texts of the probes.
    private static IEnumerable<(string Name, Dl19Query[] Queries, bool IsJudged)> Sets()
    {
        if (SharedData.Dl19 is { } path)
        {
            yield return ("DL19", [.. Dl19Query.ReadAll(path).Take(MaxQueries)], true);
        }

        EvaluationSet everyday = EvaluationSet.Load(Path.Combine(AppContext.BaseDirectory, "everyday"));
        IEnumerable<string> some = everyday.Queries.Where(static (_, index) => index % 4 == 0).Select(static query => query.Text);
        yield return ("everyday", [.. Search(everyday.Documents, some)], false);
        string knowledge = Path.Combine(AppContext.BaseDirectory, "knowledge");
        EvaluationDocument[] sections =
        [
            .. Directory.EnumerateFiles(knowledge, "*.md").Order(StringComparer.Ordinal)
                .SelectMany(static file => File.ReadAllText(file).Split("\n## ").Skip(1))
                .Select(static (text, index) => new EvaluationDocument($"{index}", text)),
        ];
        IEnumerable<string> questions = File.ReadLines(Path.Combine(knowledge, "questions.jsonl"))
            .Select(static line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("question").GetString()!);
        yield return ("help center", [.. Search(sections, questions)], false);
    }

    private static IEnumerable<Dl19Query> Search(IReadOnlyList<EvaluationDocument> documents, IEnumerable<string> queries)
    {
        var index = new Bm25Index(documents);
        foreach (string query in queries.Take(MaxQueries))
        {
            string[] found = [.. index.Search(query, 100).Select(static document => document.Text)];
            string[] candidates = [.. found.Concat(documents.Select(static document => document.Text).Except(found)).Take(100)];
            yield return new Dl19Query(query, candidates, new int[candidates.Length], [1]);
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Passage(Dl19Query Query, HeldOutQuery Scores);

    private sealed record Outcome(double Time, double Slowest, double Agreement, double Ndcg, string Chosen);
}
