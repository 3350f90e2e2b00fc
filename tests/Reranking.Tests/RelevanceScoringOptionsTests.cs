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

    private sealed class Derived(RelevanceScoringOptions other) : RelevanceScoringOptions(other);
}
