using System.CommandLine;
using System.Globalization;
using Reranking.Onnx;
using Reranking.Tool.Output;
using Reranking.Tool.Scoring;
using Spectre.Console;

namespace Reranking.Tool.Commands;

/// <summary><c>rerank models</c>: what there is, fetching, checking and removing.</summary>
internal static class ModelsCommand
{
    public static Command Create(Terminal terminal) => new("models", "Lists, fetches, checks and removes local models, and makes them faster.")
    {
        CreateList(terminal),
        CreatePull(terminal),
        CreateCheck(terminal),
        CreateRemove(terminal),
        EarlyExitCommand.Create(terminal),
    };

    private static Command CreateList(Terminal terminal)
    {
        Option<bool> json = new CommonOptions().Json;
        var command = new Command("list", CommandRunner.Describe(
            "Lists the models of the catalog with license and languages, and whether they are here.", "rerank models list", "rerank models list --json"))
        {
            json,
        };
        command.SetAction(parsed => List(terminal, parsed.GetValue(json)));
        return command;
    }

    private static int List(Terminal terminal, bool asJson)
    {
        using var store = new ModelStore();
        (ModelCatalogEntry Entry, string State)[] models =
        [
            .. ModelCatalog.Entries.Select(entry =>
                (entry, entry.ModelFiles.Count == 0 ? "export it yourself" : store.Find(entry.Id) is null ? "not here" : "here")),
        ];
        if (asJson)
        {
            terminal.WriteLine(ToolJson.Write(writer =>
            {
                writer.WriteStartArray("models");
                foreach ((ModelCatalogEntry entry, string state) in models)
                {
                    writer.WriteStartObject();
                    writer.WriteString("id", entry.Id);
                    writer.WriteString("license", entry.License);
                    writer.WriteStartArray("languages");
                    entry.Languages.ToList().ForEach(writer.WriteStringValue);
                    writer.WriteEndArray();
                    writer.WriteNumber("maxTokens", entry.MaxTokens);
                    ToolJson.WriteNumber(writer, "approximateSizeMB", entry.ApproximateSizeMB);
                    writer.WriteBoolean("isHere", state == "here");
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            }));
            return ExitCode.Success;
        }

        Table table = new Table().Border(TableBorder.Simple).AddColumns("model", "license", "languages");
        table.AddColumn(new TableColumn("tokens").RightAligned());
        table.AddColumn(new TableColumn("MB").RightAligned());
        table.AddColumn("state");
        table.AddRow("ms-marco-MiniLM-L-12-v2-int8", "apache-2.0", "en", "512", "34", "inside this tool");
        foreach ((ModelCatalogEntry entry, string state) in models)
        {
            bool isForbidden = entry.License.Contains("-nc-", StringComparison.Ordinal);
            table.AddRow(
                new Text(entry.Id),
                new Text(isForbidden ? entry.License + ": no commercial use" : entry.License, isForbidden ? new Style(Color.Red) : Style.Plain),
                new Text(string.Join(", ", entry.Languages)),
                new Text(entry.MaxTokens.ToString("N0", CultureInfo.InvariantCulture)),
                new Text(entry.ApproximateSizeMB?.ToString("N0", CultureInfo.InvariantCulture) ?? "?"),
                new Text(state));
        }

        terminal.Results.Write(table);
        return ExitCode.Success;
    }

    private static Command CreatePull(Terminal terminal)
    {
        var name = new Argument<string>("name") { Description = "A name such as BAAI/bge-reranker-v2-m3." };
        var revision = new Option<string?>("--revision") { Description = "A commit, a tag or a branch." };
        var file = new Option<string?>("--model-file") { Description = "The ONNX file, such as onnx/model_quantized.onnx." };
        Option<bool> json = new CommonOptions().Json;
        var command = new Command("pull", CommandRunner.Describe(
            "Fetches a model from the Hugging Face hub, once; an interrupted download resumes.",
            "rerank models pull mixedbread-ai/mxbai-rerank-xsmall-v1",
            "rerank models pull mixedbread-ai/mxbai-rerank-xsmall-v1 --json"))
        {
            name, revision, file, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var store = new ModelStore();
            ProgressLine? line = null;
            var progress = new ImmediateProgress<ModelDownloadProgress>(report =>
            {
                line ??= new ProgressLine(terminal, "bytes", report.TotalBytes) { AlreadyDone = report.BytesReceived };
                line.Report(report.BytesReceived);
            });
            try
            {
                string folder = await store
                    .GetAsync(parsed.GetValue(name)!, parsed.GetValue(revision), parsed.GetValue(file), progress, cancellationToken).ConfigureAwait(false);
                terminal.WriteLine(!parsed.GetValue(json) ? folder : ToolJson.Write(writer =>
                {
                    writer.WriteString("model", parsed.GetValue(name));
                    writer.WriteString("folder", folder);
                }));
                return ExitCode.Success;
            }
            finally
            {
                line?.Dispose();
            }
        });
        return command;
    }

    private static Command CreateRemove(Terminal terminal)
    {
        var name = new Argument<string>("name") { Description = "A name such as BAAI/bge-reranker-v2-m3." };
        Option<bool> json = new CommonOptions().Json;
        var command = new Command("remove", CommandRunner.Describe(
            "Removes a model that was fetched, in all revisions.",
            "rerank models remove BAAI/bge-reranker-base",
            "rerank models remove BAAI/bge-reranker-base --json"))
        {
            name, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var store = new ModelStore();
            if (!await store.RemoveAsync(parsed.GetValue(name)!, cancellationToken).ConfigureAwait(false))
            {
                throw new ToolException($"Model '{parsed.GetValue(name)}' is not here; 'rerank models list' says which are.");
            }

            terminal.Note($"Removed {parsed.GetValue(name)}.");
            if (parsed.GetValue(json))
            {
                terminal.WriteLine(ToolJson.Write(writer =>
                {
                    writer.WriteString("model", parsed.GetValue(name));
                    writer.WriteBoolean("removed", true);
                }));
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static Command CreateCheck(Terminal terminal)
    {
        var model = new Argument<string?>("model")
        {
            Description = "A name, a folder or an .onnx file; without it, the model inside.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<bool> json = new CommonOptions().Json;
        var command = new Command("check", CommandRunner.Describe(
            "Loads a model, runs its self-test, measures it on this machine, and says which settings it would take.",
            "rerank models check",
            "rerank models check ./my-reranker --json"))
        {
            model, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string? named = parsed.GetValue(model) is ModelReference.Bundled ? null : parsed.GetValue(model);
            ScorerSource source = ScorerSource.Open(new ScorerOptions { Models = named is null ? [] : [named] }, onlyOne: true);
            await using (source.ConfigureAwait(false))
            {
                ModelCheck check = await ModelCheck.RunAsync(source.Scorers[0].Scorer, named, cancellationToken).ConfigureAwait(false);
                if (parsed.GetValue(json))
                {
                    terminal.WriteLine(ToolJson.Write(check.Write));
                }
                else
                {
                    check.Describe().ForEach(terminal.WriteText);
                }
            }

            return ExitCode.Success;
        });
        return command;
    }

    // Progress<T> would report late and out of order, from other threads.
    private sealed class ImmediateProgress<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
