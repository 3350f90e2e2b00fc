namespace Docs.Tests;

/// <summary>What writes to the console of the process runs alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ConsoleTests
{
    public const string Name = "Console";
}

/// <summary>Programs on a page print what the page says.</summary>
[Collection(ConsoleTests.Name)]
public sealed class ProgramTests
{
    private static readonly Dictionary<string, DocumentedProgram> Programs =
        Repository.Manual.SelectMany(DocumentedProgram.Of).ToDictionary(static program => program.Name);

    public static TheoryData<string> Names => [.. Programs.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Program_OfAPage_PrintsWhatThePageSays(string name)
    {
        DocumentedProgram program = Programs[name];

        IReadOnlyList<string> output = await program.RunAsync();

        Assert.True(
            output.Count == program.Expected.Count && program.Expected.Zip(output, DocumentedProgram.Matches).All(static isSame => isSame),
            $"{name} says\n{string.Join('\n', program.Expected)}\nbut prints\n{string.Join('\n', output)}");
    }

    [Theory]
    [InlineData("0.4 (was 2) A guide. ...", "0.42 (was 2) A guide. Open it.", true)]
    [InlineData("Reranked: A guide.", "Reranked: A guide.", true)]
    [InlineData("Reranked: A guide.", "Reranked: A guide. Open it.", false)]
    [InlineData("0.4 (was 2) A guide. ...", "0.4 (was 1) A guide. Open it.", false)]
    [InlineData("0.4 (was 2) A guide. ...", "0.5 (was 2) A guide. Open it.", false)]
    public void Matches_LineOfAPage_AllowsForTheProcessorAndTheRest(string expected, string actual, bool matches) =>
        Assert.Equal(matches, DocumentedProgram.Matches(expected, actual));

    [Theory]
    [InlineData("README.md", 2)]
    [InlineData("docs/getting-started.md", 3)]
    public void QuickStarts_OfThePage_AreRun(string page, int count) => Assert.Equal(count, DocumentedProgram.Of(page).Count());
}
