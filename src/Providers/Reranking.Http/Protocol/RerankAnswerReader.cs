using System.Globalization;
using System.Text.Json;

namespace Reranking.Http.Protocol;

/// <summary>Reads the answer of an API. Scores go where their index says; whatever does not fit is an error, never a guess.</summary>
internal sealed class RerankAnswerReader(RerankDialect dialect, HttpScoreKind scoreKind, RerankErrors failures)
{
    /// <summary>How much of the body of an error is read.</summary>
    public const int MaxErrorLength = 16 * 1024;

    /// <summary>Reads an answer.</summary>
    /// <param name="root">The JSON of the answer.</param>
    /// <param name="rawScores">Where the scores go, by the position of the document in the request.</param>
    /// <exception cref="RelevanceScoringException">The answer does not have exactly one usable score a document.</exception>
    public RerankAnswer Read(JsonElement root, Span<double> rawScores)
    {
        rawScores.Fill(double.NaN);
        int given = 0;
        foreach (JsonElement result in List(root, rawScores.Length).EnumerateArray())
        {
            int index = Index(result, rawScores.Length);
            if (!double.IsNaN(rawScores[index]))
            {
                throw failures.Unusable($"gave document {index} two scores", "one score a document");
            }

            rawScores[index] = Score(result, index);
            given++;
        }

        if (given < rawScores.Length)
        {
            int first = 0;
            while (!double.IsNaN(rawScores[first]))
            {
                first++;
            }

            throw failures.Unusable($"gave {given} of {rawScores.Length} documents a score, and document {first} none", "one score a document");
        }

        return new RerankAnswer(
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
            return dialect.ErrorPaths.Select(path => JsonPaths.FindText(json.RootElement, path)).FirstOrDefault(static text => !string.IsNullOrWhiteSpace(text));
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
            : throw failures.Unusable("gave no list of results", $"{(dialect.ListField is { } name ? $"a list '{name}'" : "a list")} with {count} results");
    }

    private int Index(JsonElement result, int count)
    {
        if (JsonPaths.Find(result, "index") is not { ValueKind: JsonValueKind.Number } element || !element.TryGetInt32(out int index))
        {
            throw failures.Unusable("gave a result without an 'index'", "a whole number");
        }

        return index >= 0 && index < count ? index : throw failures.Unusable($"gave a result the index {index}", $"0 to {count - 1}");
    }

    private double Score(JsonElement result, int index)
    {
        if (JsonPaths.FindNumber(result, dialect.ScoreField) is not { } score)
        {
            throw failures.Unusable($"gave document {index} no '{dialect.ScoreField}' that is a finite number", "one score a document");
        }

        double lowest = scoreKind switch { HttpScoreKind.Logit => double.MinValue, HttpScoreKind.Cosine => -1, _ => 0 };
        double highest = scoreKind == HttpScoreKind.Logit ? double.MaxValue : 1;
        return score >= lowest && score <= highest
            ? score
            : throw failures.Unusable(
                string.Create(CultureInfo.InvariantCulture, $"gave document {index} the score {score}"),
                $"{lowest} to {highest}, as a {scoreKind} is",
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
