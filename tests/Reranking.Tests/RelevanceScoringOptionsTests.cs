namespace Reranking.Tests;

public class RelevanceScoringOptionsTests
{
    [Fact]
    public void Clone_Changed_LeavesTheOriginal()
    {
        var options = new RelevanceScoringOptions
        {
            ModelId = "a",
            IsBackground = true,
            TopN = 3,
            AdditionalProperties = new Dictionary<string, object?> { ["x"] = 1 },
        };

        RelevanceScoringOptions clone = options.Clone();

        Assert.Equal(("a", true, 3), (clone.ModelId, clone.IsBackground, clone.TopN));
        Assert.Equal(options.AdditionalProperties, clone.AdditionalProperties);
        clone.ModelId = "b";
        clone.AdditionalProperties!["x"] = 2;
        Assert.Equal("a", options.ModelId);
        Assert.Equal(1, options.AdditionalProperties["x"]);
        Assert.Null(new RelevanceScoringOptions().Clone().AdditionalProperties);
    }

    [Fact]
    public void CopyConstructor_Null_Throws() => Assert.Equal("other", Assert.Throws<ArgumentNullException>(() => new Derived(null!)).ParamName);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void TopN_BelowOne_ThrowsNamingTheValue(int topN)
    {
        var options = new RelevanceScoringOptions { TopN = 3 };

        var exception = Assert.Throws<ArgumentOutOfRangeException>("value", () => options.TopN = topN);

        Assert.StartsWith($"TopN is {topN}; expected 1 or more, or null for the scores of all documents.", exception.Message, StringComparison.Ordinal);
        Assert.Equal(topN, exception.ActualValue);
        Assert.Equal(3, options.TopN);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public void TopN_FromOne_IsKept(int? topN) => Assert.Equal(topN, new RelevanceScoringOptions { TopN = topN }.Clone().TopN);

    private sealed class Derived(RelevanceScoringOptions other) : RelevanceScoringOptions(other);
}
