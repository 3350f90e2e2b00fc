using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Reranking.Tool.Scoring;

/// <summary>What a model is like on this machine.</summary>
/// <param name="ModelId">The model.</param>
/// <param name="Revision">A hash of weights and settings, or <see langword="null"/>.</param>
/// <param name="MaxInputTokens">The longest input, or <see langword="null"/>.</param>
/// <param name="FirstCall">How long loading, the self-test and the first pair take.</param>
/// <param name="Passages">How long 100 passages of about 90 tokens take: the median of five rounds, or of as many as five seconds allow.</param>
/// <param name="TokensPerPassage">How many tokens a passage has, the query included.</param>
/// <param name="MemoryMegabytes">By how much the working set grew, in millions of bytes.</param>
/// <param name="Settings">What to paste into <c>Reranking:Scorers:NAME</c>.</param>
/// <param name="CandidateCount">How many candidates take about half a second, but from <see cref="FewestCandidates"/> to 100.</param>
internal sealed record ModelCheck(
    string? ModelId,
    string? Revision,
    int? MaxInputTokens,
    TimeSpan FirstCall,
    TimeSpan Passages,
    double TokensPerPassage,
    double MemoryMegabytes,
    IReadOnlyDictionary<string, string> Settings,
    int CandidateCount)
{
    /// <summary>The fewest candidates that are worth reranking.</summary>
    public const int FewestCandidates = 10;

    private const int Count = 100;
    private const int Rounds = 5;
    private const int WarmUpCount = 20;
    private const int WantedTokens = 90;
    private const double Patience = 500;   // milliseconds that a person does not notice

    private const string Query = "How do I change the address that invoices are sent to?";
    private const string Sentence =
        "Invoices are sent to the billing address of the account; open the settings, choose billing, and change the address before the next one is made. ";

    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(5);

    /// <summary>Loads and measures a model.</summary>
    /// <param name="scorer">The scorer, not yet called.</param>
    /// <param name="model">The name or path that it was opened by, or <see langword="null"/> for the model inside.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<ModelCheck> RunAsync(IRelevanceScorer scorer, string? model, CancellationToken cancellationToken)
    {
        long before = Memory();
        long start = Stopwatch.GetTimestamp();
        await scorer.ScoreAsync(Query, [Sentence], options: null, cancellationToken).ConfigureAwait(false);
        TimeSpan first = Stopwatch.GetElapsedTime(start);

        string passage = await PassageAsync(scorer, cancellationToken).ConfigureAwait(false);
        string[] passages = [.. Enumerable.Range(0, Count).Select(i => string.Create(CultureInfo.InvariantCulture, $"{passage} {i % 10}"))];
        await scorer.ScoreAsync(Query, passages[..WarmUpCount], options: null, cancellationToken).ConfigureAwait(false);
        List<TimeSpan> times = [];
        double tokens = 0;
        long began = Stopwatch.GetTimestamp();
        while (times.Count == 0 || (times.Count < Rounds && Stopwatch.GetElapsedTime(began) < Enough))
        {
            start = Stopwatch.GetTimestamp();
            RelevanceScores scores = await scorer.ScoreAsync(Query, passages, options: null, cancellationToken).ConfigureAwait(false);
            times.Add(Stopwatch.GetElapsedTime(start));
            tokens = scores.Average(static score => score.TokenCount ?? 0);
        }

        TimeSpan median = times.Order().ElementAt(times.Count / 2);
        RelevanceScorerMetadata? metadata = scorer.GetService<RelevanceScorerMetadata>();
        Dictionary<string, string> settings = new() { ["Provider"] = "Onnx" };
        if (model is not null)
        {
            settings[Directory.Exists(model) || File.Exists(model) ? "ModelPath" : "Model"] = model;
        }

        int candidates = (int)(Patience / (median.TotalMilliseconds / Count)) / 10 * 10;
        return new ModelCheck(
            metadata?.ModelId,
            scorer.GetService<IModelRevision>() is { } revision ? await revision.GetRevisionAsync(cancellationToken).ConfigureAwait(false) : null,
            metadata?.MaxInputTokens,
            first,
            median,
            tokens,
            (Memory() - before) / 1e6,
            settings,
            Math.Clamp(candidates, FewestCandidates, 100));
    }

    public List<string> Describe()
    {
        List<string> lines =
        [
            Invariant($"{ModelId}: loaded, self-test passed, {MaxInputTokens} tokens at most"),
            Invariant($"first call, loading included: {FirstCall.TotalMilliseconds:0} ms"),
            Invariant($"100 passages of {TokensPerPassage:0} tokens: {Passages.TotalMilliseconds:0} ms on {Environment.ProcessorCount} processors; ")
                + "less if nothing else uses them",
            Invariant($"memory: {MemoryMegabytes:0} MB"),
        ];
        double milliseconds = Passages.TotalMilliseconds * CandidateCount / Count;
        if (milliseconds > Patience)
        {
            lines.Add(
                Invariant($"{CandidateCount} candidates, the fewest that are worth reranking, take {milliseconds:0} ms on this machine; ")
                + "a smaller model, such as that of Reranking.Onnx.MiniLM.Screening, or a hosted one is faster");
            lines.Add("settings:");
        }
        else
        {
            lines.Add("settings, with as many candidates (up to 100) as this machine ranks in half a second:");
        }

        lines.Add(
            $"  \"Reranking\": {{ \"CandidateCount\": {CandidateCount.ToString(CultureInfo.InvariantCulture)}, \"Scorers\": {{ \"local\": {{ "
            + $"{string.Join(", ", Settings.Select(static setting => $"\"{setting.Key}\": \"{JsonEncodedText.Encode(setting.Value)}\""))} }} }} }}");
        return lines;
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("model", ModelId);
        json.WriteString("revision", Revision);
        Output.ToolJson.WriteNumber(json, "maxInputTokens", MaxInputTokens);
        json.WriteNumber("firstCallMs", FirstCall.TotalMilliseconds);
        json.WriteNumber("msPer100Passages", Passages.TotalMilliseconds);
        json.WriteNumber("tokensPerPassage", TokensPerPassage);
        json.WriteNumber("memoryMB", MemoryMegabytes);
        json.WriteNumber("processors", Environment.ProcessorCount);
        json.WriteStartObject("settings");
        json.WriteNumber(nameof(CandidateCount), CandidateCount);
        foreach ((string key, string value) in Settings)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    // Grown sentence by sentence until it has the tokens, in whichever vocabulary.
    private static async Task<string> PassageAsync(IRelevanceScorer scorer, CancellationToken cancellationToken)
    {
        string[] words = string.Concat(Enumerable.Repeat(Sentence, 8)).Split(' ');
        int low = 5;
        int high = words.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            RelevanceScores scores = await scorer
                .ScoreAsync(Query, [string.Join(' ', words.Take(middle))], options: null, cancellationToken).ConfigureAwait(false);
            (low, high) = scores[0].TokenCount < WantedTokens ? (middle + 1, high) : (low, middle);
        }

        return string.Join(' ', words.Take(low));
    }

    private static long Memory()
    {
        using Process process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
