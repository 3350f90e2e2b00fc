using Reranking.Onnx.Models;

namespace Reranking.Onnx.EarlyExit.Fitting;

/// <summary>Held-out queries, and which plan keeps their best documents at the least cost.</summary>
/// <param name="layers">The layers after which documents may leave.</param>
/// <param name="layerCount">How many layers the model has.</param>
/// <param name="topN">How many documents are wanted.</param>
internal sealed class PlanChoice(IReadOnlyList<int> layers, int layerCount, int topN = EarlyExitStep.UsualTopN)
{
    private static readonly int[] Shares = [90, 80, 70, 60, 50, 40, 35, 30, 25, 20, 15, 10];

    private readonly List<HeldOutQuery> _queries = [];

    /// <summary>Gets the queries.</summary>
    public IReadOnlyList<HeldOutQuery> Queries => _queries;

    /// <summary>Adds a query.</summary>
    public void Add(HeldOutQuery query) => _queries.Add(query);

    /// <summary>Returns the cheapest plan that loses no more than a share of the best documents, or else the one that loses least.</summary>
    public PlannedExit Choose(double maxLoss)
    {
        PlannedExit[] plans = [.. Plans().Select(plan => Measure(plan, topN))];
        return plans.Where(plan => plan.Agreement >= 1 - maxLoss).OrderBy(static plan => plan.Time).Cast<PlannedExit?>().FirstOrDefault()
            ?? plans.OrderByDescending(static plan => plan.Agreement).First();
    }

    /// <summary>Measures a plan: which share of the best documents of the full pass stays to the end, and at which cost.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="wanted">How many documents are wanted, which need not be as many as the plan is for.</param>
    public PlannedExit Measure(EarlyExitPlan plan, int wanted)
    {
        double agreement = 0;
        double work = 0;
        double fullWork = 0;
        foreach (HeldOutQuery query in _queries)
        {
            int count = query.Logits.Length;
            int[] staying = [.. Enumerable.Range(0, count)];
            int layer = 0;
            foreach (EarlyExitStep step in plan.Steps)
            {
                int kept = Math.Min(staying.Length, step.CountOf(count, wanted));
                if (kept < staying.Length)
                {
                    work += query.TokensOf(staying) * (step.Layer - layer);
                    layer = step.Layer;
                    double[] estimates = query.Estimates[IndexOf(step.Layer)];
                    staying = [.. staying.OrderByDescending(document => estimates[document]).Take(kept)];
                }
            }

            work += query.TokensOf(staying) * (layerCount - layer);
            fullWork += (double)query.TokensOf([.. Enumerable.Range(0, count)]) * layerCount;
            int[] best = [.. Enumerable.Range(0, count).OrderByDescending(document => query.Logits[document]).Take(wanted)];
            agreement += (double)best.Intersect(staying).Count() / best.Length;
        }

        return new PlannedExit(plan, agreement / _queries.Count, work / fullWork);
    }

    private int IndexOf(int layer)
    {
        int index = 0;
        while (layers[index] != layer)
        {
            index++;
        }

        return index;
    }

    private IEnumerable<EarlyExitPlan> Plans()
    {
        foreach (int layer in layers)
        {
            foreach (int share in Shares)
            {
                yield return new EarlyExitPlan([new EarlyExitStep(layer, share / 100.0, topN)]);
            }
        }

        for (int i = 0; i < layers.Count; i++)
        {
            for (int j = i + 1; j < layers.Count; j++)
            {
                foreach ((int first, int second) in Shares.SelectMany(first => Shares.Where(second => second < first).Select(second => (first, second))))
                {
                    yield return new EarlyExitPlan(
                        [new EarlyExitStep(layers[i], first / 100.0, topN), new EarlyExitStep(layers[j], second / 100.0, topN)]);
                }
            }
        }
    }
}

/// <summary>A query that nothing was fitted to.</summary>
/// <param name="Logits">The logits of its documents.</param>
/// <param name="Tokens">The tokens of each pair.</param>
/// <param name="Estimates">The estimates of the logits, by exit and document.</param>
internal sealed record HeldOutQuery(double[] Logits, int[] Tokens, double[][] Estimates)
{
    public long TokensOf(int[] documents) => documents.Sum(document => (long)Tokens[document]);
}

/// <summary>A plan and what it was measured to do.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Agreement">The share of the full pass's best documents that stay to the end.</param>
/// <param name="Time">The time beside that of the full pass, by layers and tokens.</param>
internal sealed record PlannedExit(EarlyExitPlan Plan, double Agreement, double Time);
