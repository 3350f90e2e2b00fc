using System.Buffers;
using System.Text.Json;

namespace Reranking.AspNetCore.Protocol;

/// <summary>Writes responses and errors in the shape of the request.</summary>
internal static class ResponseWriter
{
    // How Cohere bills: a query with up to 100 documents is a unit.
    private const int DocumentsPerSearchUnit = 100;

    /// <summary>Returns whether responses of a shape have <c>meta</c>.</summary>
    public static bool HasMeta(WireShape shape) => shape is WireShape.CohereV2 or WireShape.Common;

    /// <summary>Returns what the client asked for and did not get, in sentences without any of its texts.</summary>
    public static string[] Warnings(RerankRequest request, RelevanceScores scores) => [.. request.Warnings, .. OfScores(scores)];

    public static void Write(IBufferWriter<byte> output, RerankRequest request, RerankResponse response)
    {
        using var json = new Utf8JsonWriter(output);
        if (request.Shape == WireShape.Tei)
        {
            WriteResults(json, request, response, scoreField: "score", WriteTeiDocument);
            return;
        }

        json.WriteStartObject();
        switch (request.Shape)
        {
            case WireShape.Voyage:
                json.WriteString("object", "list");
                json.WritePropertyName("data");
                WriteResults(json, request, response, scoreField: "relevance_score", WriteString);
                WriteModelAndUsage(json, response);
                break;
            case WireShape.Mixedbread:
                json.WritePropertyName("data");
                WriteResults(json, request, response, scoreField: "score", WriteInput);
                WriteModelAndUsage(json, response);
                json.WriteString("object", "list");
                json.WriteNumber("top_k", response.Ranking.Count);
                json.WriteBoolean("return_input", request.ReturnDocuments);
                break;
            default:
                json.WriteString("id", response.Id);
                json.WritePropertyName("results");
                WriteResults(json, request, response, scoreField: "relevance_score", WriteObject);
                if (request.Shape == WireShape.Common)
                {
                    WriteModelAndUsage(json, response);
                }

                WriteMeta(json, request, response);
                break;
        }

        json.WriteEndObject();
    }

    /// <summary>Writes an error in a shape, or in all that a path can have.</summary>
    public static void Write(IBufferWriter<byte> output, WireShape? shape, RerankRequestException problem, string id)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        if (shape is null or WireShape.Tei)
        {
            json.WriteString("error", problem.Message);
            json.WriteString("error_type", problem.TeiType);
        }

        if (shape is null or WireShape.CohereV2 or WireShape.Common)
        {
            json.WriteString("message", problem.Message);
            json.WriteString("id", id);
        }

        if (shape is null or WireShape.Common or WireShape.Voyage or WireShape.Mixedbread)
        {
            json.WriteString("detail", problem.Message);
        }

        json.WriteEndObject();
    }

    private static void WriteResults(
        Utf8JsonWriter json, RerankRequest request, RerankResponse response, string scoreField, Action<Utf8JsonWriter, string> writeDocument)
    {
        json.WriteStartArray();
        foreach (int index in response.Ranking)
        {
            RelevanceScore score = response.Scores[index];
            json.WriteStartObject();
            json.WriteNumber("index", index);
            json.WriteNumber(scoreField, request.RawScores ? score.RawValue : score.Value);
            if (request.ReturnDocuments)
            {
                writeDocument(json, request.Documents[index]);
            }

            if (request.ReturnDetails)
            {
                WriteDetails(json, score, request.Documents[index].Length);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // No vendor has them, and who did not ask for them does not get them.
    private static void WriteDetails(Utf8JsonWriter json, RelevanceScore score, int length)
    {
        json.WriteStartObject("details");
        json.WriteNumber("raw_score", score.RawValue);
        json.WriteBoolean("is_truncated", score.IsTruncated);
        if (score.TokenCount is { } tokens)
        {
            json.WriteNumber("tokens", tokens);
        }

        if (score.BestWindow is { } window)
        {
            json.WriteStartObject("best_window");
            json.WriteNumber("start", window.Start.GetOffset(length));
            json.WriteNumber("end", window.End.GetOffset(length));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteTeiDocument(Utf8JsonWriter json, string document) => json.WriteString("text", document);

    private static void WriteString(Utf8JsonWriter json, string document) => json.WriteString("document", document);

    private static void WriteInput(Utf8JsonWriter json, string document) => json.WriteString("input", document);

    private static void WriteObject(Utf8JsonWriter json, string document)
    {
        json.WriteStartObject("document");
        json.WriteString("text", document);
        json.WriteEndObject();
    }

    private static void WriteModelAndUsage(Utf8JsonWriter json, RerankResponse response)
    {
        json.WriteString("model", response.Model ?? "");
        json.WriteStartObject("usage");
        json.WriteNumber("total_tokens", response.TokenCount);
        json.WriteEndObject();
    }

    private static void WriteMeta(Utf8JsonWriter json, RerankRequest request, RerankResponse response)
    {
        json.WriteStartObject("meta");
        json.WriteStartObject("api_version");
        json.WriteString("version", request.Shape == WireShape.CohereV2 ? "2" : "1");
        json.WriteEndObject();
        json.WriteStartObject("billed_units");
        json.WriteNumber("search_units", (request.Documents.Length + DocumentsPerSearchUnit - 1) / DocumentsPerSearchUnit);
        json.WriteEndObject();
        json.WriteStartObject("tokens");
        json.WriteNumber("input_tokens", response.TokenCount);
        json.WriteEndObject();
        string[] warnings = Warnings(request, response.Scores);
        if (warnings.Length > 0)
        {
            json.WriteStartArray("warnings");
            Array.ForEach(warnings, json.WriteStringValue);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static IEnumerable<string> OfScores(RelevanceScores scores)
    {
        int truncated = scores.Count(static score => score.IsTruncated);
        if (truncated > 0)
        {
            yield return $"{truncated} of {scores.Count} documents were longer than the model reads and were cut.";
        }

        int unscored = scores.Count(static score => !score.IsScored);
        if (unscored > 0)
        {
            yield return $"{unscored} of {scores.Count} documents could not be scored and are left out.";
        }
    }
}

/// <summary>What is known when a request was scored.</summary>
/// <param name="Id">The id of the request.</param>
/// <param name="Model">The model that answered.</param>
/// <param name="Ranking">The positions of the documents, the best first, cut to those wanted.</param>
/// <param name="Scores">The scores, by position.</param>
/// <param name="TokenCount">How many tokens the model read, or an estimate.</param>
internal sealed record RerankResponse(string Id, string? Model, IReadOnlyList<int> Ranking, RelevanceScores Scores, long TokenCount);
