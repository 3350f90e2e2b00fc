using Reranking.Onnx.Models;

namespace Reranking.Onnx.Tests;

public sealed class PromptTextTests
{
    [Theory]
    [InlineData("{query}", "Q")]
    [InlineData("a {query} b {instruction} c", "a Q b I c")]
    [InlineData("{instruction}{instruction}{query}", "IIQ")]
    [InlineData("no place", "no place")]
    [InlineData("", "")]
    [InlineData("{Query} { query } {query", "{Query} { query } {query")]
    [InlineData("{{query}}", "{Q}")]
    [InlineData("{document}", "{document}")]   // which stands behind what is formatted
    public void Format_Places_GetTheirTexts(string text, string expected) => Assert.Equal(expected, new PromptText(text).Format("Q", "I"));

    [Fact]
    public void Format_TextsThatLookLikePlaces_StayAsTheyAre() => Assert.Equal(
        "{instruction} {query}{document}",
        new PromptText("{query} {instruction}").Format("{instruction}", "{query}", tail: "{document}"));

    [Fact]
    public void Format_NoInstruction_LeavesItsPlaceEmpty() => Assert.Equal("<>Q tail", new PromptText("<{instruction}>{query}").Format("Q", null, " tail"));

    [Theory]
    [InlineData("{query} {query} {document}", "{query}", 2)]
    [InlineData("{query} {query} {document}", "{document}", 1)]
    [InlineData("{query} {query} {document}", "{instruction}", 0)]
    [InlineData("{QUERY}", "{query}", 0)]
    [InlineData("", "{query}", 0)]
    public void Count_Places_AreThoseSpelledRight(string text, string place, int expected) => Assert.Equal(expected, PromptText.Count(text, place));
}
