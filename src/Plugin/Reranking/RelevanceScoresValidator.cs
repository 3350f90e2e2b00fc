using System.Globalization;

namespace Reranking;

/// <summary>Checks the scores that a scorer returned, wherever they are used, so that no invalid score becomes a ranking.</summary>
internal static class RelevanceScoresValidator
{
    /// <summary>Finds what is wrong with scores. One that is not a number leaves its document unscored, but not all of them can be.</summary>
    /// <param name="scores">The scores.</param>
    /// <param name="expected">How many documents were sent.</param>
    /// <param name="scorer">What the message calls the scorer.</param>
    /// <returns>A message without texts, or <see langword="null"/> if the scores are valid.</returns>
    public static string? FindProblem(RelevanceScores? scores, int expected, string scorer)
    {
        if (FindCountProblem(scores, expected, scorer) is { } problem)
        {
            return problem;
        }

        bool isScored = expected == 0;
        for (int i = 0; i < expected; i++)
        {
            isScored |= scores![i].IsScored;
            if (scores[i].IsScored && (!double.IsFinite(scores[i].RawValue) || scores[i].Value is not (>= 0 and <= 1)))
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"Expected finite raw scores and scores from 0 to 1, " +
                    $"but {scorer} returned the raw score {scores[i].RawValue} and the score {scores[i].Value} for document {i}.");
            }
        }

        return isScored ? null
            : string.Create(CultureInfo.InvariantCulture, $"Expected a score that is a number, but {scorer} returned NaN for all of {expected} documents.");
    }

    /// <summary>Finds out whether there is a score for each document, whatever it is.</summary>
    /// <inheritdoc cref="FindProblem"/>
    public static string? FindCountProblem(RelevanceScores? scores, int expected, string scorer)
    {
        if (scores?.Count == expected)
        {
            return null;
        }

        string counts = expected == 1 ? "1 score for 1 document" : string.Create(CultureInfo.InvariantCulture, $"{expected} scores for {expected} documents");
        return $"Expected {counts}, but {scorer} returned {scores?.Count.ToString(CultureInfo.InvariantCulture) ?? "null"}.";
    }
}
