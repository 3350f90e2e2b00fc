namespace Samples;

/// <summary>Some articles, and a first stage over them.</summary>
internal static class HelpCenter
{
    private static readonly char[] Separators = [' ', ',', '.', '?'];

    public static IReadOnlyList<Article> Articles { get; } =
    [
        new("Invoices", "We send an invoice on the first working day of each month. Owners find all of them under Billing."),
        new("Resetting a Tablet", "How do I reset my tablet? Hold the power button for ten seconds. Your notes come back as soon as the tablet is online."),
        new("Password Rules", "How strong is my password? A bar shows it while you type. Take at least fourteen characters and use the password nowhere else."),
        new("Protected Notes", "How do I put a password on a note? Open Share, choose Protect and type the password that readers need."),
        new("Two-Factor Sign-In", "How do I turn on the second factor? It is in the security settings. From then on you also type a code when you sign in."),
        new(
            "Trouble Signing In",
            "If you have forgotten your password, choose Forgot password on the sign-in page and enter your email address. We send a link that resets it."),
        new("Passkeys", "A passkey lets you sign in with your fingerprint, and there is nothing in it to remember."),
        new("Layout", "How do I get my old layout back? Choose Reset in the menu View. My notes and my folders stay as they are."),
        new("Closing an Account", "Your notes are deleted thirty days after you close the account. Until then you can change your mind."),
    ];

    /// <summary>Finds articles by how many words of the query they hold.</summary>
    /// <remarks>
    /// It stands for your vector store or search engine, and fails as those do: what shares words or topic with the question is found,
    /// and what answers it is somewhere in there.
    /// </remarks>
    public static IReadOnlyList<Article> Search(string query, int count)
    {
        string[] words = Words(query);
        return [.. Articles.OrderByDescending(article => words.Intersect(Words(article.Text)).Count()).Take(count)];
    }

    private static string[] Words(string text) => text.ToUpperInvariant().Split(Separators, StringSplitOptions.RemoveEmptyEntries);
}
