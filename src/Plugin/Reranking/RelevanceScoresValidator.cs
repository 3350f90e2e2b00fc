using System.Globalization;

namespace Reranking;

/// <summary>What can be wrong with the answer of a scorer: checked wherever scores are used, so that no fault becomes a ranking.</summary>
internal static class RelevanceScoresValidator
{
    /// <summary>Finds the fault of an answer.</summary>
    /// <param name="scores">The answer.</param>
    /// <param name="expected">How many documents were sent.</param>
    /// <param name="scorer">What messages call the scorer.</param>
    /// <returns>A message without texts, or <see langword="null"/> where the answer is sound.</returns>
    public static string? FindProblem(RelevanceScores? scores, int expected, string scorer)
    {
        if (scores is null || scores.Count != expected)
        {
            string given = scores?.Count.ToString(CultureInfo.InvariantCulture) ?? "null";
            return $"Expected {expected} scores for {expected} documents, but {scorer} gave {given}.";
        }

        for (int i = 0; i < expected; i++)
        {
            if (!double.IsFinite(scores[i].RawValue) || scores[i].Value is not (>= 0 and <= 1))
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"Expected finite raw scores and scores from 0 to 1, but {scorer} gave the raw score {scores[i].RawValue} and the score {scores[i].Value} to document {i}.");
            }
        }

        return null;
    }
}
