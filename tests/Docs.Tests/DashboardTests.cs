using System.Text.Json;
using System.Text.RegularExpressions;
using Reranking;

namespace Docs.Tests;

/// <summary>The dashboard shows metrics that there are.</summary>
public sealed partial class DashboardTests
{
    // As Prometheus' exporter of OpenTelemetry writes names: dots become underscores, and the unit is appended where it is one.
    private static readonly string[] Instruments =
    [
        .. typeof(RerankingTelemetry).GetNestedType("Instruments", System.Reflection.BindingFlags.NonPublic)!
            .GetFields().Select(static field => ((string)field.GetRawConstantValue()!).Replace('.', '_')),
    ];

    [Fact]
    public void Dashboard_EveryMetric_IsRecorded()
    {
        string[] names = [.. MetricPattern().Matches(Expressions()).Select(static match => match.Value).Distinct()];

        Assert.All(names, name => Assert.Contains(Instruments, instrument => SuffixPattern().Replace(name, "") == instrument));
        Assert.All(Instruments, instrument => Assert.Contains(names, name => SuffixPattern().Replace(name, "") == instrument));
    }

    [Fact]
    public void Page_EveryInstrument_IsListed()
    {
        string page = Repository.Read("docs/operations/telemetry.md");

        Assert.All(Instruments, instrument => Assert.Contains($"`{instrument}`", page.Replace('.', '_'), StringComparison.Ordinal));
    }

    private static string Expressions()
    {
        using var dashboard = JsonDocument.Parse(Repository.Read("docs/operations/grafana-dashboard.json"));
        return string.Join('\n', dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .SelectMany(static panel => panel.GetProperty("targets").EnumerateArray()).Select(static target => target.GetProperty("expr").GetString()));
    }

    [GeneratedRegex(@"\b(gen_ai_client|reranking)_\w+(?=[\[{])")]
    private static partial Regex MetricPattern();

    [GeneratedRegex("(_seconds|_ratio)?(_total|_sum|_count|_bucket)$")]
    private static partial Regex SuffixPattern();
}
