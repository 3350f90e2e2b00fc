using Reranking.Tool.Reading;
using Reranking.Tool.Scoring;
using Reranking.Tool.Tests.Support;

namespace Reranking.Tool.Tests.Reading;

/// <summary>Lines that are valid JSON and no Unicode.</summary>
public sealed class HostileLineTests
{
    [Theory]
    [InlineData("""{ "query": "\uD800", "document": "d" }""")]
    [InlineData("""{ "query": "q", "document": "\uDC00" }""")]
    [InlineData("""{ "query": "q", "documents": ["d", "a \uD800 b"] }""")]
    [InlineData("""{ "\uD800": 1, "query": "q", "document": "d" }""")]
    public void PairLine_HalfOfASurrogatePair_IsAnErrorThatNamesTheLine(string line)
    {
        var exception = Assert.Throws<ToolException>(() => PairLine.Parse(line, 7));

        Assert.Equal(
            "Line 7: found half of a surrogate pair in a text; expected an object with query and document, or query and documents.", exception.Message);
    }

    [Theory]
    [InlineData("""{ "text": "\uD800" }""")]
    [InlineData("""{ "id": "\uD800", "text": "d" }""")]
    [InlineData("""{ "\uD800": 1, "text": "d" }""")]
    public void DocumentReader_HalfOfASurrogatePair_IsAnErrorThatNamesTheLine(string line)
    {
        using var folder = new TempFolder();
        string file = folder.Write("lines.jsonl", "{ \"text\": \"fine\" }\n" + line);

        var exception = Assert.Throws<ToolException>(() => DocumentReader.Read(file));

        Assert.Equal("lines.jsonl, line 2: found half of a surrogate pair in a text; expected Unicode text.", exception.Message);
    }
}
