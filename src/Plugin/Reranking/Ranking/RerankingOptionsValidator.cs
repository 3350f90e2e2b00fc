using System.Globalization;
using Microsoft.Extensions.Options;

namespace Reranking;

/// <summary>Checks <see cref="RerankingOptions"/> with messages that name the key.</summary>
/// <param name="optionsName">The name of the options that this validator is for; it leaves others to theirs, which know their own section.</param>
/// <param name="sectionPath">The path of the section that the options come from, as in <c>Reranking</c>.</param>
internal sealed class RerankingOptionsValidator(string optionsName, string sectionPath) : IValidateOptions<RerankingOptions>
{
    // CancellationTokenSource takes no delay of 50 days.
    internal static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(49);

    public string OptionsName => optionsName;

    public ValidateOptionsResult Validate(string? name, RerankingOptions options)
    {
        if (name is not null && name != optionsName)
        {
            return ValidateOptionsResult.Skip;
        }

        List<string> failures = [.. Failures(options, sectionPath)];
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    /// <summary>Refuses options that were made in code.</summary>
    public static void ThrowIfInvalid(RerankingOptions options, string paramName)
    {
        foreach (string failure in Failures(options, RerankingOptions.SectionName))
        {
            throw new ArgumentException(failure, paramName);
        }
    }

    private static IEnumerable<string> Failures(RerankingOptions options, string path)
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

        if (options.Timeout != System.Threading.Timeout.InfiniteTimeSpan && (options.Timeout <= TimeSpan.Zero || options.Timeout > LongestTimeout))
        {
            yield return Message(path, nameof(options.Timeout), options.Timeout, "more than 00:00:00 and at most 49.00:00:00, or -00:00:00.0010000 for no limit");
        }

        if (!Enum.IsDefined(options.OnFailure))
        {
            yield return Message(path, nameof(options.OnFailure), options.OnFailure, string.Join(" or ", Enum.GetNames<RerankingFailureMode>()));
        }

        if (!Enum.IsDefined(options.UnscoredCandidates))
        {
            yield return Message(path, nameof(options.UnscoredCandidates), options.UnscoredCandidates, string.Join(" or ", Enum.GetNames<UnscoredCandidates>()));
        }
    }

    private static string Message(string path, string key, object? found, string expected) =>
        string.Create(CultureInfo.InvariantCulture, $"{path}:{key} is {found}; expected {expected}.");
}
