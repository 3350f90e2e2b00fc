using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.Emit;

namespace Docs.Tests;

/// <summary>A whole program on a page that says, in comments <c>// → OUTPUT</c>, what it prints.</summary>
/// <param name="page">The page.</param>
/// <param name="line">The line of the block.</param>
/// <param name="code">The program.</param>
/// <param name="settings">The content of its appsettings.json, or <see langword="null"/>.</param>
internal sealed partial class DocumentedProgram(string page, int line, string code, string? settings)
{
    // A busy machine must not make it fall back, and what a host logs is not an output of the program.
    private static readonly string[] Arguments = ["--Reranking:Timeout=00:05:00", "--Logging:LogLevel:Default=None"];

    public string Name => $"{page}:{line}";

    public IReadOnlyList<string> Expected => [.. OutputPattern().Matches(code).Select(static match => match.Groups[1].Value)];

    /// <summary>Returns whether a block says what it prints: a reader has it all, so it may take nothing for granted.</summary>
    public static bool IsProgram(string code) => OutputPattern().IsMatch(code);

    /// <summary>Returns the programs of a page.</summary>
    public static IEnumerable<DocumentedProgram> Of(string page)
    {
        var markdown = new MarkdownPage(page);
        foreach ((string code, int line) in markdown.Blocks("csharp").Where(static block => IsProgram(block.Code)))
        {
            string? settings = markdown.Blocks("json").Where(block => block.Line > line).Select(static block => block.Code).FirstOrDefault();
            yield return new DocumentedProgram(page, line, code, settings);
        }
    }

    /// <summary>Runs the program in this process, and returns the lines that it prints.</summary>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        using var image = new MemoryStream();
        string patient = code.Replace(
            "new Reranker(scorer)", "new Reranker(scorer, new() { Timeout = System.Threading.Timeout.InfiniteTimeSpan })", StringComparison.Ordinal);
        EmitResult built = SnippetCompiler.Compile(patient, []).Emit(image);
        Assert.True(built.Success, $"{Name}: {string.Join('\n', built.Diagnostics)}");
        MethodInfo main = Assembly.Load(image.ToArray()).EntryPoint!;
        DirectoryInfo folder = Directory.CreateTempSubdirectory("docs-tests-");
        TextWriter console = Console.Out;
        using var output = new StringWriter();
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "appsettings.json"), settings ?? "{}");
            Console.SetOut(output);
            await Task.Run(() => main.Invoke(null, [(string[])[$"--contentRoot={folder.FullName}", .. Arguments]]));
        }
        finally
        {
            Console.SetOut(console);
            folder.Delete(recursive: true);
        }

        return output.ToString().ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Returns whether a line is the documented one, which may leave out its end.</summary>
    /// <remarks>Scores of a quantized model differ a little between processors.</remarks>
    public static bool Matches(string expected, string actual)
    {
        string pattern = ScorePattern().Replace(expected, "#");
        string found = ScorePattern().Replace(actual, "#");
        bool isSameText = pattern.EndsWith("...", StringComparison.Ordinal) ? found.StartsWith(pattern[..^3], StringComparison.Ordinal) : found == pattern;
        return isSameText && Scores(expected).Zip(Scores(actual), static (one, other) => Math.Abs(one - other)).All(static difference => difference < 0.05);
    }

    private static IEnumerable<double> Scores(string line) =>
        ScorePattern().Matches(line).Select(static match => double.Parse(match.Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"\b[01]\.\d+")]
    private static partial Regex ScorePattern();

    [GeneratedRegex(@"// → (.+)$", RegexOptions.Multiline)]
    private static partial Regex OutputPattern();
}
