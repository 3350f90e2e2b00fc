using System.Text.Json.Nodes;

namespace Reranking.Http.Tests;

/// <summary>A request as it came over the socket.</summary>
public sealed record StubRequest(string Line, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public string[] Documents(string field = "documents") =>
        [.. Json[field]!.AsArray().Select(node => node is JsonObject document ? (string)document["text"]! : (string)node!)];
}
