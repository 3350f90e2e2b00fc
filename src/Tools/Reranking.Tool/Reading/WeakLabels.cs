namespace Reranking.Tool.Reading;

/// <summary>A question, and the passage that should answer it.</summary>
/// <param name="Text">The question.</param>
/// <param name="DocumentId">The passage.</param>
/// <param name="IsInOthers">Whether other passages of the file carry it as their title, so that they match it better.</param>
internal sealed record WeakQuestion(string Text, string DocumentId, bool IsInOthers = false);

/// <summary>A folder of Markdown and text files, cut into passages, and what its headings ask.</summary>
/// <param name="Name">The name of the folder.</param>
/// <param name="Documents">The passages.</param>
/// <param name="Questions">What the headings ask; none may do.</param>
/// <param name="Unused">The headings that ask nothing.</param>
internal sealed record WeakCorpus(
    string Name, IReadOnlyList<EvaluationDocument> Documents, IReadOnlyList<WeakQuestion> Questions, UnusedHeadings Unused);

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

    /// <summary>Makes the set of a folder, and counts the headings that ask nothing.</summary>
    /// <param name="folder">The folder; those within it count too.</param>
    /// <exception cref="ToolException">No file has a heading that asks for the text below it.</exception>
    public static (EvaluationSet Set, UnusedHeadings Unused) Make(string folder)
    {
        WeakCorpus corpus = Read(folder);
        WeakQuestion[] questions = [.. corpus.Questions.Where(static question => !question.IsInOthers)];   // nobody judges which of them answers
        UnusedHeadings unused = corpus.Unused with { Titles = corpus.Questions.Count - questions.Length };
        if (questions.Length == 0)
        {
            throw new ToolException(
                $"'{folder}' has no usable heading; expected Markdown files with headings of two words or more, and a text below each. {unused.Describe()}"
                    .TrimEnd());
        }

        return (
            new EvaluationSet
            {
                Name = corpus.Name,
                Documents = corpus.Documents,
                IsWeaklyLabeled = true,
                Queries = [.. questions.Select(static (question, index) => new EvaluationQuery
                {
                    Id = $"q{index + 1}",
                    Text = question.Text,
                    Grades = new Dictionary<string, int> { [question.DocumentId] = 1 },
                })],
            },
            unused);
    }

    /// <summary>Reads the Markdown and text files of a folder. Text files are passages that no heading asks for.</summary>
    /// <param name="folder">The folder; those within it count too.</param>
    /// <exception cref="ToolException">The folder is missing, or no file has a text.</exception>
    public static WeakCorpus Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new ToolException($"'{folder}' is not a folder; expected one with Markdown files.");
        }

        List<EvaluationDocument> documents = [];
        List<WeakQuestion> asked = [];
        var unused = default(UnusedHeadings);
        IEnumerable<string> files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(DocumentReader.IsDocument);
        foreach (string file in files.Order(StringComparer.Ordinal))
        {
            string name = Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/');
            int number = 0;
            IReadOnlyList<MarkdownSection> sections = DocumentReader.IsMarkdown(file)
                ? MarkdownSections.Read(File.ReadLines(file))
                : [new MarkdownSection(Heading: "", Level: 0, File.ReadAllText(file).Trim(), Title: "")];
            HashSet<string> titles = [.. sections.Where(static section => section.Body.Length >= LeastBody).Select(static section => section.Title)];
            foreach (MarkdownSection section in sections)
            {
                number++;
                bool hasHeading = section.Heading.Length > 0;   // the text before the first one has none
                if (section.Body.Length < LeastBody)
                {
                    unused = hasHeading ? unused with { Short = unused.Short + 1 } : unused;
                    continue;
                }

                // Without its own heading, with which any search finds it; with that of the file, without which nobody knows what it is about.
                string text = section.Title.Length == 0 ? section.Body : $"{section.Title}\n{section.Body}";
                documents.Add(new EvaluationDocument($"{name}#{number}".Replace(' ', '_'), text));
                if (Common.Contains(section.Heading))
                {
                    unused = unused with { Common = unused.Common + 1 };
                }
                else if (section.Heading.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length < LeastWords)
                {
                    unused = hasHeading ? unused with { SingleWord = unused.SingleWord + 1 } : unused;
                }
                else
                {
                    bool isWhole = section.Heading.EndsWith('?') || section.Level == 1 || section.Title.Length == 0;
                    asked.Add(new WeakQuestion(
                        isWhole ? section.Heading : $"{section.Heading} ({section.Title})",
                        documents[^1].Id,
                        IsInOthers: section.Level == 1 && titles.Contains(section.Heading)));
                }
            }
        }

        // A heading that several texts have asks for none of them.
        WeakQuestion[] questions =
        [
            .. asked.GroupBy(static question => question.Text, StringComparer.OrdinalIgnoreCase)
                .Where(static group => group.Count() == 1)
                .Select(static group => group.Single()),
        ];
        return documents.Count == 0
            ? throw new ToolException($"'{folder}' has no Markdown or text file with a text of {LeastBody} characters or more; expected files that have some.")
            : new WeakCorpus(
                Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))),
                documents,
                questions,
                unused with { Repeated = asked.Count - questions.Length });
    }
}
