using System.Text.Json.Nodes;
using Reranking.Http.Tests;

namespace Reranking.Integration.Tests;

/// <summary>Speaks Cohere's contract: the relevance of a document is its length over a thousand, so an answer tells which document it is for.</summary>
internal static class HostedStub
{
    public const string Model = "rerank-v4.0-fast";

    public static StubServer Start(bool keepsRequests = true) => new(Answer) { KeepsRequests = keepsRequests };

    public static StubResponse Answer(StubRequest request) => StubResponse.Ok(new JsonObject
    {
        ["id"] = "1",
        ["results"] = new JsonArray([.. request.Documents()
            .Select((document, index) => (document, index))
            .Reverse()
            .Select(scored => (JsonNode)new JsonObject { ["index"] = scored.index, ["relevance_score"] = Score(scored.document) })]),
        ["meta"] = new JsonObject { ["billed_units"] = new JsonObject { ["search_units"] = 1 } },
    }.ToJsonString());

    public static double Score(string document) => document.Length / 1000.0;
}
