using System.CommandLine;
using System.Text.Json;
using Reranking.Tool.Chat;
using Reranking.Tool.Output;
using Reranking.Tool.Reading;

namespace Reranking.Tool.Commands;

/// <summary><c>rerank eval make</c>: a question set of a corpus without labels.</summary>
internal sealed class MakeCommand
{
    private readonly Argument<string> _corpus = new("corpus") { Description = "A folder of Markdown and text files; only headings of Markdown ask questions." };
    private readonly Option<string> _output = new("--output", "-o") { Description = "The BEIR folder to write.", Required = true };
    private readonly Option<bool> _chat = new("--chat")
    {
        Description = "Have a chat model make up questions and judge passages; texts of the corpus go to its endpoint.",
    };

    private readonly Option<string?> _config = new("--config", "-c")
    {
        Description = "Settings of an application; its section Chat has Endpoint, Model, ApiKey and Temperature.",
    };

    private readonly Option<string?> _endpoint = new("--chat-endpoint") { Description = "The base address, such as http://localhost:11434/v1." };
    private readonly Option<string?> _model = new("--chat-model") { Description = "The name of the chat model." };
    private readonly Option<int> _questions = Number("--questions", "How many questions to make up, and how many headings to judge, at most.", 100);
    private readonly Option<int> _pool = Number("--judge", "How many passages to have judged for a question.", 10);
    private readonly Option<int> _parallel = Number("--parallel", "How many requests may be under way at once.", 4);
    private readonly Option<string?> _cache = new("--cache")
    {
        Description = "Where answers of the chat model are kept, so that none is paid for twice. Without it, OUTPUT.chat-cache.",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Write JSON to standard output; names of properties are stable." };
    private readonly Terminal _terminal;

    private MakeCommand(Terminal terminal) => _terminal = terminal;

    public static Command Create(Terminal terminal)
    {
        var self = new MakeCommand(terminal);
        var command = new Command("make", CommandRunner.Describe(
            "Makes a question set of a folder without labels: headings ask for the text below them. A smoke test, and marked as such. "
                + "With --chat, a model behind any OpenAI-compatible endpoint makes up questions as well and judges all; an interrupted run resumes.",
            "rerank eval make docs/ -o docs-set",
            "rerank eval make docs/ -o docs-set --chat --chat-endpoint http://localhost:11434/v1 --chat-model qwen3:8b",
            "rerank eval make docs/ -o docs-set --chat --config appsettings.json --questions 200",
            "rerank eval docs-set --html report.html"))
        {
            self._corpus, self._output, self._chat, self._config, self._endpoint, self._model,
            self._questions, self._pool, self._parallel, self._cache, self._json,
        };
        command.SetAction(self.RunAsync);
        return command;
    }

    private static Option<int> Number(string name, string description, int usual) =>
        CommonOptions.FromOne(new Option<int>(name) { Description = description, DefaultValueFactory = _ => usual });

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string folder = parsed.GetValue(_output)!;
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new ToolException($"--output is '{folder}', which is not empty; expected a new folder.");
        }

        EvaluationSet set;
        string note;
        int leftOut = 0;
        if (parsed.GetValue(_chat))
        {
            (set, note, leftOut) = await GenerateAsync(parsed, folder, cancellationToken).ConfigureAwait(false);
        }
        else if (new Option[] { _config, _endpoint, _model, _questions, _pool, _parallel, _cache }
            .FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } chatOption)
        {
            throw new ToolException($"{chatOption.Name} was given without --chat; expected both.", ExitCode.Usage);
        }
        else
        {
            (set, UnusedHeadings unused) = WeakLabels.Make(parsed.GetValue(_corpus)!);
            note = $"{unused.Describe()}The labels are weak: a smoke test.";
            leftOut = unused.Count;
        }

        Save(set, folder);
        _terminal.Note($"{set.Queries.Count} questions about {set.Documents.Count} passages are in {folder}. {note}");
        if (parsed.GetValue(_json))
        {
            _terminal.WriteLine(ToolJson.Write(json => Write(json, set, folder, leftOut)));
        }

        return ExitCode.Success;
    }

    // The folder is whole or not there, also after a kill.
    private static void Save(EvaluationSet set, string folder)
    {
        string whole = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        string temporary = $"{whole}.{Guid.NewGuid():N}.new";   // of no name that somebody else's folder may have
        set.Save(temporary);
        if (Directory.Exists(whole))
        {
            Directory.Delete(whole);
        }

        Directory.Move(temporary, whole);
    }

    private static void Write(Utf8JsonWriter json, EvaluationSet set, string folder, int leftOut)
    {
        json.WriteString("folder", Path.GetFullPath(folder));
        json.WriteNumber("questions", set.Queries.Count);
        json.WriteNumber("passages", set.Documents.Count);
        json.WriteNumber("leftOut", leftOut);
        json.WriteString("generatedBy", set.GeneratedBy);
    }

    private async Task<(EvaluationSet Set, string Note, int LeftOut)> GenerateAsync(ParseResult parsed, string folder, CancellationToken cancellationToken)
    {
        ChatSettings settings = ChatSettings.Read(parsed.GetValue(_config), parsed.GetValue(_endpoint), parsed.GetValue(_model));
        WeakCorpus corpus = WeakLabels.Read(parsed.GetValue(_corpus)!);
        var cache = new ChatCache(parsed.GetValue(_cache) ?? Path.TrimEndingDirectorySeparator(folder) + ".chat-cache");
        var options = new GenerationOptions
        {
            QuestionCount = parsed.GetValue(_questions),
            PoolDepth = parsed.GetValue(_pool),
            Parallel = parsed.GetValue(_parallel),
        };
        using var chat = new ChatCompletions(settings);
        var labels = new GeneratedLabels(chat, settings, cache, options);
        ProgressLine? line = null;
        EvaluationSet set;
        try
        {
            set = await labels.MakeAsync(
                corpus,
                (done, total) => LazyInitializer.EnsureInitialized(ref line, () => new ProgressLine(_terminal, "answers", total)).Report(done),
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            line?.Dispose();
        }

        string left = labels.LeftOutCount == 0 ? "" : $"{labels.LeftOutCount} were left out, without a usable answer or a passage that answers them. ";
        return (
            set,
            $"{corpus.Unused.Describe()}{left}{chat.RequestCount} requests, {labels.CachedCount} answers from {cache.Folder}. "
                + $"Generated and judged by {settings.Model}, not by people.",
            labels.LeftOutCount);
    }
}
