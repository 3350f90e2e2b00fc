using System.Text;

namespace RagChat.Knowledge;

/// <summary>Reads a folder of somebody's own Markdown and text files: sections below headings, long ones cut between paragraphs.</summary>
internal static class DocumentFolder
{
    // What a cross-encoder of 512 tokens reads whole, with a question beside it.
    private const int MaxWords = 220;

    private static readonly string[] Extensions = [".md", ".markdown", ".txt"];
    private static readonly string[] NotDocuments = ["bin", "node_modules", "obj"];

    /// <summary>Reads all files below a folder, hidden ones and what tools make left out.</summary>
    /// <exception cref="InvalidOperationException">There is no such folder, or nothing to read in it.</exception>
    public static IReadOnlyList<Passage> Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new InvalidOperationException($"--docs is '{folder}', which is not a folder; expected one with Markdown or text files.");
        }

        List<Passage> passages = [];
        foreach (string path in Files(new DirectoryInfo(folder)))
        {
            passages.AddRange(ReadFile(path, Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/')));
        }

        return passages.Count > 0 ? passages
            : throw new InvalidOperationException(
                $"--docs is '{folder}', which holds no text; expected files with the endings {string.Join(", ", Extensions)}.");
    }

    private static IEnumerable<string> Files(DirectoryInfo folder) =>
    [
        .. folder.EnumerateFiles().Where(static file => IsVisible(file) && Extensions.Contains(file.Extension.ToLowerInvariant()))
            .Select(static file => file.FullName).Order(StringComparer.Ordinal),
        .. folder.EnumerateDirectories().Where(static child => IsVisible(child) && child.LinkTarget is null && !NotDocuments.Contains(child.Name))
            .OrderBy(static child => child.Name, StringComparer.Ordinal).SelectMany(Files),
    ];

    private static bool IsVisible(FileSystemInfo file) => !file.Name.StartsWith('.');

    private static IEnumerable<Passage> ReadFile(string path, string name)
    {
        bool isMarkdown = !path.EndsWith(".txt", StringComparison.OrdinalIgnoreCase);
        string title = Path.GetFileNameWithoutExtension(path);
        string? document = null;
        bool isCode = false;
        List<string> paragraphs = [];
        StringBuilder paragraph = new();
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            isCode ^= isMarkdown && line.TrimStart().StartsWith("```", StringComparison.Ordinal);
            if (isMarkdown && !isCode && Heading(line) is { Length: > 0 } heading)
            {
                foreach (Passage passage in Close())
                {
                    yield return passage;
                }

                // "Warranty" alone could be that of any product: the first heading of a file says what the others are about.
                title = document is null || document == heading ? heading : $"{document}: {heading}";
                document ??= line.StartsWith("# ", StringComparison.Ordinal) ? heading : null;
            }
            else if (string.IsNullOrWhiteSpace(line) && !isCode)
            {
                EndParagraph();
            }
            else
            {
                paragraph.AppendLine(line);
            }
        }

        foreach (Passage passage in Close())
        {
            yield return passage;
        }

        void EndParagraph()
        {
            if (paragraph.Length > 0)
            {
                paragraphs.Add(paragraph.ToString().Trim());
                paragraph.Clear();
            }
        }

        IEnumerable<Passage> Close()
        {
            EndParagraph();
            foreach (string body in Pack(paragraphs))
            {
                number++;
                yield return new Passage($"{name}#{number}", title, body);
            }

            paragraphs.Clear();
        }
    }

    private static string? Heading(string line)
    {
        int level = line.TakeWhile(static c => c == '#').Count();
        return level is >= 1 and <= 6 && line.Length > level && line[level] == ' ' ? line[level..].Trim().TrimEnd('#').Trim() : null;
    }

    // As many paragraphs as fit; one that is too long by itself is cut between words.
    private static IEnumerable<string> Pack(IEnumerable<string> paragraphs)
    {
        StringBuilder body = new();
        int count = 0;
        foreach (string part in paragraphs.SelectMany(Cut))
        {
            int words = Count(part);
            if (count > 0 && count + words > MaxWords)
            {
                yield return body.ToString();
                body.Clear();
                count = 0;
            }

            body.Append(body.Length > 0 ? "\n\n" : "").Append(part);
            count += words;
        }

        if (count > 0)
        {
            yield return body.ToString();
        }
    }

    private static IEnumerable<string> Cut(string paragraph) => Count(paragraph) <= MaxWords
        ? [paragraph]
        : paragraph.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Chunk(MaxWords).Select(static words => string.Join(' ', words));

    private static int Count(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
}
