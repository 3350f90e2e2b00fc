using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Reranking.Tool.Output;
using Reranking.Tool.Reading;
using Reranking.Tool.Scoring;
using Spectre.Console;

namespace Reranking.Tool.Commands;

/// <summary><c>rerank score</c>: documents for a query, or pairs in bulk.</summary>
internal sealed class ScoreCommand
{
    private const int SnippetLength = 160;
    private const double LowScore = 0.1;

    private readonly CommonOptions _common = new();
    private readonly Argument<string[]> _texts = new("texts") { Description = "The query, then documents." };
    private readonly Option<string[]> _files = new("--file", "-f")
    {
        Description = "Documents: a text file (one a line), JSON lines, a Markdown file (one a section), a folder of them, or - for standard input.",
    };

    private readonly Option<int> _top = CommonOptions.FromOne(
        new Option<int>("--top", "-n") { Description = "How many to show.", DefaultValueFactory = static _ => 10 });

    private readonly Option<bool> _jsonLines = new("--jsonl") { Description = "Score pairs in bulk: a line of JSON in, a line out, in constant memory." };
    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "With --jsonl: the file to write. After a kill, the same command resumes.",
    };

    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "With --jsonl: start over if the file exists." };
    private readonly Option<string?> _shard = new("--shard") { Description = "With --jsonl: score one of several parts, INDEX/COUNT, from 0." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Load no model; made-up scores, to try a pipeline." };
    private readonly Terminal _terminal;

    private ScoreCommand(Terminal terminal) => _terminal = terminal;

    public static Command Create(Terminal terminal)
    {
        var self = new ScoreCommand(terminal);
        var command = new Command("score", CommandRunner.Describe(
            "Scores documents for a query and shows them before and after; with --jsonl, scores pairs in bulk.",
            "rerank score \"How do I reset my password?\" \"Password Security. Use 14 characters.\" \"Password Reset Guide. Choose 'Forgot password'.\"",
            "rerank score \"refund\" -f docs/",
            "cat passages.txt | rerank score \"refund\" -f - --json",
            "rerank score --jsonl -f pairs.jsonl.gz -o scores.jsonl --shard $JOB_COMPLETION_INDEX/16",
            "",
            "--jsonl reads {\"id\", \"query\", \"document\"} and writes {\"id\", \"score\", \"raw\"}; or \"documents\", and \"scores\" and \"raws\"."));
        command.Arguments.Add(self._texts);
        self._texts.Arity = ArgumentArity.ZeroOrMore;
        foreach (Option option in new Option[]
        {
            self._files, self._top, self._jsonLines, self._output, self._overwrite, self._shard, self._dryRun,
        })
        {
            command.Options.Add(option);
        }

        self._common.AddTo(command);
        command.SetAction(self.RunAsync);
        return command;
    }

    // An argument that takes any text takes a mistyped option as well.
    private static void RejectUnknownOptions(ParseResult parsed)
    {
        foreach (Token token in parsed.Tokens.TakeWhile(static token => token.Type != TokenType.DoubleDash))
        {
            if (token.Type == TokenType.Argument && token.Value.StartsWith("--", StringComparison.Ordinal))
            {
                throw new ToolException(
                    $"Unrecognized option '{token.Value}'; put -- before texts that begin with --. Run 'rerank score --help'.", ExitCode.Usage);
            }
        }
    }

    // What would change nothing was meant to.
    private void RejectOptionsOfTheOtherKind(ParseResult parsed, bool isBulk)
    {
        if (isBulk && IsGiven(_top))
        {
            throw new ToolException("--top was given with --jsonl, which writes a line for a line; expected one of them.", ExitCode.Usage);
        }

        if (isBulk && parsed.GetValue(_common.Json))
        {
            throw new ToolException("--json was given with --jsonl, whose lines are JSON already; expected one of them.", ExitCode.Usage);
        }

        if (!isBulk && new Option[] { _output, _overwrite, _shard }.FirstOrDefault(IsGiven) is { } option)
        {
            throw new ToolException($"{option.Name} was given without --jsonl; expected both.", ExitCode.Usage);
        }

        if (parsed.GetValue(_overwrite) && !IsGiven(_output))
        {
            throw new ToolException("--overwrite was given without --output; expected both.", ExitCode.Usage);
        }

        bool IsGiven(Option given) => parsed.GetResult(given) is { Implicit: false };
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        RejectUnknownOptions(parsed);
        bool isBulk = parsed.GetValue(_jsonLines);
        RejectOptionsOfTheOtherKind(parsed, isBulk);
        ScorerOptions options = _common.Scorers(parsed) with { IsDryRun = parsed.GetValue(_dryRun), ReadWhole = !isBulk };
        return isBulk ? await ScoreBulkAsync(parsed, options, cancellationToken).ConfigureAwait(false)
            : await ScoreAsync(parsed, options, cancellationToken).ConfigureAwait(false);
    }

    private async Task<int> ScoreAsync(ParseResult parsed, ScorerOptions options, CancellationToken cancellationToken)
    {
        string[] texts = parsed.GetValue(_texts) ?? [];
        string[] files = parsed.GetValue(_files) ?? [];
        if (texts.Length == 0)
        {
            throw new ToolException("No query was given; expected a text, as in: rerank score \"refund\" -f docs/", ExitCode.Usage);
        }

        // As a shell writes -f docs/*.txt: the names of the other files would be scored as texts.
        if (texts.Skip(1).FirstOrDefault(File.Exists) is { } path)
        {
            throw new ToolException(
                $"'{path}' is a file, and texts were expected after the query. Write -f before each file, or -f and a folder.", ExitCode.Usage);
        }

        List<ToolDocument> documents = [.. texts.Skip(1).Select(static (text, index) => new ToolDocument($"#{index + 1}", text))];
        if (documents.Count == 0 && files.Length == 0 && Terminal.IsInputRedirected)
        {
            files = [DocumentReader.StandardInput];
        }

        foreach (string file in files)
        {
            documents.AddRange(DocumentReader.Read(file));
        }

        if (documents.Count == 0)
        {
            throw new ToolException("No documents were given; expected texts after the query, or -f with a file, a folder or -.", ExitCode.Usage);
        }

        ScorerSource source = ScorerSource.Open(options, onlyOne: true);
        await using (source.ConfigureAwait(false))
        {
            RelevanceScores scores = await source.Scorers[0].Scorer
                .ScoreAsync(texts[0], [.. documents.Select(static document => document.Text)], options: null, cancellationToken)
                .ConfigureAwait(false);
            int[] order =
            [
                .. Enumerable.Range(0, documents.Count)
                    .OrderByDescending(i => scores[i].IsScored)
                    .ThenByDescending(i => scores[i].Stage)
                    .ThenByDescending(i => scores[i].RawValue),
            ];
            order = [.. order.Take(parsed.GetValue(_top))];
            if (parsed.GetValue(_common.Json))
            {
                WriteJson(texts[0], documents, scores, order);
            }
            else
            {
                WriteTable(documents, scores, order, isRanked: !files.Any(DocumentReader.IsUnordered));
            }
        }

        return ExitCode.Success;
    }

    private void WriteTable(List<ToolDocument> documents, RelevanceScores scores, int[] order, bool isRanked)
    {
        Table table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("rank").RightAligned().NoWrap());
        if (isRanked)
        {
            table.AddColumn(new TableColumn("was").RightAligned().NoWrap());
        }

        table.AddColumn(new TableColumn("score").RightAligned().NoWrap());
        table.AddColumn(new TableColumn("source"));
        table.AddColumn(new TableColumn("text"));
        for (int rank = 0; rank < order.Length; rank++)
        {
            int was = order[rank];
            Color color = was > rank ? Color.Green : was < rank ? Color.Red : Color.Grey;
            Text[] before = isRanked ? [new Text($"{was + 1}", new Style(color))] : [];
            table.AddRow(
            [
                new Text($"{rank + 1}"),
                .. before,
                new Text(scores[was].IsScored ? ScoreText(scores[was].Value) : "-"),
                new Text(Terminal.Printable(documents[was].Source)),
                Snippet(documents[was].Text, scores[was].BestWindow),
            ]);
        }

        _terminal.Results.Write(table);
        if (order.Length < documents.Count)
        {
            _terminal.Results.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{order.Length} of {documents.Count} shown; --top shows more."));
        }

        if (order is [int best, ..] && scores[best] is { IsScored: true, Value: < LowScore })
        {
            _terminal.Note(
                "All scores are low: no document answers, or one does in words so different that its rank is uncertain too. A larger model may do better.");
        }
    }

    // The best of a list may have 0.0004, and is still ten times better than the next.
    private static string ScoreText(double score) => score.ToString(score is > 0 and < 0.001 ? "0.000000" : "0.000", CultureInfo.InvariantCulture);

    // The part that the score is for is what a person looks for.
    private static Paragraph Snippet(string text, Range? window)
    {
        (int start, int length) = window is { } range ? range.GetOffsetAndLength(text.Length) : (0, text.Length);
        string shown = Terminal.Printable(text.Substring(start, length)).Trim();
        bool isCut = shown.Length > SnippetLength;
        var paragraph = new Paragraph();
        paragraph.Append(start > 0 ? "… " : "", new Style(Color.Grey));
        paragraph.Append(Terminal.Beginning(shown, SnippetLength), window is null ? Style.Plain : new Style(decoration: Decoration.Bold));
        paragraph.Append(isCut || start + length < text.Length ? " …" : "", new Style(Color.Grey));
        return paragraph;
    }

    private void WriteJson(string query, List<ToolDocument> documents, RelevanceScores scores, int[] order)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("query", query);
            json.WriteString("model", scores.ModelId);
            json.WriteStartArray("results");
            for (int rank = 0; rank < order.Length; rank++)
            {
                RelevanceScore score = scores[order[rank]];
                json.WriteStartObject();
                json.WriteNumber("rank", rank + 1);
                json.WriteNumber("was", order[rank] + 1);
                if (score.IsScored)
                {
                    json.WriteNumber("score", score.Value);
                    json.WriteNumber("raw", score.RawValue);
                }

                json.WriteString("source", documents[order[rank]].Source);
                json.WriteString("text", documents[order[rank]].Text);
                if (score.BestWindow is { } window)
                {
                    (int start, int length) = window.GetOffsetAndLength(documents[order[rank]].Text.Length);
                    json.WriteStartObject("bestWindow");
                    json.WriteNumber("start", start);
                    json.WriteNumber("length", length);
                    json.WriteEndObject();
                }

                json.WriteBoolean("truncated", score.IsTruncated);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        _terminal.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }

    private async Task<int> ScoreBulkAsync(ParseResult parsed, ScorerOptions options, CancellationToken cancellationToken)
    {
        string[] files = parsed.GetValue(_files) ?? [];
        string input = files.Length switch
        {
            0 => DocumentReader.StandardInput,
            1 => files[0],
            _ => throw new ToolException($"--file was given {files.Length} times; expected one with --jsonl.", ExitCode.Usage),
        };
        if (parsed.GetValue(_texts) is { Length: > 0 })
        {
            throw new ToolException("Texts were given with --jsonl; expected them in the lines of --file.", ExitCode.Usage);
        }

        Shard shard = parsed.GetValue(_shard) is { } text ? Shard.Parse(text) : Shard.All;
        ScorerSource source = ScorerSource.Open(options, onlyOne: true);
        await using (source.ConfigureAwait(false))
        {
            IRelevanceScorer scorer = source.Scorers[0].Scorer;
            using OutputJournal? journal = parsed.GetValue(_output) is { } output
                ? OutputJournal.Open(output, await SettingsAsync(scorer, input, shard, cancellationToken).ConfigureAwait(false), parsed.GetValue(_overwrite))
                : null;
            using Stream? standard = journal is null ? Terminal.OpenOutput() : null;
            long done = journal?.LineCount ?? 0;
            using var progress = new ProgressLine(_terminal, "lines", total: null) { AlreadyDone = done };
            if (done > 0)
            {
                _terminal.Note($"Resuming after {done} lines.");
            }

            await new BulkScoring(scorer).RunAsync(
                BulkScoring.ReadAsync(input, shard, done, cancellationToken),
                lines =>
                {
                    foreach (byte[] line in lines)
                    {
                        journal?.Write(line);
                        standard?.Write(line);
                    }

                    journal?.Flush();
                    standard?.Flush();
                    progress.Report(done += lines.Count);
                },
                cancellationToken).ConfigureAwait(false);
            journal?.Finish();
        }

        return ExitCode.Success;
    }

    private static async Task<Dictionary<string, string>> SettingsAsync(
        IRelevanceScorer scorer, string input, Shard shard, CancellationToken cancellationToken)
    {
        if (scorer.GetService<IWarmable>() is { } warmable)
        {
            await warmable.WarmUpAsync(cancellationToken).ConfigureAwait(false);   // the revision of a model that has only a name is known once it is fetched
        }

        RelevanceScorerMetadata? metadata = scorer.GetService<RelevanceScorerMetadata>();
        string? revision = scorer.GetService<IModelRevision>() is { } model ? await model.GetRevisionAsync(cancellationToken).ConfigureAwait(false) : null;
        return new Dictionary<string, string>
        {
            ["input"] = input == DocumentReader.StandardInput ? input : $"{Path.GetFileName(input)}, {OutputJournal.HashOfBeginning(input)}",
            ["shard"] = $"{shard.Index}/{shard.Count}",
            ["model"] = metadata?.ModelId ?? "unknown",
            ["revision"] = revision is null ? "unknown" : OutputJournal.Hash(revision),
        };
    }
}
