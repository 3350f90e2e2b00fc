namespace Reranking.Ranking;

/// <summary>
/// Notices scores that are of no use: equal for all documents, or all below the threshold. Each is reported once, until a call is as it should be.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ScaleWatch
{
    /// <summary>How many calls in a row are not a coincidence.</summary>
    public const int CallCount = 5;

    private const int MaxThresholds = 64;   // calls can bring their own

    private readonly object _lock = new();
    private readonly Dictionary<double, (int Empty, bool HasKept)> _thresholds = [];
    private int _equal;

    /// <summary>Returns how many calls in a row had equal scores, if that is to be reported.</summary>
    public int? ReportEqual(IReadOnlyList<string> documents, RelevanceScores scores)
    {
        // Of one document, or of the same one several times, equal scores say nothing.
        if (documents.Distinct(StringComparer.Ordinal).Take(2).Count() < 2)
        {
            return null;
        }

        bool areEqual = scores.All(static score => score.IsScored) && scores.All(score => score.RawValue == scores[0].RawValue);
        lock (_lock)
        {
            _equal = areEqual ? Math.Min(_equal + 1, CallCount + 1) : 0;
            return _equal == CallCount ? CallCount : null;
        }
    }

    /// <summary>
    /// Returns whether a threshold that left nothing is to be reported: at once if it never kept anything, and after several calls if it did.
    /// </summary>
    public bool ReportKept(double threshold, int keptCount)
    {
        lock (_lock)
        {
            if (!_thresholds.TryGetValue(threshold, out (int Empty, bool HasKept) calls) && _thresholds.Count == MaxThresholds)
            {
                return false;
            }

            calls = (keptCount > 0 ? 0 : Math.Min(calls.Empty + 1, CallCount + 1), calls.HasKept || keptCount > 0);
            _thresholds[threshold] = calls;
            return calls.Empty == (calls.HasKept ? CallCount : 1);
        }
    }
}
