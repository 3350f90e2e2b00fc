namespace Reranking.EarlyExit.Tool;

/// <summary>Reads passages and queries.</summary>
internal static class TextFiles
{
    private const int MinLength = 40;   // characters; what is shorter is a heading, and goes with the paragraph after it

    /// <summary>Reads a file with a passage a line, or the paragraphs of all texts of a folder.</summary>
    public static IReadOnlyList<string> ReadPassages(string path) => Directory.Exists(path)
        ? [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Where(static file => Path.GetExtension(file) is ".md" or ".txt")
            .Order(StringComparer.Ordinal)
            .SelectMany(static file => Paragraphs(File.ReadAllText(file)))]
        : ReadLines(path);

    public static IReadOnlyList<string> ReadLines(string path) =>
        [.. File.ReadLines(path).Select(static line => line.Trim()).Where(static line => line.Length > 0)];

    private static IEnumerable<string> Paragraphs(string text)
    {
        string heading = "";
        foreach (string paragraph in text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (paragraph.Length < MinLength)
            {
                heading = paragraph + "\n";
                continue;
            }

            yield return heading + paragraph;
            heading = "";
        }
    }
}
