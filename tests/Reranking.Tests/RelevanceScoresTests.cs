using System.Collections;

namespace Reranking.Tests;

public class RelevanceScoresTests
{
    [Fact]
    public void Constructor_Null_Throws() => Assert.Equal("scores", Assert.Throws<ArgumentNullException>(() => new RelevanceScores(null!)).ParamName);

    [Fact]
    public void Enumeration_Scores_GivesThemInDocumentOrder()
    {
        RelevanceScore[] given = [new(0.1, -2), new(0.9, 2)];
        var scores = new RelevanceScores(given);

        Assert.Equal(given, scores);
        Assert.Equal(given, ((IEnumerable)scores).Cast<RelevanceScore>());
        Assert.Equal(given[1], scores[1]);
    }

    [Fact]
    public void Empty_HoldsNothing() => Assert.Empty(RelevanceScores.Empty);
}
