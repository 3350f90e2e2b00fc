namespace Reranking.Evaluation.Tests.Retrieval;

public sealed class Bm25IndexTests
{
    private static readonly EvaluationDocument[] Documents =
    [
        new("reset", "How to reset the password, and what a password is."),
        new("public", "The password of the guest network."),
        new("billing", "Invoices and receipts."),
        new("zh", "重置密码的方法"),
        new("th", "รีเซ็ตรหัสผ่าน"),
        new("empty", ""),
    ];

    [Fact]
    public void Search_Words_OrderAsTheFormulaSays()
    {
        var index = new Bm25Index(Documents, new Bm25Options { K1 = 1.2, B = 0.75 });

        IReadOnlyList<EvaluationDocument> found = index.Search("PASSWORD reset?", 10);

        // 6 documents with 10, 6, 3, 6, 13 and 0 words: 'password' is in 2 of them, 'reset' in 1.
        double average = Documents.Average(document => Words(document.Text));
        double rare = Math.Log(1 + (5.5 / 1.5));
        double common = Math.Log(1 + (4.5 / 2.5));
        double norm = 1.2 * (0.25 + (0.75 * 10 / average));
        Assert.Equal(["reset", "public"], found.Select(document => document.Id));
        Assert.Equal((common * 2 / (2 + norm)) + (rare / (1 + norm)), found[0].Score!.Value, 12);
        Assert.Equal(Documents[0].Text, found[0].Text);
    }

    [Theory]
    [InlineData("密码", "zh")]
    [InlineData("怎么重置", "zh")]
    [InlineData("รหัสผ่าน", "th")]
    [InlineData("INVOICES", "billing")]
    public void Search_ScriptsWithoutSpaces_MatchByPairs(string query, string expected) =>
        Assert.Equal(expected, new Bm25Index(Documents).Search(query, 1).Single().Id);

    [Theory]
    [InlineData("")]
    [InlineData("?!")]
    [InlineData("nothing here matches")]
    public void Search_NoWordInCommon_FindsNothing(string query) => Assert.Empty(new Bm25Index(Documents).Search(query, 10));

    [Fact]
    public void Search_EqualScores_KeepTheOrderOfTheCorpus()
    {
        var index = new Bm25Index([new("b", "same"), new("a", "same"), new("c", "same")]);

        Assert.Equal(["b", "a"], index.Search("same", 2).Select(document => document.Id));
    }

    [Fact]
    public void Constructor_TokenizerAndParametersOutOfRange_AreUsedAndRefused()
    {
        var index = new Bm25Index([new("a", "x-y")], new Bm25Options { Tokenizer = static text => text.Split('-') });

        Assert.Single(index.Search("y", 1));
        Assert.Empty(new Bm25Index([]).Search("y", 1));
        foreach (Bm25Options options in new Bm25Options[] { new() { K1 = -1 }, new() { K1 = double.NaN }, new() { B = 1.1 }, new() { B = -0.1 } })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new Bm25Index([], options));
        }
    }

    private static int Words(string text) => Reranking.Evaluation.Retrieval.Bm25Tokenizer.Tokenize(text).Count();
}
