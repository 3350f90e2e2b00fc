using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Reranking.Evaluation.Tests.Support;

namespace Reranking.Evaluation.Tests.Reports;

public sealed class EvaluationReportTests
{
    [Fact]
    public async Task ToJson_AndBack_IsTheSame()
    {
        EvaluationReport report = await Report();

        string json = report.ToJson();

        Assert.Equal(json, EvaluationReport.FromJson(json).ToJson());
        using JsonDocument document = JsonDocument.Parse(json);
        Assert.Equal(
            ["setName", "isWeaklyLabeled", "isPartial", "queryCount", "leftOutQueryCount", "candidateCount", "relevantFrom", "metrics", "firstStage", "scorers",
                "queries", "machine"],
            document.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal(
            ["difference", "interval", "pValue", "correctedPValue", "betterCount", "worseCount", "equalCount", "isSignificant"],
            document.RootElement.GetProperty("scorers")[0].GetProperty("comparisons").GetProperty("nDCG@10").EnumerateObject()
                .Select(property => property.Name));
    }

    [Theory]
    [InlineData("", "Found no report at the start; expected what EvaluationReport.ToJson has written.")]
    [InlineData("null", "Found JSON null; expected a report.")]
    [InlineData("{\"queryCount\": \"many\"}", "Found no report at $.queryCount; expected what EvaluationReport.ToJson has written.")]
    public void FromJson_AnythingElse_IsRefused(string json, string expected) =>
        Assert.StartsWith(expected[..12], Assert.Throws<InvalidDataException>(() => EvaluationReport.FromJson(json)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task ToHtml_Page_LoadsNothingRunsNothingAndIsWellFormed()
    {
        string html = (await Report()).ToHtml();

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(@"\s(src|href|style|on\w+)=""", html);
        Assert.DoesNotMatch(@"url\(|@import|https?://", html);
        string style = Regex.Match(html, "<style>(.*?)</style>", RegexOptions.Singleline).Groups[1].Value;
        string hash = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(style)));
        Assert.Contains($"default-src 'none'; style-src 'sha256-{hash}';", html, StringComparison.Ordinal);
        Assert.DoesNotContain("\r", html, StringComparison.Ordinal);

        // As XML, but for what HTML does not close.
        string xml = Regex.Replace(html, "<!DOCTYPE html>|<meta [^>]*>", "").Replace(style, "", StringComparison.Ordinal);
        XElement page = XDocument.Parse(xml).Root!;
        Assert.Equal("en", page.Attribute("lang")!.Value);
        Assert.Single(page.Descendants("h1"));
        Assert.All(page.Descendants("svg"), svg => Assert.True(svg.Attribute("aria-label")!.Value.Length > 0));
        Assert.True(page.Descendants("svg").Count() >= 6);
        Assert.All(
            page.Descendants("polyline").Concat(page.Descendants("rect")),
            mark => Assert.DoesNotContain("NaN", mark.ToString(), StringComparison.Ordinal));
        Assert.NotEmpty(page.Descendants("details"));
    }

    [Fact]
    public async Task ToHtml_HostileTexts_StayTexts()
    {
        const string Hostile = "</table><img src=x onerror=alert(1)>\"'&{0}";
        EvaluationSet set = new()
        {
            Name = Hostile,
            Queries = [.. Enumerable.Range(0, 6).Select(i => new EvaluationQuery
            {
                Id = $"{Hostile}{i}",
                Text = Hostile,
                Candidates = [new("a" + Hostile, Hostile + "long"), new("b" + Hostile, Hostile)],
                Grades = new Dictionary<string, int> { ["b" + Hostile] = 1 },
            })],
        };
        using var scorer = new StubScorer(static (_, document) => -document.Length);

        string html = (await new RerankingEvaluation(set, FirstStage.Given(Hostile), [new EvaluatedScorer(Hostile, scorer)]).RunAsync()).ToHtml();

        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.Contains("&lt;img src=x onerror=alert(1)&gt;", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ToHtml_NameOfAModelThatJsonEscapes_IsStillJsonToPaste()
    {
        const string Model = "C:\\models\\my \"best\"";
        EvaluationReport report = await Report();
        report = report with
        {
            Scorers =
            [
                .. report.Scorers.Select(static scorer => scorer with
                {
                    Calibration = scorer.Calibration with { MinScore = 0.5, Precision = 1, Recall = 1, ModelId = Model },
                }),
            ],
        };

        string pasted = System.Net.WebUtility.HtmlDecode(Regex.Match(report.ToHtml(), "<pre>(.*?)</pre>").Groups[1].Value);

        using JsonDocument json = JsonDocument.Parse($"{{{pasted}}}");
        Assert.Equal(Model, json.RootElement.GetProperty("Reranking").GetProperty("Scorers").GetProperty("s0").GetProperty("MinScoreModel").GetString());
    }

    [Fact]
    public async Task IncludeTexts_Off_LeavesAllTextsOut()
    {
        using var scorer = new StubScorer(static (_, document) => document.Length);
        var options = new RerankingEvaluationOptions { IncludeTexts = false };

        EvaluationReport report = await new RerankingEvaluation(
            RerankingEvaluationTests.Set(8, 6), FirstStage.Given(), [new EvaluatedScorer("s", scorer)], options).RunAsync();

        foreach (string text in new[] { report.ToJson(), report.ToHtml() })
        {
            Assert.DoesNotContain("query 1", text, StringComparison.Ordinal);
            Assert.DoesNotContain("xxx", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Passages_WorstAndBest_AreTenEach()
    {
        using var scorer = new StubScorer(static (_, document) => document.Length % 11);

        EvaluationReport report = await RerankingEvaluationTests.Evaluate(RerankingEvaluationTests.Set(50, 12), [scorer]);

        Assert.Equal(20, report.Queries.Count(query => query.Passages.ContainsKey("s0")));
        PassageReport[] passages = [.. report.Queries.First(query => query.Passages.Count > 0).Passages["s0"]];
        Assert.Equal([1, 2, 3, 4, 5], passages.Select(passage => passage.After).Take(5));
        Assert.Equal([1, 2, 3, 4, 5], passages.Select(passage => passage.Before).Order().Where(before => before <= 5));
    }

    [Theory]
    [InlineData(4, "4 queries are too few to tell: s0 changes nDCG@10 by +0.")]
    [InlineData(80, "Reranking with s0 raises nDCG@10 by ")]
    public async Task Summarize_FewAndManyQueries_SaysWhatTheyShow(int queries, string expected)
    {
        using var scorer = new StubScorer(
            static (query, document) => document.StartsWith("right", StringComparison.Ordinal) && query != "query 1" && query != "query 0" ? 1 : 0);

        EvaluationReport report = await RerankingEvaluationTests.Evaluate(RerankingEvaluationTests.Set(queries, 20), [scorer]);

        Assert.StartsWith(expected, report.Summarize(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Summarize_NothingChanged_AsksForHarderQuestions()
    {
        using var scorer = new StubScorer(static (_, _) => 1);   // equal scores keep the order of the first stage

        EvaluationReport report = await RerankingEvaluationTests.Evaluate(RerankingEvaluationTests.Set(6, 20), [scorer]);

        Assert.Equal(
            "s0 changes nDCG@10 for no query (6 queries: 0 better, 0 worse, 6 equal). If the first stage is already right, only harder questions can show a "
                + "gain.",
            report.Summarize());
    }

    [Theory]
    [InlineData(false, null, null)]
    [InlineData(true, null, "Weak labels, made of the corpus itself: a smoke test, which favors lexical first stages.")]
    [InlineData(true, "<model>", "Generated and judged by <model>, not by people: it ranks systems much as people do, but is lenient, and made-up questions "
        + "shift the numbers. Compare systems, and do not quote the values.")]
    [InlineData(false, "m", "The questions were generated by m: they shift the numbers. Compare systems, and do not quote the values.")]
    public async Task DescribeLabels_WhereTheyComeFrom_IsInJsonAndPage(bool isWeak, string? model, string? expected)
    {
        using var scorer = new StubScorer(static (_, document) => document.Length);
        var set = new EvaluationSet
        {
            Name = "set",
            Queries = RerankingEvaluationTests.Set(4, 4).Queries,
            IsWeaklyLabeled = isWeak,
            GeneratedBy = model,
        };

        EvaluationReport report = EvaluationReport.FromJson((await RerankingEvaluationTests.Evaluate(set, [scorer])).ToJson());

        Assert.Equal((isWeak, model), (report.IsWeaklyLabeled, report.GeneratedBy));
        Assert.Equal(expected, report.DescribeLabels());
        string html = report.ToHtml();
        Assert.Equal(expected is not null, html.Contains("<p class=\"warn\">", StringComparison.Ordinal));
        Assert.Contains(System.Net.WebUtility.HtmlEncode(expected ?? "Is reranking worth it"), html, StringComparison.Ordinal);
    }

    private static async Task<EvaluationReport> Report()
    {
        using var first = new StubScorer(static (_, document) => document.StartsWith("right", StringComparison.Ordinal) ? 2 : -document.Length / 20.0);
        using var second = new StubScorer(static (_, document) => (document.Length % 9) - 4);
        return await RerankingEvaluationTests.Evaluate(RerankingEvaluationTests.Set(30, 25), [first, second], counts: [5, 10, 25]);
    }
}
