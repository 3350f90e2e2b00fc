namespace Reranking.Tests;

public class KnownNamesTests
{
    private static readonly string[] Names = ["local", "cohere", "ModelPath", "MaxInputTokens"];

    [Theory]
    [InlineData("locl", " Did you mean 'local'?")]
    [InlineData("LOCAL", " Did you mean 'local'?")]
    [InlineData("coheer", " Did you mean 'cohere'?")]
    [InlineData("ModlPath", " Did you mean 'ModelPath'?")]
    [InlineData("MaxTokens", "")]
    [InlineData("MaxInptTokn", " Did you mean 'MaxInputTokens'?")]
    [InlineData("jina", "")]
    [InlineData("", "")]
    public void Hint_Found_NamesWhatIsNear(string found, string expected) => Assert.Equal(expected, KnownNames.Hint(found, Names));

    [Theory]
    [InlineData("", "")]
    [InlineData("a", "a")]
    [InlineData("a|b", "a or b")]
    [InlineData("a|b|c|d", "a, b, c or d")]
    public void Or_Names_ReadsAsASentence(string names, string expected) =>
        Assert.Equal(expected, KnownNames.Or(names.Split('|', StringSplitOptions.RemoveEmptyEntries)));

    [Fact]
    public void Hint_NoNames_SaysNothing() => Assert.Equal("", KnownNames.Hint("local", []));
}
