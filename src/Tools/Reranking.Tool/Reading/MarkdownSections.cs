using System.Text;

namespace Reranking.Tool.Reading;

/// <summary>A part of a Markdown file below a heading.</summary>
/// <param name="Heading">The heading, or an empty text before the first one.</param>
/// <param name="Level">How many <c>#</c> the heading has.</param>
/// <param name="Body">The text below it, up to the next heading.</param>
/// <param name="Title">The first heading of level 1 above it, which says what the file is about, or an empty text.</param>
internal sealed record MarkdownSection(string Heading, int Level, string Body, string Title)
{
    /// <summary>Gets what a scorer reads: the headings often hold the words that the text leaves out.</summary>
    public string Text => Heading.Length == 0 ? Body : Title.Length == 0 ? $"{Heading}\n{Body}".TrimEnd() : $"{Title}: {Heading}\n{Body}".TrimEnd();
}

/// <summary>Cuts Markdown at its headings; what looks like one in a fenced block is none.</summary>
internal static class MarkdownSections
{
    private const int MaxLevel = 6;

    public static IReadOnlyList<MarkdownSection> Read(IEnumerable<string> lines)
    {
        List<MarkdownSection> sections = [];
        StringBuilder body = new();
        (string Heading, int Level) current = ("", 0);
        string title = "";
        string? fence = null;
        foreach (string line in lines)
        {
            string trimmed = line.TrimStart();
            if (fence is null && HeadingOf(line) is { } heading)
            {
                Close();
                current = heading;
                continue;
            }

            if (fence is null ? trimmed.StartsWith("```", StringComparison.Ordinal) || trimmed.StartsWith("~~~", StringComparison.Ordinal)
                : trimmed.StartsWith(fence, StringComparison.Ordinal))
            {
                fence = fence is null ? trimmed[..3] : null;
            }

            body.Append(line).Append('\n');
        }

        Close();
        return sections;

        void Close()
        {
            string text = body.ToString().Trim();
            if (text.Length > 0 || current.Level > 0)
            {
                sections.Add(new MarkdownSection(current.Heading, current.Level, text, title));
                title = title.Length == 0 && current.Level == 1 ? current.Heading : title;
            }

            body.Clear();
        }
    }

    private static (string Heading, int Level)? HeadingOf(string line)
    {
        int level = line.TakeWhile(static c => c == '#').Count();
        return level is >= 1 and <= MaxLevel && line.Length > level && line[level] is ' ' or '\t' ? (line[level..].Trim().TrimEnd('#').TrimEnd(), level) : null;
    }
}
