using System.Text.Json;
using Reranking.Tool.Output;

namespace Reranking.Tool.Reading;

/// <summary>A text to score, and where it comes from.</summary>
/// <param name="Source">A file with a line or a heading, or the position on the command line.</param>
/// <param name="Text">The text.</param>
internal sealed record ToolDocument(string Source, string Text);

/// <summary>Reads the texts to score: lines, JSON lines, Markdown files and folders of them, or standard input.</summary>
internal static class DocumentReader
{
    public const string StandardInput = "-";

    private static readonly string[] MarkdownEndings = [".md", ".markdown"];
    private static readonly string[] TextProperties = ["text", "content", "document", "body", "passage"];

    public static IReadOnlyList<ToolDocument> Read(string path)
    {
        if (path == StandardInput)
        {
            using var reader = new StreamReader(Terminal.OpenInput());
            return [.. Lines("stdin", ReadLines(reader), isJson: null)];
        }

        if (Directory.Exists(path))
        {
            string[] files =
            [
                .. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
                    .Where(IsDocument)
                    .Order(StringComparer.Ordinal),
            ];
            ToolDocument[] documents = [.. files.SelectMany(file => ReadFile(file, Path.GetRelativePath(path, file), wholeText: true))];
            return documents.Length > 0 ? documents : throw new ToolException($"'{path}' has no text; expected Markdown or text files.");
        }

        return File.Exists(path) ? ReadFile(path, Path.GetFileName(path), wholeText: false)
            : throw new ToolException($"'{path}' does not exist; expected a file, a folder, or - for standard input.");
    }

    /// <summary>Returns whether the order of the texts is that of files and sections, which no search has ranked.</summary>
    public static bool IsUnordered(string path) => Directory.Exists(path) || IsMarkdown(path);

    /// <summary>Returns whether a file of a folder is read: Markdown and text.</summary>
    public static bool IsDocument(string file) => IsMarkdown(file) || file.EndsWith(".txt", StringComparison.OrdinalIgnoreCase);

    public static bool IsMarkdown(string file) => MarkdownEndings.Any(ending => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    private static ToolDocument[] ReadFile(string path, string name, bool wholeText) =>
        IsMarkdown(path) ? [.. MarkdownSections.Read(File.ReadLines(path)).Where(static section => section.Body.Length > 0)
                .Select(section => new ToolDocument(section.Heading.Length == 0 ? name : $"{name}#{section.Heading}", section.Text))]
            : wholeText ? [new ToolDocument(name, File.ReadAllText(path))]
            : [.. Lines(name, File.ReadLines(path), path.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase))];

    private static IEnumerable<string> ReadLines(StreamReader reader)
    {
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private static IEnumerable<ToolDocument> Lines(string name, IEnumerable<string> lines, bool? isJson)
    {
        int number = 0;
        foreach (string line in lines)
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                isJson ??= line.StartsWith('{');   // of standard input, the first line tells
                yield return isJson == true ? ReadJson(name, line, number) : new ToolDocument($"{name}:{number}", line);
            }
        }
    }

    private static ToolDocument ReadJson(string name, string line, int number)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            foreach (string property in TextProperties)
            {
                if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(property, out JsonElement text)
                    && text.ValueKind == JsonValueKind.String)
                {
                    string? id = json.RootElement.TryGetProperty("id", out JsonElement named) ? named.ToString() : null;
                    return new ToolDocument(id ?? $"{name}:{number}", text.GetString()!);
                }
            }
        }
        catch (JsonException)
        {
            throw new ToolException($"{name}, line {number}: found no JSON; expected one object a line.");
        }
        catch (InvalidOperationException)
        {
            throw new ToolException($"{name}, line {number}: found half of a surrogate pair in a text; expected Unicode text.");
        }

        throw new ToolException($"{name}, line {number}: found no text; expected one of the properties {string.Join(", ", TextProperties)}.");
    }
}
