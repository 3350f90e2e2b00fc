using Reranking.Configuration;

namespace Reranking.Tests;

public class KeepLocalFieldTests
{
    public static TheoryData<string, object?, bool> Candidates => new()
    {
        { "a property that says so", new Marked(true), true },
        { "a property that denies it", new Marked(false), false },
        { "a dictionary that says so", new Dictionary<string, object?> { ["Confidential"] = true }, true },
        { "a dictionary that says so in words", new Dictionary<string, string> { ["confidential"] = "TRUE" }, true },
        { "a dictionary that denies it", new Dictionary<string, object?> { ["confidential"] = false }, false },
        { "a dictionary without the mark", new Dictionary<string, object?> { ["title"] = "Prices" }, true },
        { "a dictionary whose mark is null", new Dictionary<string, object?> { ["confidential"] = null }, true },
        { "a read-only dictionary that denies it", new ReadOnlyTags("confidential", "no"), false },
        { "a read-only dictionary that says so", new ReadOnlyTags("Confidential", "true"), true },
        {
            "a JSON array, one of which says so",
            new Dictionary<string, object?> { ["confidential"] = System.Text.Json.JsonDocument.Parse("""["a", "true"]""").RootElement },
            true
        },
        {
            "a JSON array that denies it",
            new Dictionary<string, object?> { ["confidential"] = System.Text.Json.JsonDocument.Parse("""["a"]""").RootElement },
            false
        },
        { "tags, one of which says so", new Dictionary<string, object?> { ["confidential"] = new List<string> { "false", "true" } }, true },
        { "a type without the field", new Unmarked("text"), true },
        { "a text", "text", true },
        { "nothing", null, true },
    };

    [Theory]
    [MemberData(nameof(Candidates))]
    public void Holds_Candidate_ErrsOnTheSafeSide(string what, object? candidate, bool expected) =>
        Assert.True(expected == new KeepLocalField("confidential", "true").Holds(candidate), what);

    [Theory]
    [InlineData("internal", true)]
    [InlineData("Internal", true)]
    [InlineData("public", false)]
    public void Holds_OtherValue_Compares(string label, bool expected) =>
        Assert.Equal(
            expected, new KeepLocalField("Metadata.label", "internal").Holds(new { Metadata = new Dictionary<string, object?> { ["label"] = label } }));

    [Fact]
    public void Holds_PathEndsEarly_ErrsOnTheSafeSide() =>
        Assert.True(new KeepLocalField("Metadata.label", "internal").Holds(new { Metadata = (object?)null }));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Holds_MissingMayLeave_TakesOnlyWhatIsMarked(bool isMarked) =>
        Assert.Equal(isMarked, new KeepLocalField("confidential", "true", MissingField.Hosted).Holds(isMarked ? new Marked(true) : new Unmarked("text")));

    private sealed record Marked(bool Confidential);

    private sealed record Unmarked(string Text);

    /// <summary>A dictionary of tags as Kernel Memory has it: none of the non-generic kind.</summary>
    private sealed class ReadOnlyTags(string key, string value) : IEnumerable<KeyValuePair<string, List<string?>>>
    {
        public IEnumerator<KeyValuePair<string, List<string?>>> GetEnumerator() =>
            new List<KeyValuePair<string, List<string?>>> { new("other", ["true"]), new(key, [value]) }.GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
