using System.Globalization;
using Reranking.Scoring;

namespace Reranking.Ranking;

/// <summary>Checks <see cref="RerankingOptions"/> with messages that name the setting.</summary>
internal static class RerankingOptionsValidator
{
    /// <summary>Refuses options that were made in code.</summary>
    public static void ThrowIfInvalid(RerankingOptions options, string paramName)
    {
        foreach (string failure in Failures(options, RerankingOptions.SectionName))
        {
            throw new ArgumentException(failure, paramName);
        }
    }

    /// <summary>Returns what is wrong, in messages that begin with the path of the setting.</summary>
    public static IEnumerable<string> Failures(RerankingOptions options, string path)
    {
        if (options.TopN < 1)
        {
            yield return Message(path, nameof(options.TopN), options.TopN, "1 or more");
        }

        if (options.CandidateCount < 1)
        {
            yield return Message(path, nameof(options.CandidateCount), options.CandidateCount, "1 or more");
        }

        if (options.MinScore is not (null or (>= 0 and <= 1)))
        {
            yield return Message(path, nameof(options.MinScore), options.MinScore, "a number from 0 to 1, or none");
        }

        if (options.Timeout != System.Threading.Timeout.InfiniteTimeSpan && (options.Timeout <= TimeSpan.Zero || options.Timeout > TimeBudget.LongestTimer))
        {
            yield return Message(
                path, nameof(options.Timeout), options.Timeout, "more than 00:00:00 and at most 49.00:00:00, or -00:00:00.0010000 for no limit");
        }

        if (!Enum.IsDefined(options.OnFailure))
        {
            yield return Message(path, nameof(options.OnFailure), options.OnFailure, KnownNames.Or(Enum.GetNames<RerankingFailureMode>()));
        }

        if (!Enum.IsDefined(options.UnscoredCandidates))
        {
            yield return Message(
                path, nameof(options.UnscoredCandidates), options.UnscoredCandidates, KnownNames.Or(Enum.GetNames<UnscoredCandidates>()));
        }
    }

    private static string Message(string path, string key, object? found, string expected) =>
        string.Create(CultureInfo.InvariantCulture, $"{path}:{key} is {found}; expected {expected}.");
}
