using CsCheck;
using Reranking.Evaluation.Tests.Support;

namespace Reranking.Evaluation.Tests.Metrics;

public sealed class RankingMetricTests
{
    /// <summary>
    /// Ten queries worked out by hand: the grades of the ranking, of judged documents that were not found, and nDCG@3, RR@3, R@3, AP and hit@1. The discounts
    /// of
    /// the first four ranks are 1, 0.63093, 0.5 and 0.43068.
    /// </summary>
    public static TheoryData<string, string, double[]> Handmade => new()
    {
        { "1", "", [1, 1, 1, 1, 1] },
        { "0 1", "", [0.63093, 0.5, 1, 0.5, 0] },
        { "0 0 1", "", [0.5, 1.0 / 3, 1, 1.0 / 3, 0] },
        { "0 0 0 1", "", [0, 0, 0, 0.25, 0] },                                                     // behind the cutoff; AP has none
        { "1 0 1", "", [1.5 / 1.63093, 1, 1, (1 + (2.0 / 3)) / 2, 1] },
        { "1 0 0", "1", [1 / 1.63093, 1, 0.5, 0.5, 1] },                                           // one was not found
        { "1 2 0", "", [(1 + (2 * 0.63093)) / (2 + 0.63093), 1, 1, 1, 1] },                        // linear gain: 2 and not 3
        { "0 3 1", "2 0", [((3 * 0.63093) + 0.5) / (3 + (2 * 0.63093) + 0.5), 0.5, 2.0 / 3, (0.5 + (2.0 / 3)) / 3, 0] },
        { "-1 1", "", [0.63093, 0.5, 1, 0.5, 0] },                                                 // below 0 is as 0
        { "1 1 1 1", "", [1, 1, 0.75, 1, 1] },
    };

    [Theory]
    [MemberData(nameof(Handmade))]
    public void Compute_QueryWorkedOutByHand_IsThat(string ranking, string notFound, double[] expected)
    {
        (string[] ids, Dictionary<string, int> grades) = Query(Numbers(ranking), Numbers(notFound));

        string[] names = ["nDCG@3", "RR@3", "R@3", "AP", "hit@1"];
        Assert.Equal(expected, names.Select(name => RankingMetric.Parse(name).Compute(ids, grades)!.Value), (a, b) => Math.Abs(a - b) < 5e-5);
    }

    [Fact]
    public void Compute_TwoHundredAndFiftyQueriesOfFiles_EqualsTrecEval()
    {
        using var folder = new TempFolder();
        var random = new Random(14);
        using (StreamWriter qrels = new(folder.PathOf("qrels")), run = new(folder.PathOf("run")))
        {
            for (int query = 0; query < 250; query++)
            {
                int judged = random.Next(1, 60);
                for (int document = 0; document < judged; document++)
                {
                    qrels.WriteLine($"q{query} 0 d{document} {Math.Max(random.Next(-4, 4), -1)}");
                }

                // Few different scores, so that there are ties; half of what is found is not judged.
                foreach (int document in Enumerable.Range(0, judged * 2).OrderBy(_ => random.Next()).Take(random.Next(1, 120)))
                {
                    run.WriteLine($"q{query} Q0 d{document} 1 {random.Next(0, 30) / 4.0} test");
                }
            }
        }

        IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> judgments = TrecQrels.Read(folder.PathOf("qrels"));
        TrecRun given = TrecRun.Read(folder.PathOf("run"));
        TrecRun ordered = given.InTrecEvalOrder();
        Assert.True(given.ReorderedQueryCount > 200);
        Assert.Equal(0, ordered.ReorderedQueryCount);
        int compared = 0;
        foreach ((string query, IReadOnlyList<TrecRunEntry> entries) in ordered.Queries)
        {
            string[] ranking = [.. entries.Select(entry => entry.DocumentId)];
            int[] found = [.. ranking.Select(id => judgments[query].GetValueOrDefault(id))];
            int[] judged = [.. judgments[query].Values];
            foreach (int level in new[] { 1, 2 })
            {
                foreach (int cutoff in new[] { 1, 5, 10, 100 })
                {
                    Same(TrecEval.NdcgCut(found, judged, cutoff), RankingMetricKind.Ndcg);
                    Same(TrecEval.RecipRank(found, judged, level, cutoff), RankingMetricKind.ReciprocalRank);
                    Same(TrecEval.Recall(found, judged, level, cutoff), RankingMetricKind.Recall);
                    Same(TrecEval.Success(found, judged, level, cutoff), RankingMetricKind.Hit);

                    void Same(double expected, RankingMetricKind kind) =>
                        Assert.Equal(expected, new RankingMetric(kind, cutoff).Compute(ranking, judgments[query], level) ?? double.NaN, 10);
                }

                double map = TrecEval.Map(found, judged, level);
                Assert.Equal(map, new RankingMetric(RankingMetricKind.AveragePrecision).Compute(ranking, judgments[query], level) ?? double.NaN, 10);
            }

            compared++;
        }

        Assert.Equal(250, compared);
    }

    [Fact]
    public void Compute_AnyRanking_IsFrom0To1AndAPerfectOneIs1() => Cases.Sample(of =>
    {
        (string[] ids, Dictionary<string, int> grades) = Query(of.Ranking, of.NotFound);
        string[] perfect = [.. grades.OrderByDescending(grade => grade.Value).Select(grade => grade.Key)];
        foreach (RankingMetric metric in Metrics)
        {
            double? value = metric.Compute(ids, grades);
            Assert.True(value is null or (>= 0 and <= 1 + 1e-12), $"{metric}: {value}");
            Assert.Equal(value is null, !grades.Values.Any(grade => grade > 0));
            double? best = metric.Compute(perfect, grades);
            Assert.True(best is null || value <= best + 1e-12, $"{metric}: {value} of {best}");
            // With a cutoff, more may be relevant than count.
            if (metric.Cutoff is null || metric.Kind is not (RankingMetricKind.Recall or RankingMetricKind.AveragePrecision))
            {
                Assert.Equal(value is null ? double.NaN : 1, best ?? double.NaN, 12);
            }
        }
    });

    [Fact]
    public void Compute_EqualGradesSwapped_IsTheSame() => Cases.Sample(of =>
    {
        (string[] ids, Dictionary<string, int> grades) = Query(of.Ranking, of.NotFound);
        foreach (int grade in of.Ranking.Distinct())
        {
            int[] same = [.. Enumerable.Range(0, ids.Length).Where(i => of.Ranking[i] == grade)];
            string[] swapped = [.. ids];
            for (int i = 0; i < same.Length; i++)
            {
                swapped[same[i]] = ids[same[^(i + 1)]];
            }

            Assert.All(Metrics, metric => Assert.Equal(metric.Compute(ids, grades) ?? -1, metric.Compute(swapped, grades) ?? -1, 12));
        }
    });

    [Fact]
    public void Compute_BetterDocumentMovedUp_IsNeverWorse() => Cases.Sample(of =>
    {
        (string[] ids, Dictionary<string, int> grades) = Query(of.Ranking, of.NotFound);
        for (int i = 1; i < ids.Length; i++)
        {
            if (of.Ranking[i] > of.Ranking[i - 1])
            {
                string[] better = [.. ids];
                (better[i - 1], better[i]) = (better[i], better[i - 1]);
                Assert.All(Metrics, metric => Assert.True(metric.Compute(ids, grades) is not { } value || metric.Compute(better, grades) >= value - 1e-12));
            }
        }
    });

    [Fact]
    public void Compute_RelevantFrom2_CountsHigherGradesOnlyButGainsAll()
    {
        (string[] ids, Dictionary<string, int> grades) = Query([1, 2], []);

        Assert.Equal(0.5, new RankingMetric(RankingMetricKind.ReciprocalRank).Compute(ids, grades, relevantFrom: 2));
        Assert.Equal((1 + (2 / Math.Log2(3))) / (2 + (1 / Math.Log2(3))), RankingMetric.NdcgAt10.Compute(ids, grades, relevantFrom: 2)!.Value, 12);
        Assert.Null(new RankingMetric(RankingMetricKind.AveragePrecision).Compute(ids, grades, relevantFrom: 3));
    }

    [Fact]
    public void Compute_DocumentTwice_IsRefused()
    {
        var exception = Assert.Throws<ArgumentException>(() => RankingMetric.NdcgAt10.Compute(["a", "a"], new Dictionary<string, int> { ["a"] = 1 }));

        Assert.Equal("A document is in the ranking of 2 twice; expected each once. (Parameter 'ranking')", exception.Message);
    }

    [Theory]
    [InlineData("ndcg@10", "nDCG@10")]
    [InlineData("RR", "RR")]
    [InlineData("mrr@5", "RR@5")]
    [InlineData("Recall@100", "R@100")]
    [InlineData("MAP", "AP")]
    [InlineData(" success@1 ", "hit@1")]
    public void Parse_NamesPeopleUse_AreUnderstood(string name, string expected)
    {
        Assert.Equal(expected, RankingMetric.Parse(name).Name);
        Assert.Equal(RankingMetric.Parse(expected), RankingMetric.Parse(name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("F1")]
    [InlineData("nDCG@0")]
    [InlineData("nDCG@-1")]
    [InlineData("nDCG@ten")]
    [InlineData("nDCG@1@2")]
    public void Parse_AnythingElse_SaysWhatThereIs(string name)
    {
        var exception = Assert.Throws<FormatException>(() => RankingMetric.Parse(name));

        Assert.Equal($"'{name}' is not a metric; expected nDCG@10, RR@10, R@100, AP, hit@1, or one of them with another number from 1.", exception.Message);
    }

    private static IEnumerable<RankingMetric> Metrics =>
        from kind in Enum.GetValues<RankingMetricKind>()
        from cutoff in new int?[] { 1, 3, 10, null }
        select new RankingMetric(kind, cutoff);

    private static Gen<(int[] Ranking, int[] NotFound)> Cases => Gen.Select(Gen.Int[-1, 3].Array[0, 15], Gen.Int[0, 3].Array[0, 5]);

    private static (string[] Ids, Dictionary<string, int> Grades) Query(int[] ranking, int[] notFound)
    {
        string[] ids = [.. ranking.Select((_, index) => $"d{index}")];
        Dictionary<string, int> grades = [];
        for (int i = 0; i < ranking.Length; i++)
        {
            grades[ids[i]] = ranking[i];
        }

        for (int i = 0; i < notFound.Length; i++)
        {
            grades[$"missing{i}"] = notFound[i];
        }

        return (ids, grades);
    }

    private static int[] Numbers(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(number => int.Parse(number, System.Globalization.CultureInfo.InvariantCulture))];
}
