namespace Reranking.Conformance;

/// <summary>
/// A question, articles, and a first stage that is misled by words: the article that answers shares fewer of them with the question than others do.
/// </summary>
public static class HelpArticles
{
    public const string Question = "I forgot my password, how do I sign in again?";

    /// <summary>The article that answers.</summary>
    public const string AnswerId = "recovery";

    public static IReadOnlyList<HelpArticle> All { get; } =
    [
        new("invoices", "Invoices", "Invoices are sent on the first working day of each month."),
        new(
            "sessions",
            "How long you stay signed in",
            "How do I stay signed in? My session lasts 30 days; after that, or on a new device, I have to sign in again with my password."),
        new(
            "rules",
            "Choosing a password",
            "How do I choose my password? It has at least twelve characters, and a password that was part of a leak is refused."),
        new("sharing", "Shared devices", "How do I sign out on a device that I share? Open my devices, sign out, and sign in again there when I need it."),
        new("cancel", "Forgotten trials", "I forgot to cancel, how do I get my money back? Sign in within 14 days and ask for it, I do not have to call."),
        new(
            AnswerId,
            "Account recovery",
            "Forgot your password? Open the start page, choose “Reset password” and follow the link that we mail you; then you can sign in with the new one."),
        new("pause", "Pausing", "You can pause your subscription for up to three months. Nothing is charged during the pause."),
        new("returns", "Returns", "Returns are free within 30 days. Print the label from your order page and drop the parcel at any shop."),
    ];

    /// <summary>Finds articles by how many words of the query they hold.</summary>
    public static IReadOnlyList<HelpArticle> Search(string query, int count)
    {
        HashSet<string> wanted = [.. Words(query)];
        return [.. All.OrderByDescending(article => Words(article.Text).Count(wanted.Contains)).Take(count)];
    }

    private static string[] Words(string text) => text.ToUpperInvariant().Split([' ', ',', '.', '?', '“', '”'], StringSplitOptions.RemoveEmptyEntries);
}
