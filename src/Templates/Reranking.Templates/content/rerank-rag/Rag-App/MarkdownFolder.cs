using System.Text;
using System.Text.RegularExpressions;

namespace Rag_App;

/// <summary>Reads a folder of Markdown files. Each heading begins a passage.</summary>
internal static partial class MarkdownFolder
{
    public static IReadOnlyList<Passage> Read(string folder)
    {
        List<Passage> passages = [];
        foreach (string path in Directory.EnumerateFiles(folder, "*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string title = Path.GetFileNameWithoutExtension(path);
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

                title = line.Trim('#', ' ');
                body.Clear();
            }
        }

        return passages.Count > 0 ? passages
            : throw new InvalidOperationException($"'{folder}' holds no passages; expected Markdown files. The setting Documents names the folder.");
    }

    [GeneratedRegex("^#{1,6} ")]
    private static partial Regex Heading();
}
