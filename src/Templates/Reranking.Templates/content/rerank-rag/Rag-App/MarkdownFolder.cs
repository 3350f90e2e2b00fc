using System.Text;
using System.Text.RegularExpressions;

namespace Rag_App;

/// <summary>Reads a folder of Markdown and text files. Each heading begins a passage.</summary>
internal static partial class MarkdownFolder
{
    public static IReadOnlyList<Passage> Read(string folder)
    {
        List<Passage> passages = [];
        IEnumerable<string> files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(static path => Path.GetExtension(path).ToLowerInvariant() is ".md" or ".markdown" or ".txt");
        foreach (string path in files.Order(StringComparer.Ordinal))
        {
            string title = Path.GetFileNameWithoutExtension(path);
            string? document = null;
            StringBuilder body = new();
            foreach (string line in File.ReadLines(path).Append("# "))   // one more heading ends the last passage
            {
                if (!Heading().IsMatch(line))
                {
                    body.AppendLine(line);
                    continue;
                }

                if (body.ToString().Trim() is { Length: > 0 } text)
                {
                    passages.Add(new Passage(Path.GetRelativePath(folder, path), title, text));
                }

                // "Late Fees" alone could be those of anything: the first heading of a file says what the others are about.
                string heading = line.Trim('#', ' ');
                title = document is null ? heading : $"{document}: {heading}";
                document ??= line.StartsWith("# ", StringComparison.Ordinal) ? heading : null;
                body.Clear();
            }
        }

        return passages.Count > 0 ? passages
            : throw new InvalidOperationException($"'{folder}' holds no passages; expected Markdown or text files. The setting Documents names the folder.");
    }

    [GeneratedRegex("^#{1,6} ")]
    private static partial Regex Heading();
}
