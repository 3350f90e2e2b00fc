namespace RagChat.Tests;

public sealed class CommandLineTests
{
    [Fact]
    public void Read_WordsAndSettings_AreAQuestionAndSettings()
    {
        CommandLine line = CommandLine.Read(["why", "is", "it so?", "--Reranking:TopN=3"]);

        Assert.Equal(("why is it so?", false, false), (line.Question, line.IsComparison, line.IsHelp));
        Assert.Equal(["--Reranking:TopN=3"], line.Settings);
    }

    [Theory]
    [InlineData("--docs", "notes", "why?")]
    [InlineData("--docs=notes", "why?")]
    [InlineData("why?", "--docs", "notes")]
    public void Read_Docs_IsTheWholePathAsASetting(params string[] args)
    {
        CommandLine line = CommandLine.Read(args);

        Assert.Equal("why?", line.Question);
        Assert.Equal([$"--Retrieval:Documents={Path.GetFullPath("notes")}"], line.Settings);
    }

    [Fact]
    public void Read_CompareAndHelp_AreTold()
    {
        Assert.True(CommandLine.Read(["--compare"]).IsComparison);
        Assert.True(CommandLine.Read(["--help"]).IsHelp);
        Assert.True(CommandLine.Read(["-h"]).IsHelp);
    }

    [Theory]
    [InlineData("'--doc' is not an option; expected --docs FOLDER, --compare, --help, or a setting such as --Reranking:TopN=3.", "--doc", "notes", "why?")]
    [InlineData("'--Reranking:TopN' is not an option; expected --docs FOLDER, ", "--Reranking:TopN", "3")]
    [InlineData("'--doc=notes' is not an option; expected --docs FOLDER, ", "--doc=notes", "why?")]
    [InlineData("'--compare=true' is not an option; expected --docs FOLDER, ", "--compare=true")]
    [InlineData("--docs has no folder; expected one with Markdown or text files.", "why?", "--docs")]
    [InlineData("--docs has no folder; expected one with Markdown or text files.", "--docs=")]
    [InlineData("--docs has no folder; expected one with Markdown or text files.", "--docs", "--compare")]
    [InlineData("--compare asks the questions of the help center, which your documents do not answer; ", "--docs", "notes", "--compare")]
    public void Read_Mistake_NamesIt(string message, params string[] args) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => CommandLine.Read(args)).Message, StringComparison.Ordinal);
}
