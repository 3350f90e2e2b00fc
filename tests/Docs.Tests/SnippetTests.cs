namespace Docs.Tests;

/// <summary>Code that a page shows compiles.</summary>
public sealed class SnippetTests
{
    public static TheoryData<string> Pages => [.. Repository.Manual.Where(static page => new MarkdownPage(page).Blocks("csharp").Any())];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Code_OfEveryPage_Compiles(string page)
    {
        List<string> errors = [];
        List<string> before = [];
        foreach ((string code, int line) in new MarkdownPage(page).Blocks("csharp"))
        {
            if (DocumentedProgram.IsProgram(code))
            {
                continue;   // ProgramTests compiles it without a preamble, and runs it
            }

            IReadOnlyList<string> found = SnippetCompiler.Errors(code, Preambles.Of(page));

            // A later block may go on with what the ones before declare.
            if (found.Count > 0 && before.Count > 0)
            {
                found = SnippetCompiler.Errors(string.Join('\n', [.. before, code]), Preambles.Of(page));
            }

            if (found.Count == 0)
            {
                before.Add(code);
            }

            errors.AddRange(found.Select(error => $"{page}:{line}: {error}"));
        }

        Assert.True(errors.Count == 0, string.Join('\n', errors));
    }

    [Fact]
    public void Readme_QuickStarts_CompileAsPasted()
    {
        string[] programs =
        [
            .. new MarkdownPage("README.md").Blocks("csharp")
                .Select(static block => block.Code)
                .Where(static code => code.StartsWith("using ", StringComparison.Ordinal)),
        ];

        Assert.Equal(2, programs.Length);
        Assert.All(programs, static program => Assert.Empty(SnippetCompiler.Errors(program, [])));
    }
}
