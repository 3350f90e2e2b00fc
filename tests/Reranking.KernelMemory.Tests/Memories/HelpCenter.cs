namespace Reranking.KernelMemory.Tests;

/// <summary>
/// A question, and memories in the order in which counting common words finds them: the one that answers is behind others that only talk about the same things.
/// </summary>
public static class HelpCenter
{
    public const string Question = "How do I get a refund for the rest of the month after I cancel?";

    /// <summary>The memory that answers.</summary>
    public const string Answer = "Refunds: whoever cancels early is paid back the unused days. The money arrives on your card within a week.";

    private static readonly (string File, string Text)[] Articles =
    [
        (
            "invoices",
            "How do I get the invoice of a month? "
            + "After the first day of the month it is in the billing settings, for the administrator and for the accountant."),
        ("calendar", "How do I get to the next month? Swipe to the left. After the last day of the month the rest of the week is greyed out."),
        ("plans", "How do I change the plan? In the settings. I keep the old plan for the rest of the month."),
        ("trial", "After the trial ends, I get a message and can choose a plan for the team."),
        ("refunds", Answer),
        ("passwords", "A password has at least twelve characters."),
        ("fonts", "The editor knows three fonts."),
        ("api", "Keys of the programming interface expire after ninety days."),
    ];

    /// <summary>Gets the memories, those with the most common words first.</summary>
    public static IReadOnlyList<Memory> Memories { get; } =
    [
        .. Articles
            .Select(static article => new Memory(article.File, article.Text, Overlap(article.Text)))
            .OrderByDescending(static memory => memory.Relevance),
    ];

    private static double Overlap(string text)
    {
        string[] words = Words(Question);
        return words.Count(Words(text).Contains) / (double)words.Length;
    }

    private static string[] Words(string text) =>
        [.. text.ToUpperInvariant().Split([' ', '.', ',', '?'], StringSplitOptions.RemoveEmptyEntries).Distinct()];
}
