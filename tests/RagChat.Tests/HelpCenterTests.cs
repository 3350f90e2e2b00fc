using RagChat.Knowledge;
using RagChat.Retrieval;

namespace RagChat.Tests;

public sealed class HelpCenterTests
{
    private static readonly IReadOnlyList<Passage> Passages = HelpCenter.ReadPassages(Path.Combine(AppContext.BaseDirectory, "knowledge"));

    [Fact]
    public void ReadQuestions_EveryQuestion_NamesAPassage()
    {
        IReadOnlyList<Question> questions = HelpCenter.ReadQuestions(Path.Combine(AppContext.BaseDirectory, "questions.jsonl"));

        Assert.Equal(40, questions.Count);
        Assert.InRange(Passages.Count, 80, int.MaxValue);
        Assert.Equal(Passages.Count, Passages.Select(passage => passage.Id).Distinct().Count());
        Assert.All(questions, question => Assert.Contains(Passages, passage => passage.Id == question.PassageId));
    }

    [Fact]
    public void ReadPassages_FolderWithoutOne_SaysWhatIsExpected()
    {
        string folder = Directory.CreateTempSubdirectory("ragchat-").FullName;

        var exception = Assert.Throws<InvalidOperationException>(() => HelpCenter.ReadPassages(folder));

        Assert.Equal($"'{folder}' holds no passage; expected Markdown files with ## headings.", exception.Message);
    }

    [Theory]
    [InlineData("\"quoted\" OR NEAR(x) -minus col:umn *")]
    [InlineData("' \" ( ) ; --")]
    public void Search_OperatorsOfTheQueryLanguage_AreWords(string question)
    {
        using var index = new KeywordIndex(Passages);

        Assert.InRange(index.Search(question.Split(' '), 10).Count, 0, 10);
    }

    [Fact]
    public void Search_ErrorCode_FindsItsPassage()
    {
        using var index = new KeywordIndex(Passages);

        Assert.Contains("1042", Passages[index.Search(["E-1042"], 3)[0]].Text, StringComparison.Ordinal);
    }
}
