namespace Reranking.SemanticKernel.Tests;

/// <summary>
/// A question, and passages in the order in which counting common words finds them: the one that answers is behind others that only talk about the same things.
/// </summary>
public static class HelpCenter
{
    public const string Question = "How do I sign in when I forgot my password?";

    /// <summary>The passage that answers.</summary>
    public const string Answer =
        "If you have forgotten your password, open the start page, choose \"Trouble signing in\" and enter your email address. "
        + "We send a link to set a new one.";

    public static IReadOnlyList<Article> Articles { get; } =
    [
        new("Invoices", "We send invoices on the first working day of each month to the billing contact."),
        new("Signing Out", "How do I sign out? Open the menu and choose Sign out. To use the device again, sign in with your password."),
        new(
            "Password Rules",
            "A password has at least twelve characters. How strong is my password? The form shows it while you type. "
            + "After a change you sign in again on every device."),
        new("Second Factor", "How do I turn on the second factor? In the security settings, next to Password. From then on you sign in with a code as well."),
        new("Account Trouble", Answer),
        new("Shared Notes", "Whoever has the link of a shared note can read it. Set a password on the note if it is confidential."),
        new("Passkeys", "Do I need a passkey? No, but it lets you sign in with your fingerprint, and there is nothing in it to remember."),
        new("Closing an Account", "If you close your account, your notes are deleted after thirty days. Until then you can change your mind."),
    ];

    /// <summary>
    /// Gives the articles by how many words of the query they hold, most first: a first stage that fetches the same things and does not read.
    /// </summary>
    public static IEnumerable<Article> ByCommonWords(string query)
    {
        HashSet<string> words = Words(query);
        return Articles.OrderByDescending(article => words.Count(Words(article.Text!).Contains));
    }

    private static HashSet<string> Words(string text) =>
        [.. text.ToUpperInvariant().Split([' ', '.', ',', ';', '?', '"'], StringSplitOptions.RemoveEmptyEntries)];
}
