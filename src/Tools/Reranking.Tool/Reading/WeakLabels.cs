namespace Reranking.Tool.Reading;

/// <summary>Makes a question set of Markdown without labels: a heading asks for the text below it. Weak, and favorable to lexical first stages.</summary>
internal static class WeakLabels
{
    private const int LeastWords = 2;
    private const int LeastBody = 40;

    // Headings that every other document has, and that say nothing about the text below them.
    private static readonly HashSet<string> Common = new(StringComparer.OrdinalIgnoreCase)
    {
        "introduction", "overview", "see also", "references", "summary", "example", "examples", "notes", "getting started",
        "table of contents", "contents", "faq",
    };

    /// <summary>Makes the set of the Markdown files of a folder.</summary>
    /// <param name="folder">The folder; those within it count too.</param>
    /// <exception cref="ToolException">No file has a heading with a text below it.</exception>
    public static EvaluationSet Make(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new ToolException($"'{folder}' is no folder; expected one with Markdown files.");
        }

        List<EvaluationDocument> documents = [];
        List<(string Question, string DocumentId)> asked = [];
        IEnumerable<string> files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(DocumentReader.IsMarkdown);
        foreach (string file in files.Order(StringComparer.Ordinal))
        {
            string name = Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/');
            string title = "";
            int number = 0;
            foreach (MarkdownSection section in MarkdownSections.Read(File.ReadLines(file)))
            {
                // The first heading is what the file is about; what follows it without one of its own answers it.
                title = section.Level == 1 && title.Length == 0 ? section.Heading : title;
                number++;
                if (section.Body.Length >= LeastBody)
                {
                    // The text alone: with its heading, any search finds it.
                    documents.Add(new EvaluationDocument($"{name}#{number}".Replace(' ', '_'), section.Body));
                    if (IsQuestion(section.Heading))
                    {
                        bool isWhole = section.Heading.EndsWith('?') || section.Level == 1 || title.Length == 0;
                        asked.Add((isWhole ? section.Heading : $"{section.Heading} ({title})", documents[^1].Id));
                    }
                }
            }
        }

        // A heading that several texts have asks for none of them.
        EvaluationQuery[] queries =
        [
            .. asked.GroupBy(static question => question.Question, StringComparer.OrdinalIgnoreCase)
                .Where(static group => group.Count() == 1)
                .Select(static (group, index) => new EvaluationQuery
                {
                    Id = $"q{index + 1}",
                    Text = group.Key,
                    Grades = new Dictionary<string, int> { [group.Single().DocumentId] = 1 },
                }),
        ];
        return queries.Length == 0
            ? throw new ToolException($"'{folder}' has no heading of two words or more with a text below it; expected Markdown files that have some.")
            : new EvaluationSet { Name = Path.GetFileName(Path.GetFullPath(folder)), Queries = queries, Documents = documents, IsWeaklyLabeled = true };
    }

    private static bool IsQuestion(string heading) =>
        !Common.Contains(heading) && heading.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length >= LeastWords;
}
