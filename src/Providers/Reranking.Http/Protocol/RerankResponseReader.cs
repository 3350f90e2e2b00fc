using System.Globalization;
using System.Text.Json;

namespace Reranking.Http.Protocol;

/// <summary>What a response says besides the scores.</summary>
/// <param name="Model">The model that scored, as the API calls it, or <see langword="null"/> if it does not say.</param>
/// <param name="Tokens">The tokens read, or <see langword="null"/> if the API does not say.</param>
/// <param name="Units">The search units billed, or <see langword="null"/> if the API does not say.</param>
/// <param name="Warnings">What the API warns of.</param>
internal sealed record RerankResponse(string? Model, double? Tokens, double? Units, IReadOnlyList<string> Warnings);

/// <summary>
/// Reads the responses of all APIs, however they name things. A score goes where its index says; whatever does not fit is an error, never a guess.
/// </summary>
internal sealed class RerankResponseReader(RerankDialect dialect, HttpScoreKind scoreKind, RerankErrors errors)
{
    /// <summary>How much of the body of an error is read.</summary>
    public const int MaxErrorLength = 16 * 1024;

    private const int MaxWarnings = 5;
    private const double MaxRoundingError = 1e-6;
    private const double MaxCount = 1L << 53;

    private static readonly string[] WarningPaths = ["meta.warnings", "warnings"];

    private readonly string[] _listFields = [.. new[] { dialect.ListField, "results", "data" }.OfType<string>().Distinct()];
    private readonly string[] _scoreFields = [.. new[] { dialect.ScoreField, "relevance_score", "score" }.Distinct()];

    /// <summary>Returns how many bytes of the response to a request are read.</summary>
    /// <remarks>Generous, and yet no server fills the memory: a result is about 60 bytes, and an echoed character 6 at most.</remarks>
    public int MaxLength(RerankRequest request)
    {
        long length = (1 << 20) + (1024L * request.Documents.Count);
        if (dialect.EchoesTexts)
        {
            length += request.Documents.Sum(static document => 6L * document.Length);
        }

        return (int)Math.Min(length, 1 << 30);
    }

    /// <summary>Reads a response.</summary>
    /// <param name="root">The JSON of the response.</param>
    /// <param name="rawScores">
    /// Takes the scores, by the position of the document in the request; those of documents that the API could not score are NaN.
    /// </param>
    /// <returns>What the response says, or <see langword="null"/> if it is an error in spite of its status.</returns>
    /// <exception cref="RelevanceScoringException">The response does not have exactly one result per document, or a score that can't be used.</exception>
    public RerankResponse? Read(JsonElement root, Span<double> rawScores)
    {
        rawScores.Fill(double.NaN);
        if (List(root) is not { } list || (list.GetArrayLength() == 0 && rawScores.Length > 0 && RerankErrorBody.IsError(root)))
        {
            return RerankErrorBody.IsError(root) ? null : throw errors.Invalid("returned no list of results", Expected(rawScores.Length));
        }

        Span<bool> returned = new bool[rawScores.Length];
        foreach (JsonElement result in list.EnumerateArray())
        {
            int index = Index(result, rawScores.Length);
            if (returned[index])
            {
                throw errors.Invalid($"returned two scores for document {index}", "one score per document");
            }

            returned[index] = true;
            rawScores[index] = Score(result, index);
        }

        int missing = returned.IndexOf(false);
        if (missing >= 0)
        {
            int count = returned.Length - returned.Count(false);
            throw errors.Invalid(
                $"returned scores for {count} of {returned.Length} documents and none for document {missing}",
                $"one score per document. If the API returns only the best, set {errors.Setting(nameof(HttpScorerOptions.SendTopN))} to true");
        }

        return new RerankResponse(
            JsonPaths.FindText(root, "model"),
            Count(JsonPaths.FindNumber(root, dialect.TokensPath)),
            Count(JsonPaths.FindNumber(root, dialect.UnitsPath)),
            Warnings(root));
    }

    private static double? Count(double? number) => number is >= 0 and <= MaxCount ? number : null;

    private JsonElement? List(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array)
        {
            return root;
        }

        foreach (string field in _listFields)
        {
            if (JsonPaths.Find(root, field) is { ValueKind: JsonValueKind.Array } list)
            {
                return list;
            }
        }

        return null;
    }

    private string Expected(int count) => $"a list{(dialect.ListField is { } name ? $" '{name}'" : "")} with {count} results";

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
        JsonElement? found = _scoreFields.Select(field => JsonPaths.Find(result, field)).FirstOrDefault(static field => field is not null);
        if (found is { } element && IsNone(element))
        {
            return double.NaN;   // the API could not score this one
        }

        if (found is not { ValueKind: JsonValueKind.Number } number || !number.TryGetDouble(out double score) || !double.IsFinite(score))
        {
            throw errors.Invalid($"returned no finite number as '{dialect.ScoreField}' of document {index}", "one score per document");
        }

        (double lowest, double highest) = scoreKind switch
        {
            HttpScoreKind.Logit => (double.MinValue, double.MaxValue),
            HttpScoreKind.Cosine => (-1, 1),
            _ => (0, 1),
        };
        return score >= lowest - MaxRoundingError && score <= highest + MaxRoundingError
            ? Math.Clamp(score, lowest, highest)
            : throw errors.Invalid(
                string.Create(CultureInfo.InvariantCulture, $"returned the score {score:G7} for document {index}"),
                string.Create(CultureInfo.InvariantCulture, $"{lowest} to {highest} for the kind {scoreKind}"),
                nameof(HttpScorerOptions.ScoreKind));
    }

    private static bool IsNone(JsonElement score) =>
        score.ValueKind == JsonValueKind.Null
        || (score.ValueKind == JsonValueKind.String && "NaN".Equals(JsonPaths.AsText(score), StringComparison.OrdinalIgnoreCase));

    private static List<string> Warnings(JsonElement root)
    {
        List<string> warnings = [];
        foreach (string path in WarningPaths)
        {
            if (JsonPaths.Find(root, path) is { ValueKind: JsonValueKind.Array } list)
            {
                warnings.AddRange(list.EnumerateArray().Select(JsonPaths.AsText).OfType<string>().Where(static text => !string.IsNullOrWhiteSpace(text)));
            }
        }

        return [.. warnings.Take(MaxWarnings)];
    }
}
