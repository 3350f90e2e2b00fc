using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Reranking.Http.Tests;

namespace Reranking.Integration.Tests;

public sealed class KeepLocalSocketTests : IDisposable
{
    private const string Secret = "The acquisition of Tailspin Toys closes on Friday.";

    // None of them plainly says that the text may leave.
    private static readonly object?[] Kept =
    [
        true, 1, 2, "true", "true ", "yes", "1", "maybe", null, DBNull.Value, "", "  ", default(JsonElement), new List<string>(), new string?[] { null },
        new[] { "false", "true" }, new[] { "a" }, JsonNode.Parse("[]"), JsonNode.Parse("[null]"), JsonNode.Parse("{}"), Element("null"), Element("[]"),
        Element("[null]"), Element("1"), Element("\"\""), Element("""[["true"]]"""), new object(),
    ];

    private static readonly object?[] Open = [false, 0, "false", "no ", new[] { "false" }, Element("false"), Element("[0]"), JsonNode.Parse("\"no\"")];

    private readonly TemporaryFolder _folder = new();

    public KeepLocalSocketTests() => App.UnpackTinyModel(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(""" "Use": "cohere" """, false)]
    [InlineData(""" "Use": "cohere" """, true)]
    [InlineData(""" "Use": [ "cohere", "local" ] """, false)]
    [InlineData(""" "Use": [ "cohere", "local" ] """, true)]
    [InlineData(""" "Use": "local", "Shadow": { "Use": "cohere", "SampleRate": 1, "MaxConcurrency": 100 } """, false)]
    [InlineData(""" "Use": "local", "Shadow": { "Use": "cohere", "SampleRate": 1, "MaxConcurrency": 100 } """, true)]
    [InlineData(""" "Stages": [ { "Use": "local", "Keep": 2 }, { "Use": "cohere" } ] """, false)]
    [InlineData(""" "Stages": [ { "Use": "local", "Keep": 2 }, { "Use": "cohere" } ] """, true)]
    public async Task Seams_AnyValueThatIsNotPlainlyTheOpposite_NoByteReachesTheSocket(string use, bool isCached)
    {
        await using StubServer server = HostedStub.Start();
        string json = $$"""
            {
              "Timeout": "00:10:00", {{use}},
              RULE
              "Scorers": {
                "cohere": { "Provider": "Cohere", "Endpoint": "{{server.Address}}", "DataStaysLocal": false, "Model": "{{HostedStub.Model}}", "ApiKey": "key" },
                "local":  { "Provider": "Onnx", "ModelPath": {{JsonSerializer.Serialize(_folder.Path)}} }
              }
            }
            """;
        await using var app = NewApp(""" "KeepLocal": { "Field": "confidential" }, """);
        await using var unlessMarked = NewApp(""" "KeepLocal": { "Field": "confidential", "WhenMissing": "Hosted" }, """);
        await using var tagged = NewApp(""" "KeepLocal": { "Field": "tags.confidential" }, """);
        await using var withoutRule = NewApp("");

        foreach (object? value in Kept)
        {
            Seams.Record[] records = [new("Invoices are sent monthly.", false), new("A second one.", false), new(Secret, value)];
            foreach ((string name, Func<Reranker, Seams.Record[], Task> seam) in Seams.OfRecords)
            {
                await seam(app.Reranker, records);
                Assert.Equal((name, 0), (name, server.Accepted));
            }
        }

        foreach ((string name, Func<Reranker, Seams.Record[], Task> seam) in Seams.OfTexts)
        {
            await seam(app.Reranker, [new("Invoices are sent monthly.", false), new(Secret, true)]);
            await seam(unlessMarked.Reranker, [new("Invoices are sent monthly.", false), new(Secret, true)]);
            Assert.Equal((name, 0), (name, server.Accepted));
        }

        foreach (string tags in (string[])["{}", """{ "confidential": [] }""", """{ "confidential": [ null ] }""", """{ "confidential": [ "" ] }""",
            """{ "confidential": [ "false", "true" ] }""", """{ "Confidential": [ "yes" ] }"""])
        {
            await Seams.SearchKernelMemoryAsync(tagged.Reranker, tags, ["Invoices are sent monthly.", Secret]);
        }

        Assert.Equal(0, server.Accepted);

        // The socket is the right one: what is open goes there, by each way; and without the rule all of it.
        Assert.True(Open.Length <= Seams.OfRecords.Count);
        foreach ((Func<Reranker, Seams.Record[], Task> seam, int i) in Seams.OfRecords.Values.Select(static (seam, i) => (seam, i)))
        {
            object? value = Open[i % Open.Length];
            await seam(app.Reranker, [new($"Invoices are sent monthly {Guid.NewGuid()}.", value), new("Another text.", value)]);
            Assert.DoesNotContain(Secret, (await server.NextAsync()).Body, StringComparison.Ordinal);
        }

        foreach (Func<Reranker, Seams.Record[], Task> seam in Seams.OfTexts.Values)
        {
            string text = $"Invoices are sent monthly {Guid.NewGuid()}.";
            await seam(withoutRule.Reranker, [new(text, true), new("Another text.", true)]);
            Assert.Contains(text, (await server.NextAsync()).Body, StringComparison.Ordinal);
        }

        await Seams.SearchKernelMemoryAsync(tagged.Reranker, """{ "confidential": [ "false" ] }""", ["Invoices are sent monthly.", "Tagged as open."]);
        Assert.Contains("Tagged as open.", (await server.NextAsync()).Body, StringComparison.Ordinal);

        App NewApp(string rule) => new(json.Replace("RULE", rule, StringComparison.Ordinal), builder =>
        {
            if (isCached)
            {
                builder.Services.AddHybridCache();
                builder.UseCaching();
            }
        });
    }

    [Theory]
    [InlineData(""" "Use": "cohere", "KeepLocal": { "Field": "confidential" } """)]
    [InlineData(""" "Use": [ "cohere", "local" ], "KeepLocal": { "Field": "confidential", "Value": "true" } """)]
    [InlineData(""" "Use": "local", "Shadow": { "Use": "cohere", "SampleRate": 1 }, "KeepLocal": { "Field": "confidential" } """)]
    [InlineData(""" "Stages": [ { "Use": "local", "Keep": 2 }, { "Use": "cohere" } ], "KeepLocal": { "Field": "confidential" } """)]
    public async Task RerankAsync_ConfidentialCandidate_NoByteReachesTheSocket(string use)
    {
        await using StubServer server = HostedStub.Start();
        await using var app = new App($$"""
            {
              "Timeout": "00:10:00", {{use}},
              "Scorers": {
                "cohere": { "Provider": "Cohere", "Endpoint": "{{server.Address}}", "DataStaysLocal": false, "Model": "{{HostedStub.Model}}", "ApiKey": "key" },
                "local":  { "Provider": "Onnx" }
              }
            }
            """);
        Note[] open = [new("Invoices are sent monthly.", false), new("Tailspin Toys sells toys.", false), new("When it closes, the shop is shut.", false)];

        RerankingResult<Note> kept = await app.Reranker.RerankAsync("When does the Tailspin deal close?", [.. open, new Note(Secret, true)], note => note.Text);

        Assert.Equal((RerankingOutcome.Reranked, true, "local"), (kept.Outcome, kept.KeptLocal, kept.ScorerName));
        Assert.Equal(Secret, kept.Ranking[0].Candidate.Text);
        Assert.Equal(0, server.Accepted);

        // The socket is the right one: what is open goes there.
        RerankingResult<Note> sent = await app.Reranker.RerankAsync("When does the Tailspin deal close?", open, note => note.Text);
        Assert.False(sent.KeptLocal);
        await server.NextAsync();
        Assert.Equal(1, server.Accepted);
    }

    [Fact]
    public async Task RerankAsync_CallThatMustStayLocalWithoutNamedScorers_NoByteReachesTheSocket()
    {
        await using StubServer server = HostedStub.Start();
        using var scorer = new Http.HttpRelevanceScorer(
            new Http.HttpScorerOptions { Endpoint = server.Endpoint, DataStaysLocal = false, Model = HostedStub.Model, ApiKey = "key" });
        var reranker = new Reranker(scorer, new RerankingOptions { KeepLocal = true });

        RerankingResult<Note> result = await reranker.RerankAsync(
            "query", [new("Invoices are sent monthly.", false), new Note(Secret, true)], note => note.Text);

        Assert.Equal((RerankingOutcome.FellBack, true), (result.Outcome, result.KeptLocal));
        Assert.DoesNotContain("Tailspin", result.Failure!.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, server.Accepted);
    }

    private static JsonElement Element(string json) => JsonDocument.Parse(json).RootElement;

    private sealed record Note(string Text, bool Confidential);
}
