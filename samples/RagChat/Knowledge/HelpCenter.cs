using System.Text;
using System.Text.Json;

namespace RagChat.Knowledge;

/// <summary>Reads the Markdown files and the questions that lie beside the program.</summary>
internal static class HelpCenter
{
    /// <summary>The question to begin with: vector search has what answers it far down, below whatever else speaks of workspaces.</summary>
    public const string FirstQuestion = "Why is our workspace read-only?";

    /// <summary>Cuts each file at its <c>##</c> headings; a section is a passage.</summary>
    public static IReadOnlyList<Passage> ReadPassages(string folder)
    {
        List<Passage> passages = [];
        foreach (string path in Directory.EnumerateFiles(folder, "*.md").Order(StringComparer.Ordinal))
        {
            string? title = null;
            StringBuilder body = new();
            foreach (string line in File.ReadLines(path).Append("## "))
            {
                if (!line.StartsWith("## ", StringComparison.Ordinal))
                {
                    body.AppendLine(line);
                    continue;
                }

                if (title is not null)
                {
                    passages.Add(new Passage($"{Path.GetFileName(path)}#{Anchor(title)}", title, body.ToString().Trim()));
                }

                title = line[3..].Trim();
                body.Clear();
            }
        }

        return passages.Count > 0 ? passages : throw new InvalidOperationException($"'{folder}' holds no passage; expected Markdown files with ## headings.");
    }

    public static IReadOnlyList<Question> ReadQuestions(string path) =>
        [.. File.ReadLines(path).Where(line => line.Length > 0).Select(line =>
        {
            using JsonDocument json = JsonDocument.Parse(line);
            return new Question(json.RootElement.GetProperty("question").GetString()!, json.RootElement.GetProperty("passage").GetString()!);
        })];

    // As GitHub makes the anchor of a heading, so that a citation is a link.
    private static string Anchor(string title)
    {
        IEnumerable<char> kept = title.ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_');
        return string.Concat(kept).Replace(' ', '-');
    }
}
