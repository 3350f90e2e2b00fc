using System.Text.Encodings.Web;
using System.Text.Json;
using Reranking.Evaluation.Reports;

namespace Reranking;

/// <summary>What an evaluation found out.</summary>
/// <remarks>
/// Immutable; written as JSON by <see cref="ToJson"/>, as a page by <see cref="ToHtml"/>. Names of properties in JSON are in camel case and stay.
/// </remarks>
public sealed record EvaluationReport
{
    // Texts of people keep their letters; the page escapes by itself.
    private static readonly EvaluationJsonContext Json = new(
        new JsonSerializerOptions(EvaluationJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Gets the name of the set.</summary>
    public required string SetName { get; init; }

    /// <summary>Gets a value indicating whether the judgments were made of the corpus itself, so that the report is no more than a smoke test.</summary>
    public bool IsWeaklyLabeled { get; init; }

    /// <summary>Gets the chat model that made up queries and judgments.</summary>
    /// <value>The name of the model, or <see langword="null"/> if none did.</value>
    public string? GeneratedBy { get; init; }

    /// <summary>Gets a value indicating whether the evaluation was stopped before all queries were answered.</summary>
    public bool IsPartial { get; init; }

    /// <summary>Gets how many queries were answered.</summary>
    public required int QueryCount { get; init; }

    /// <summary>Gets how many queries of the set were left out, because nothing is known to be relevant to them.</summary>
    public required int LeftOutQueryCount { get; init; }

    /// <summary>Gets how many candidates were asked for and reranked.</summary>
    public required int CandidateCount { get; init; }

    /// <summary>Gets the lowest grade that counts as relevant.</summary>
    public required int RelevantFrom { get; init; }

    /// <summary>Gets the names of the metrics; the first one decides.</summary>
    public required IReadOnlyList<string> Metrics { get; init; }

    /// <summary>Gets the first stage.</summary>
    public required FirstStageReport FirstStage { get; init; }

    /// <summary>Gets the scorers.</summary>
    public required IReadOnlyList<ScorerReport> Scorers { get; init; }

    /// <summary>Gets the queries.</summary>
    public required IReadOnlyList<QueryReport> Queries { get; init; }

    /// <summary>Gets where the evaluation ran.</summary>
    public required MachineReport Machine { get; init; }

    /// <summary>Reads a report that <see cref="ToJson"/> has written.</summary>
    /// <param name="json">The text.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="json"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidDataException">The text is not a report.</exception>
    public static EvaluationReport FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            return JsonSerializer.Deserialize(json, Json.EvaluationReport) ?? throw new InvalidDataException("Found JSON null; expected a report.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException(
                $"Found no report at {exception.Path ?? "the start"}; expected what EvaluationReport.ToJson has written.", exception);
        }
    }

    /// <summary>Returns the report as JSON.</summary>
    /// <returns>The text.</returns>
    public string ToJson() => JsonSerializer.Serialize(this, Json.EvaluationReport);

    /// <summary>Returns the report as one page without any reference to the outside: it loads nothing, runs no script, and can be sent as it is.</summary>
    /// <returns>The HTML.</returns>
    public string ToHtml() => new HtmlReport(this).Write();

    /// <summary>Returns what to keep in mind about where the judgments come from.</summary>
    /// <returns>A sentence or two, or <see langword="null"/> if they are people's.</returns>
    public string? DescribeLabels() => ReportSentence.DescribeLabels(this);

    /// <summary>Returns the answer in a sentence or two.</summary>
    /// <param name="scorerName">The scorer, or <see langword="null"/> for the one with the best mean of the first metric.</param>
    /// <returns>The sentence, such as <c>Reranking with local raises nDCG@10 by 0.070 (95 % interval 0.030 to 0.110, …</c>.</returns>
    /// <exception cref="ArgumentException">There is no scorer of that name.</exception>
    public string Summarize(string? scorerName = null) => ReportSentence.Write(this, Find(scorerName));

    /// <summary>Compares a scorer with how it was in an earlier report of the same queries.</summary>
    /// <param name="baseline">The earlier report.</param>
    /// <param name="scorerName">The scorer, or <see langword="null"/> for the one with the best mean of the first metric.</param>
    /// <param name="metric">The name of the metric, or <see langword="null"/> for the first one.</param>
    /// <returns>The comparison of the queries that both reports have; a drop is proven if the interval is below 0.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="baseline"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">A report does not have the scorer or the metric, or the two have no query in common.</exception>
    public PairedComparison CompareWith(EvaluationReport baseline, string? scorerName = null, string? metric = null)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        string name = Find(scorerName).Name;
        baseline.Find(name);
        metric ??= Metrics[0];
        Dictionary<string, QueryReport> before = baseline.Queries.ToDictionary(static query => query.Id);
        List<double> first = [];
        List<double> second = [];
        foreach (QueryReport query in Queries)
        {
            if (before.TryGetValue(query.Id, out QueryReport? same)
                && same.Scorers.TryGetValue(name, out IReadOnlyDictionary<string, double>? old)
                && query.Scorers.TryGetValue(name, out IReadOnlyDictionary<string, double>? current)
                && old.TryGetValue(metric, out double was)
                && current.TryGetValue(metric, out double value))
            {
                first.Add(was);
                second.Add(value);
            }
        }

        return first.Count > 0 ? PairedComparison.Compare(first, second) : throw new ArgumentException(
            $"The reports have 0 queries in common that scorer '{name}' answered with {metric}; expected 1 or more.", nameof(baseline));
    }

    internal ScorerReport Find(string? name) =>
        (name is null
            ? Scorers.MaxBy(scorer => scorer.Means.GetValueOrDefault(Metrics[0]))
            : Scorers.FirstOrDefault(scorer => scorer.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
        ?? throw new ArgumentException(
            $"The report has no scorer '{name}'; expected one of: {string.Join(", ", Scorers.Select(static scorer => scorer.Name))}.", nameof(name));
}
