namespace Reranking.KernelMemory.Tests;

/// <summary>A question, and memories in the order in which counting common words finds them: the one that answers is behind others that only talk about the same things.</summary>
public static class HelpCentre
{
    public const string Question = "How do I get my money back if I cancel in the middle of a month?";

    /// <summary>The memory that answers.</summary>
    public const string Answer = "Subscriptions ended before the billing period is over are refunded for the remaining days. The amount arrives on your card within a week.";

    private static readonly (string File, string Text)[] Articles =
    [
        ("invoices", "How do I get my invoice? We send one in the first week of a month. If it is not in the inbox, look in the spam folder."),
        ("cancel-meeting", "How do I cancel a meeting in the middle of a series? Open my calendar, pick the day and choose Cancel. I get back to the series with Undo."),
        ("month-view", "If I get back to the calendar, do I see the month? The month view opens in the middle of the current month."),
        ("plans", "How do I change my plan? In the settings. It holds from the next month on."),
        ("refunds", Answer),
        ("passwords", "A password has at least twelve characters."),
        ("fonts", "The editor knows three fonts."),
        ("api", "Keys of the programming interface expire after ninety days."),
    ];

    /// <summary>Gets the memories, those with the most common words first.</summary>
    public static IReadOnlyList<Memory> Memories { get; } =
        [.. Articles.Select(static article => new Memory(article.File, article.Text, Overlap(article.Text))).OrderByDescending(static memory => memory.Relevance)];

    private static double Overlap(string text)
    {
        string[] words = Words(Question);
        return words.Count(Words(text).Contains) / (double)words.Length;
    }

    private static string[] Words(string text) =>
        [.. text.ToUpperInvariant().Split([' ', '.', ',', '?'], StringSplitOptions.RemoveEmptyEntries).Distinct()];
}
