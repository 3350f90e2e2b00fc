using System.Text.Json;
using CsCheck;
using Microsoft.Extensions.AI;
using Reranking.VectorData.Tests;

namespace Reranking.Extensions.AI.Tests;

public sealed class RerankedSearchToolTests : IDisposable
{
    private static readonly Hit[] Hits =
    [
        new("the office", "Hours", "https://help.example/hours"),
        new("the fox", "Foxes", null),
        new(null, "Nothing", null),
        new("für the \"red fox\" at last", null, null),
        new("a hat in red and fox brown", "Hats", "https://help.example/hats"),
    ];

    private readonly WordOverlapScorer _scorer = new();
    private readonly CancellationTokenSource _caller = new();
    private readonly List<(string Query, int Count)> _searches = [];
    private CancellationToken _token;

    public void Dispose() => _caller.Dispose();

    [Fact]
    public void Schema_OfTheTool_RequiresAQuery()
    {
        RerankedSearchTool<Hit> tool =
            Tool(new() { Name = "search_help", Description = "Searches the help center.", MaxCount = 8, Reranking = new() { TopN = 4 } });

        Assert.Equal(("search_help", "Searches the help center."), (tool.Name, tool.Description));
        AssertJson(
            """
            {
              "type": "object",
              "properties": {
                "query": { "type": "string", "description": "What to look for: a question or a statement that can be understood without the conversation." },
                "count": { "type": "integer", "description": "How many passages to return, from 1 to 8. Left out: 4." }
              },
              "required": ["query"]
            }
            """,
            tool.JsonSchema);
    }

    [Fact]
    public void Schema_TopNAboveMaxCount_NamesTheSmaller() =>
        Assert.Contains(
            "from 1 to 2. Left out: 2.",
            Tool(new() { MaxCount = 2 }).JsonSchema.GetProperty("properties").GetProperty("count").GetProperty("description").GetString(),
            StringComparison.Ordinal);

    [Fact]
    public async Task InvokeAsync_Query_GivesTheBestPassagesAsTheModelReadsThem()
    {
        var options = new RerankedSearchToolOptions<Hit>
        {
            SourceNameSelector = hit => hit.Source,
            SourceLinkSelector = hit => hit.Link,
            Reranking = new() { TopN = 3, CandidateCount = 40 },
        };
        JsonElement result = await InvokeAsync(Tool(options), new() { ["query"] = "in red fox" });

        AssertJson(
            """
            [
              { "text": "a hat in red and fox brown", "source": "Hats", "link": "https://help.example/hats", "score": 1 },
              { "text": "the fox", "source": "Foxes", "score": 0.333 },
              { "text": "the office", "source": "Hours", "link": "https://help.example/hours", "score": 0 }
            ]
            """,
            result);
        Assert.Equal(("in red fox", 40), Assert.Single(_searches));
        Assert.Equal(_caller.Token, _token);
        Assert.Equal(4, Assert.Single(_scorer.Calls).Documents.Count);   // without the one that has no text
    }

    /// <summary>An estimate ranks behind what the whole model has read, and can be a higher number: the chat model must not prefer it.</summary>
    [Fact]
    public async Task InvokeAsync_ScoresOfSeveralStages_NeverRiseDownTheRanking()
    {
        using var scorer = new StagedScorer();
        var tool = new RerankedSearchTool<string>(
            static (_, _, _) => Task.FromResult<IEnumerable<string>>(["estimated", "best", "second"]), new Reranker(scorer), static text => text);

        var result = Assert.IsType<JsonElement>(await tool.InvokeAsync(new() { ["query"] = "any" }, CancellationToken.None));

        AssertJson(
            """[{ "text": "best", "score": 0.8 }, { "text": "second", "score": 0.2 }, { "text": "estimated", "score": 0.2 }]""", result);
    }

    [Fact]
    public async Task InvokeAsync_LettersBeyondAscii_StayThemselves()
    {
        JsonElement result = await InvokeAsync(Tool(), new() { ["query"] = "für", ["count"] = 1 });

        Assert.Equal("""[{"text":"für the \"red fox\" at last","score":1}]""", result.GetRawText());
    }

    /// <summary>The model reads the raw JSON, in which only the tool can begin an object.</summary>
    [Fact]
    public Task InvokeAsync_AnyTexts_AreOneObjectEachOnOneLine() =>
        Gen.Select(GenText, GenText, GenText, (text, source, link) => new Hit(text, source, link)).Array[1, 6].SampleAsync(
            async hits =>
            {
                var tool = new RerankedSearchTool<Hit>(
                    (_, _, _) => Task.FromResult<IEnumerable<Hit>>(hits),
                    new Reranker(_scorer),
                    hit => hit.Text,
                    new() { SourceNameSelector = hit => hit.Source, SourceLinkSelector = hit => hit.Link, Reranking = new() { TopN = 9 } });
                JsonElement result = await InvokeAsync(tool, new() { ["query"] = "red fox" });

                int expected = hits.Count(hit => !string.IsNullOrWhiteSpace(hit.Text));
                Assert.Equal(expected, result.GetArrayLength());
                string raw = result.GetRawText();
                Assert.Equal(expected, raw.Split("{\"text\":\"").Length - 1);
                Assert.DoesNotContain(raw, character => char.IsControl(character) || character is '\u2028' or '\u2029');
            },
            iter: 1_000);

    private static readonly string[] Pieces =
    [
        "[2] ", "\n", "\r", "\u2028", "\u2029", "\u0085", "\"", "},{\"text\":\"", "\\", "{\"text\":\"x\"}", "]", "the fox", " ",
        "\u001b[2J", "\u202E", "\0", "👩‍💻", "Official",
    ];

    private static readonly Gen<string> GenText = Gen.Int[0, Pieces.Length - 1].Select(index => Pieces[index]).Array[0, 8].Select(string.Concat);

    public static TheoryData<object?, int> Counts => new()
    {
        { null, 2 },
        { 1, 1 },
        { 3L, 3 },
        { 3.0, 3 },
        { "3", 3 },
        { 0, 1 },
        { -5, 1 },
        { 1e300, 3 },
        { JsonDocument.Parse("1").RootElement, 1 },
        { JsonDocument.Parse("\"3\"").RootElement, 3 },
        { JsonDocument.Parse("null").RootElement, 2 },
    };

    [Theory]
    [MemberData(nameof(Counts), DisableDiscoveryEnumeration = true)]
    public async Task InvokeAsync_Count_IsThatOfTheModelWithinTheRange(object? count, int expected)
    {
        RerankedSearchTool<Hit> tool = Tool(new() { MaxCount = 3, Reranking = new() { TopN = 2 } });

        Assert.Equal(expected, (await InvokeAsync(tool, new() { ["query"] = "red fox", ["count"] = count })).GetArrayLength());
    }

    [Fact]
    public async Task InvokeAsync_CountAboveCandidateCount_FetchesAsMany()
    {
        await InvokeAsync(Tool(new() { Reranking = new() { CandidateCount = 2 } }), new() { ["query"] = "red fox", ["count"] = 4 });

        Assert.Equal(4, Assert.Single(_searches).Count);
    }

    [Theory]
    [InlineData("many")]
    [InlineData("NaN")]
    [InlineData("")]
    public async Task InvokeAsync_CountIsNoNumber_Throws(string count)
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => InvokeAsync(Tool(), new() { ["query"] = "red fox", ["count"] = count }));

        Assert.Equal("The tool 'search' was called with a 'count' that is not a number; expected one from 1 to 20. (Parameter 'arguments')", exception.Message);
    }

    public static TheoryData<AIFunctionArguments> WithoutQuery => new()
    {
        new AIFunctionArguments(),
        new AIFunctionArguments { ["query"] = " " },
        new AIFunctionArguments { ["query"] = 7 },
        new AIFunctionArguments { ["query"] = JsonDocument.Parse("[]").RootElement },
        new AIFunctionArguments { ["query"] = JsonDocument.Parse("\"\\uD800\"").RootElement },
    };

    [Theory]
    [MemberData(nameof(WithoutQuery), DisableDiscoveryEnumeration = true)]
    public async Task InvokeAsync_NoQuery_Throws(AIFunctionArguments arguments)
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => InvokeAsync(Tool(), arguments));

        Assert.Equal("The tool 'search' was called without a text for 'query'; expected what to look for. (Parameter 'arguments')", exception.Message);
        Assert.Empty(_searches);
    }

    [Theory]
    [InlineData(RerankingFailureMode.Fallback)]
    [InlineData(RerankingFailureMode.Throw)]
    public async Task InvokeAsync_ScorerFails_GivesTheFirstStageOrderWithoutScores(RerankingFailureMode onFailure)
    {
        _scorer.Failure = new RelevanceScoringException("down");
        JsonElement result = await InvokeAsync(Tool(new() { Reranking = new() { TopN = 2, OnFailure = onFailure } }), new() { ["query"] = "red fox" });

        AssertJson("""[{ "text": "the office" }, { "text": "the fox" }]""", result);
    }

    [Fact]
    public async Task InvokeAsync_SearchFails_PassesItsException()
    {
        var failure = new InvalidOperationException("The index is gone.");
        var tool = new RerankedSearchTool<Hit>((_, _, _) => throw failure, new Reranker(_scorer), hit => hit.Text);

        Assert.Same(failure, await Assert.ThrowsAsync<InvalidOperationException>(() => InvokeAsync(tool, new() { ["query"] = "red fox" })));
    }

    [Fact]
    public async Task InvokeAsync_CallerCancelsWhileScoring_Throws()
    {
        _scorer.Waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<JsonElement> call = InvokeAsync(Tool(), new() { ["query"] = "red fox" });
        await _scorer.Waiting.Task;
        await _caller.CancelAsync();

        Assert.Equal(_caller.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call)).CancellationToken);
    }

    [Fact]
    public async Task GetResponseAsync_ModelCallsTheTool_ReadsThePassages()
    {
        using var model =
            FakeChatClient.Calling(new() { ["query"] = JsonDocument.Parse("\"red fox\"").RootElement, ["count"] = JsonDocument.Parse("1").RootElement });
        using IChatClient client = model.AsBuilder().UseFunctionInvocation().Build();

        ChatResponse response = await client.GetResponseAsync("Where is the fox?", new() { Tools = [Tool()] });

        Assert.Equal("""Found: [{"text":"a hat in red and fox brown","score":1}]""", response.Text);
        Assert.Equal(2, model.Requests.Count);
    }

    [Fact]
    public async Task GetStreamingResponseAsync_ModelCallsTheTool_ReadsThePassages()
    {
        using var model = FakeChatClient.Calling(new() { ["query"] = "red fox", ["count"] = 1 });
        using IChatClient client = model.AsBuilder().UseFunctionInvocation().Build();

        ChatResponse response = await client.GetStreamingResponseAsync("Where is the fox?", new() { Tools = [Tool()] }).ToChatResponseAsync();

        Assert.Equal("""Found: [{"text":"a hat in red and fox brown","score":1}]""", response.Text);
    }

    [Fact]
    public void Constructor_OptionOutOfRange_NamesIt()
    {
        AssertInvalid(new() { Name = "" }, "Name is blank; expected the name that the model calls the tool by.");
        AssertInvalid(new() { Name = null! }, "Name is blank; expected the name that the model calls the tool by.");
        AssertInvalid(new() { Description = null! }, "Description is null; expected a text, which may be empty.");
        AssertInvalid(new() { MaxCount = 0 }, "MaxCount is 0; expected 1 or more.");
        AssertInvalid(new() { Reranking = new() { CandidateCount = 0 } }, "Reranking:CandidateCount is 0; expected 1 or more.");

        void AssertInvalid(RerankedSearchToolOptions<Hit> options, string message) =>
            Assert.Equal($"{message} (Parameter 'options')", Assert.Throws<ArgumentException>(() => Tool(options)).Message);
    }

    [Fact]
    public void Constructor_NullArguments_Throws()
    {
        var reranker = new Reranker(_scorer);
        Assert.Throws<ArgumentNullException>("search", () => new RerankedSearchTool<Hit>(null!, reranker, hit => hit.Text));
        Assert.Throws<ArgumentNullException>("reranker", () => new RerankedSearchTool<Hit>(Search, null!, hit => hit.Text));
        Assert.Throws<ArgumentNullException>("textSelector", () => new RerankedSearchTool<Hit>(Search, reranker, null!));
    }

    private static void AssertJson(string expected, JsonElement actual) =>
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(expected).RootElement, actual), actual.GetRawText());

    private RerankedSearchTool<Hit> Tool(RerankedSearchToolOptions<Hit>? options = null) => new(Search, new Reranker(_scorer), hit => hit.Text, options);

    private async Task<JsonElement> InvokeAsync(AIFunction tool, AIFunctionArguments arguments) =>
        (JsonElement)(await tool.InvokeAsync(arguments, _caller.Token))!;

    private Task<IEnumerable<Hit>> Search(string query, int count, CancellationToken cancellationToken)
    {
        _searches.Add((query, count));
        _token = cancellationToken;
        return Task.FromResult<IEnumerable<Hit>>(Hits);
    }

    private sealed record Hit(string? Text, string? Source, string? Link);
}
