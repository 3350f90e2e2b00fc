using System.Globalization;
using System.Text.Json;

namespace Reranking.Http.Protocol;

/// <summary>What a response says besides the scores.</summary>
/// <param name="Model">The model that scored, or <see langword="null"/> if the API does not say.</param>
/// <param name="Tokens">The tokens read, or <see langword="null"/> if the API does not say.</param>
/// <param name="Units">The search units billed, or <see langword="null"/> if the API does not say.</param>
/// <param name="Warnings">What the API warns of.</param>
internal sealed record RerankResponse(string? Model, double? Tokens, double? Units, IReadOnlyList<string> Warnings);

/// <summary>Reads the responses of an API. A score goes where its index says; whatever does not fit is an error, never a guess.</summary>
internal sealed class RerankResponseReader(RerankDialect dialect, HttpScoreKind scoreKind, RerankErrors errors)
{
    /// <summary>How much of the body of an error is read.</summary>
    public const int MaxErrorLength = 16 * 1024;

    /// <summary>Returns how many bytes of the response to a request are read.</summary>
    /// <remarks>Generous, and yet no server fills the memory: a result is about 60 bytes, and an echoed character 6 at most.</remarks>
    public int MaxLength(RerankRequest request)
    {
        long length = (1 << 20) + (1024L * request.Count);
        if (dialect.EchoesTexts)
        {
            length += request.Documents.Sum(static document => 6L * document.Length);
        }

        return (int)Math.Min(length, 1 << 30);
    }

    /// <summary>Reads a response.</summary>
    /// <param name="root">The JSON of the response.</param>
    /// <param name="rawScores">Takes the scores, by the position of the document in the request.</param>
    /// <exception cref="RelevanceScoringException">The response does not have exactly one usable score per document.</exception>
    public RerankResponse Read(JsonElement root, Span<double> rawScores)
    {
        rawScores.Fill(double.NaN);
        int returned = 0;
        foreach (JsonElement result in List(root, rawScores.Length).EnumerateArray())
        {
            int index = Index(result, rawScores.Length);
            if (!double.IsNaN(rawScores[index]))
            {
                throw errors.Invalid($"returned two scores for document {index}", "one score per document");
            }

            rawScores[index] = Score(result, index);
            returned++;
        }

        if (returned < rawScores.Length)
        {
            int first = 0;
            while (!double.IsNaN(rawScores[first]))
            {
                first++;
            }

            throw errors.Invalid($"returned scores for {returned} of {rawScores.Length} documents and none for document {first}", "one score per document");
        }

        return new RerankResponse(
            JsonPaths.FindText(root, "model"), JsonPaths.FindNumber(root, dialect.TokensPath), JsonPaths.FindNumber(root, dialect.UnitsPath), Warnings(root));
    }

    /// <summary>Returns the message in the body of an error, or <see langword="null"/> if it has none.</summary>
    public string? ReadErrorMessage(ResponseBody body)
    {
        if (body.IsCut || body.Bytes.IsEmpty)
        {
            return null;
        }

        try
        {
            using JsonDocument json = JsonDocument.Parse(body.Bytes);
            return dialect.ErrorPaths
                .Select(path => JsonPaths.FindText(json.RootElement, path))
                .FirstOrDefault(static text => !string.IsNullOrWhiteSpace(text));
        }
        catch (JsonException)
        {
            return null;   // a page of a proxy: the status is all there is to report
        }
    }

    private JsonElement List(JsonElement root, int count)
    {
        JsonElement? list = dialect.ListField is { } field ? JsonPaths.Find(root, field) : root;
        return list is { ValueKind: JsonValueKind.Array } found
            ? found
            : throw errors.Invalid("returned no list of results", $"{(dialect.ListField is { } name ? $"a list '{name}'" : "a list")} with {count} results");
    }

    private int Index(JsonElement result, int count)
    {
        if (JsonPaths.Find(result, "index") is not { ValueKind: JsonValueKind.Number } element || !element.TryGetInt32(out int index))
        {
            throw errors.Invalid("returned a result without an 'index'", "a whole number");
        }

        return index >= 0 && index < count ? index : throw errors.Invalid($"returned a result with the index {index}", $"0 to {count - 1}");
    }

    private double Score(JsonElement result, int index)
    {
        if (JsonPaths.FindNumber(result, dialect.ScoreField) is not { } score)
        {
            throw errors.Invalid($"returned no finite number as '{dialect.ScoreField}' of document {index}", "one score per document");
        }

        double lowest = scoreKind switch { HttpScoreKind.Logit => double.MinValue, HttpScoreKind.Cosine => -1, _ => 0 };
        double highest = scoreKind == HttpScoreKind.Logit ? double.MaxValue : 1;
        return score >= lowest && score <= highest
            ? score
            : throw errors.Invalid(
                string.Create(CultureInfo.InvariantCulture, $"returned the score {score} for document {index}"),
                $"{lowest} to {highest} for the kind {scoreKind}",
                nameof(HttpScorerOptions.ScoreKind));
    }

    private List<string> Warnings(JsonElement root)
    {
        List<string> warnings = [];
        if (JsonPaths.Find(root, dialect.WarningsPath) is { ValueKind: JsonValueKind.Array } list)
        {
            foreach (JsonElement element in list.EnumerateArray())
            {
                if (JsonPaths.AsText(element) is { } warning && !string.IsNullOrWhiteSpace(warning))
                {
                    warnings.Add(warning);
                }
            }
        }

        return warnings;
    }
}
