using System.Globalization;
using Microsoft.Extensions.VectorData;
using RagChat.Knowledge;
using RagChat.Prompting;
using Reranking;
using Samples;
using Spectre.Console;

namespace RagChat;

/// <summary>What a person sees: in color on a terminal, plain in a pipe.</summary>
internal sealed class ConsoleView : IProgress<EvaluationProgress>
{
    private const int PipeWidth = 120;
    private const double LowScore = 0.1;

    private readonly IAnsiConsole _console;

    public ConsoleView(IAnsiConsole console)
    {
        _console = console;
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = PipeWidth;
        }
    }

    public void Warn(string text) => _console.Write(Printable(text + "\n", new Style(Color.Red)));

    public void Note(string text) => _console.Write(Printable(text + "\n", new Style(Color.Grey)));

    /// <summary>Writes the prompt of the chat, and after it a question that nobody has to type.</summary>
    public void WritePrompt(string question = "") => _console.Write(Printable($"> {question}", new Style(Color.Blue)));

    public string? Prompt()
    {
        WritePrompt();
        return Console.ReadLine();
    }

    public void Write(Findings findings)
    {
        bool isReranked = findings.Reranking is { Outcome: RerankingOutcome.Reranked };
        Table table = new Table().Border(TableBorder.Simple).Expand();
        table.AddColumn(new TableColumn("rank").RightAligned().NoWrap());
        if (isReranked)
        {
            table.AddColumn(new TableColumn("before, by retrieval"));
        }

        table.AddColumns(
            new TableColumn(isReranked ? "after, by the cross-encoder" : "title"),
            new TableColumn("was").RightAligned().NoWrap(),
            new TableColumn("score").RightAligned().NoWrap(),
            new TableColumn("passage"));
        for (int rank = 0; rank < findings.Ranking.Count; rank++)
        {
            (VectorSearchResult<Passage> found, int index, RelevanceScore? score) = findings.Ranking[rank];
            List<Text> row =
            [
                Printable(found.Record.Title, new Style(decoration: rank == 0 ? Decoration.Bold : Decoration.None)),
                Printable($"{index + 1}", new Style(index > rank ? Color.Green : index < rank ? Color.Red : Color.Grey)),
                Printable(ScoreText(score?.Value ?? found.Score ?? 0)),
                Printable(FirstWords(found.Record.Body, isReranked ? 32 : 48), new Style(Color.Grey)),
            ];
            if (isReranked)
            {
                row.Insert(0, Printable(rank < findings.FirstStage.Count ? findings.FirstStage[rank].Title : "", new Style(Color.Grey)));
            }

            table.AddRow([Printable($"{rank + 1}"), .. row]);
        }

        _console.Write(table);
        switch (findings.Reranking)
        {
            case { Outcome: RerankingOutcome.Reranked } result:
                Note(string.Create(
                    CultureInfo.InvariantCulture, $"{result.ScoredCount} candidates reranked by {result.ModelId} in {result.Elapsed.TotalMilliseconds:0} ms."));
                if (findings.Ranking is [var best, ..])
                {
                    Explain(best);
                }

                break;
            case { Outcome: RerankingOutcome.FellBack } result:
                Warn($"NOT RERANKED, in first-stage order: {result.Reason}. {result.Failure?.Message}");
                break;
            case { } result:
                Note($"First-stage order: not reranked ({result.Reason}).");
                break;
            default:
                Note("First-stage order: not reranked.");
                break;
        }
    }

    // What people who try their own documents take for a failure.
    private void Explain(RankedCandidate<VectorSearchResult<Passage>> best)
    {
        if (best.Index == 0)
        {
            Note("Retrieval had the same passage first, which is common with few passages or easy questions.");
        }

        if (best.Relevance is { IsScored: true, Value: < LowScore })
        {
            Note("All scores are low: no passage answers, or one does in words so different that its rank is uncertain too. A larger model may do better.");
        }
    }

    // The best of a list may have 0.0004, and is still ten times better than the next.
    private static string ScoreText(double score) => score.ToString(score is > 0 and < 0.001 ? "0.000000" : "0.000", CultureInfo.InvariantCulture);

    /// <summary>Writes why a passage has its rank: both places, the numbers, and which part of it the score is for.</summary>
    public void WriteWhy(Findings findings, int rank)
    {
        (VectorSearchResult<Passage> found, int index, RelevanceScore? score) = findings.Ranking[rank - 1];
        Note(string.Create(CultureInfo.InvariantCulture, $"{found.Record.Title} ({found.Record.Id})"));
        Note(string.Create(CultureInfo.InvariantCulture, $"retrieval: rank {index + 1}, {found.Score:0.000}"));
        if (score is not { IsScored: true } known)
        {
            Note("reranking: not scored");
        }
        else
        {
            string cut = known.IsTruncated ? ", cut to what the model reads" : "";
            Note(string.Create(
                CultureInfo.InvariantCulture,
                $"reranking: rank {rank}, relevance {known.Value:0.000000}, logit {known.RawValue:0.00}, {known.TokenCount} tokens{cut}"));
        }

        string text = found.Record.Text;
        _console.Write(Printable((score?.BestWindow is { } window ? text[window] : text) + "\n"));
    }

    public void Write(RagPrompt prompt)
    {
        _console.Write(new Rule($"prompt, {prompt.TokenCount} tokens, {prompt.Sources.Count} passages").LeftJustified());
        _console.Write(Printable(prompt.Text + "\n"));
        _console.Write(new Rule());
    }

    /// <summary>Writes a dot a question, so that nobody wonders whether anything happens.</summary>
    public void Report(EvaluationProgress value) => _console.Write(Printable(value.FinishedQueries < value.QueryCount ? "." : ".\n", new Style(Color.Grey)));

    public void Write(EvaluationReport report)
    {
        Table table = new Table().Border(TableBorder.Simple);
        table.AddColumns("first stage", "reranked");
        foreach (string column in new[] { "hit@1", "MRR", "first stage ms", "reranking ms" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        string firstStage = Milliseconds(report.FirstStage.Latency);
        table.AddRow(report.FirstStage.Name, "no", Number(report.FirstStage.Means["hit@1"]), Number(report.FirstStage.Means["RR"]), firstStage, "-");
        foreach (ScorerReport scorer in report.Scorers)
        {
            table.AddRow(
                report.FirstStage.Name, "yes", Number(scorer.Means["hit@1"]), Number(scorer.Means["RR"]), firstStage, Milliseconds(scorer.Latency));
            if (scorer.FailedQueryCount > 0)
            {
                Warn($"{scorer.FailedQueryCount} questions were not reranked and are left out. The first: {scorer.FirstFailure}");
            }
        }

        _console.Write(table);
        Note(report.Summarize());

        static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

        string Milliseconds(LatencyReport latency) => (latency.Total / report.QueryCount).ToString("0.0", CultureInfo.InvariantCulture);
    }

    public async Task WriteAsync(IAsyncEnumerable<string> parts)
    {
        await foreach (string part in parts)
        {
            _console.Write(Printable(part));
        }

        _console.WriteLine();
    }

    public void WriteSources(RagPrompt prompt)
    {
        foreach ((int index, Passage source) in prompt.Sources.Index())
        {
            Note($"[{prompt.FirstCitation + index}] {source.Title} ({source.Id})");
        }
    }

    // Whatever is printed comes from somewhere: documents, settings, the user, the model.
    private static Text Printable(string text, Style? style = null) => new(TerminalText.Show(text), style);

    private static string FirstWords(string text, int length)
    {
        string line = text.ReplaceLineEndings(" ").Replace("**", "", StringComparison.Ordinal);
        int end = line.Length <= length ? line.Length : line.LastIndexOf(' ', length);
        return end == line.Length ? line : line[..(end > 0 ? end : length)] + "…";
    }
}
