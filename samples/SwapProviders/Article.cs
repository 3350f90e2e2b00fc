namespace SwapProviders;

/// <summary>What a first stage found: for any question here the same few articles, so that only the scorer changes.</summary>
/// <param name="Title">The title. It is scored with the text: it often holds the words that the text leaves out.</param>
/// <param name="Text">The text.</param>
/// <param name="Confidential">Whether the text may not leave this machine; appsettings.json refers to it by its name.</param>
internal sealed record Article(string Title, string Text, bool Confidential = false)
{
    public static IReadOnlyList<Article> All { get; } =
    [
        new("Passwords of Notes", "A note can have a password of its own. If you forget it, nobody can open the note again, not even we."),
        new("Two-Factor Sign-In", "A second factor protects your account even when somebody knows your password. Turn it on under Security."),
        new("Invoices", "Invoices are sent on the first working day of each month, to the address that is stored with your account."),
        new("Pausing a Subscription", "You can pause your subscription for up to three months. Nothing is charged during the pause."),
        new(
            "Trouble Signing In",
            "If you have forgotten your password, choose 'Forgot password' on the sign-in page. We send you a link that is valid for one hour."),
        new(
            "Password Security Best Practices",
            "Use at least 14 characters, and never the same password for two accounts. A password manager remembers them for you."),
    ];
}
