using System.CommandLine;
using Reranking.Tool.Output;
using Reranking.Tool.Reading;

namespace Reranking.Tool.Commands;

/// <summary><c>rerank eval make</c>: a question set of a corpus without labels.</summary>
internal static class MakeCommand
{
    public static Command Create(Terminal terminal)
    {
        var corpus = new Argument<string>("corpus") { Description = "A folder of Markdown files." };
        var output = new Option<string>("--output", "-o") { Description = "The BEIR folder to write.", Required = true };
        var command = new Command("make", CommandRunner.Describe(
            "Makes a question set of a folder without labels: headings ask for the text below them. A smoke test, and marked as such.",
            "rerank eval make docs/ -o docs-set",
            "rerank eval docs-set --html report.html"))
        {
            corpus, output,
        };
        command.SetAction(parsed =>
        {
            EvaluationSet set = WeakLabels.Make(parsed.GetValue(corpus)!);
            string folder = parsed.GetValue(output)!;
            if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            {
                throw new ToolException($"--output is '{folder}', which is not empty; expected a new folder.");
            }

            set.Save(folder);
            terminal.Note($"{set.Queries.Count} questions about {set.Documents.Count} passages are in {folder}. The labels are weak: a smoke test.");
            return ExitCode.Success;
        });
        return command;
    }
}
